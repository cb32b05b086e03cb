"""The journal by the time of its facts: charts of the last weeks read the last weeks."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Some seconds for ten million facts. Without their times known, the index would not be believed to help."""
    op.execute(
        "CREATE INDEX journal_by_time ON journal USING brin (coalesce(completed_at, occurred_at)) "
        "WITH (autosummarize = on)"
    )
    op.execute("ANALYZE journal")
