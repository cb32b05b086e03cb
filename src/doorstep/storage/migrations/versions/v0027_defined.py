"""A stamp of all definitions, another one after each change to any of them."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"

# What definitions are read from: `storage.definitions` and the queries that are declared there.
_TABLES = ("billing", "carton", "company", "goals", "rule_list", "screening", "service", "site")


def upgrade() -> None:
    """Create the stamp's table, and have the database itself renew it, whoever changes a definition.

    Of people only what a site's address changes to counts: orders bring new ones all the time.
    """
    op.execute(
        "CREATE TABLE defined (only_one INTEGER NOT NULL, stamp TEXT DEFAULT '' NOT NULL, "
        "CONSTRAINT defined_pkey PRIMARY KEY (only_one))"
    )
    op.execute("INSERT INTO defined VALUES (1, gen_random_uuid()::text)")
    renew = (
        "INSERT INTO defined VALUES (1, gen_random_uuid()::text) "
        "ON CONFLICT (only_one) DO UPDATE SET stamp = excluded.stamp;"
    )
    head = "RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS"
    op.execute(f"CREATE FUNCTION defined_anew() {head} $$ BEGIN {renew} RETURN NULL; END $$")
    op.execute(
        f"CREATE FUNCTION site_moved() {head} $$ BEGIN "
        f"IF EXISTS (SELECT 1 FROM site WHERE person_ref = OLD.person_ref) THEN {renew} END IF; RETURN NULL; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER defined_anew AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION defined_anew()"
        )
    op.execute("CREATE TRIGGER site_moved AFTER UPDATE OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION site_moved()")
