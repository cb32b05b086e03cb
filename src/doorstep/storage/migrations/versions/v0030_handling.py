"""What work takes at a site, of what was expected of it; how late suppliers come."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Put what work took in the place of hours up to the pick-up, which say nothing of it; sites learn anew from now.

    What is learned counts as a definition (0027): the stamp is another one after a change.
    """
    op.execute("ALTER TABLE handling DROP COLUMN hours, DROP COLUMN parcels")
    op.execute("ALTER TABLE handling ADD COLUMN taken JSONB DEFAULT '{}' NOT NULL")
    op.execute("ALTER TABLE handling ADD COLUMN waiting JSONB DEFAULT '{}' NOT NULL")
    op.execute("ALTER TABLE handling ADD COLUMN shipments BIGINT DEFAULT '0' NOT NULL")
    op.execute("ALTER TABLE handling ALTER COLUMN taken DROP DEFAULT, ALTER COLUMN waiting DROP DEFAULT")
    op.execute(
        "CREATE TABLE lateness (supplier_id TEXT NOT NULL, days JSONB NOT NULL, waiting JSONB NOT NULL, "
        "never BIGINT DEFAULT '0' NOT NULL, until DATE NOT NULL, PRIMARY KEY (supplier_id))"
    )
    for table in ("handling", "lateness"):
        op.execute(
            f"CREATE TRIGGER defined_anew AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION defined_anew()"
        )
