"""How carriers collect and what vehicles there are count as definitions: the stamp is another one after a change."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Have the database renew the stamp of `defined` (0027) for these as well."""
    for table in ("collection", "vehicle"):
        op.execute(
            f"CREATE TRIGGER defined_anew AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION defined_anew()"
        )
