"""What the belief in a bin's books rests on, what tasks and counts doubted, and how often sites were found short."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"

_MOVES = """
UPDATE balance b SET moves = m.many FROM (
    SELECT place_id, item_id, lot, count(*) AS many FROM (
        SELECT from_place AS place_id, item_id, lot FROM move UNION ALL SELECT to_place, item_id, lot FROM move
    ) legs GROUP BY 1, 2, 3
) m WHERE (b.place_id, b.item_id, b.lot) = (m.place_id, m.item_id, m.lot)
"""
_FIRST = """
UPDATE balance b SET first_at = f.occurred_at FROM (
    SELECT DISTINCT ON (l.place_id, l.item_id, l.lot) l.place_id, l.item_id, l.lot, l.occurred_at FROM (
        SELECT m.*, from_place AS place_id, false AS gift FROM move m
        UNION ALL SELECT m.*, to_place, true FROM move m
    ) l JOIN balance k USING (place_id, item_id, lot) JOIN journal j USING (transaction, position)
    WHERE l.gift OR NOT k.physical ORDER BY l.place_id, l.item_id, l.lot, j.event_id, l.move_no
) f WHERE (b.place_id, b.item_id, b.lot) = (f.place_id, f.item_id, f.lot)
"""
_SHORT_PICKS = """
UPDATE balance b SET short_picks = s.many FROM (
    SELECT body #>> '{hold,place_id}' AS place_id, body #>> '{hold,item_id}' AS item_id, body #>> '{hold,lot}' AS lot,
        count(*) AS many
    FROM journal WHERE kind = 'PickedShort' GROUP BY 1, 2, 3
) s WHERE (b.place_id, b.item_id, b.lot) = (s.place_id, s.item_id, s.lot)
"""
_COUNTED = """
UPDATE balance b SET counted_at = c.occurred_at FROM (
    SELECT DISTINCT ON (1, 2, 3) body ->> 'place_id' AS place_id, body ->> 'item_id' AS item_id, body ->> 'lot' AS lot,
        occurred_at
    FROM journal WHERE kind = 'StockCounted' AND (body ->> 'believed' <> '0' OR body ->> 'counted' <> '0')
    ORDER BY 1, 2, 3, event_id DESC
) c WHERE (b.place_id, b.item_id, b.lot) = (c.place_id, c.item_id, c.lot)
"""


def upgrade() -> None:
    """Counts of before did not say what had moved by then: all of it counts as moved since, until the next count.

    What is learned counts as a definition (0027): the stamp is another one after a change.
    """
    for column in ("moves", "short_picks", "counted_moves", "counted_short_picks"):
        op.execute(f"ALTER TABLE balance ADD COLUMN {column} BIGINT DEFAULT '0' NOT NULL")
    op.execute("ALTER TABLE balance ADD COLUMN first_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL")
    op.execute("ALTER TABLE balance ALTER COLUMN first_at DROP DEFAULT")
    op.execute("ALTER TABLE balance ADD COLUMN counted_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE pick_task ADD COLUMN doubt_ppm BIGINT")
    for statement in (_MOVES, _FIRST, _SHORT_PICKS, _COUNTED):
        op.execute(statement)
    op.execute(
        "CREATE TABLE accuracy (site_id TEXT NOT NULL, looks BIGINT DEFAULT '0' NOT NULL, "
        "expected_ppm BIGINT DEFAULT '0' NOT NULL, short_ppm BIGINT DEFAULT '0' NOT NULL, until DATE NOT NULL, "
        "PRIMARY KEY (site_id))"
    )
    op.execute(
        "CREATE TRIGGER defined_anew AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accuracy "
        "FOR EACH STATEMENT EXECUTE FUNCTION defined_anew()"
    )
