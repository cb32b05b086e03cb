"""How each class of customers was served, against what the company wants for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.goals.targets import Reached, reached
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.goals import ClassGoals, Goals


@dataclass(frozen=True, slots=True)
class ClassKept:
    """The orders of a class of customers against the promise first made to them.

    `judged` are those that were delivered, or whose window passed without them; `kept` were there on time and in full.
    `kept_ppm` is of the judged, and how sure it is, `low_ppm` to `high_ppm`. `reached` is None where there is no
    target, `above_ceiling` (orders that were planned at a higher cost than wanted) where there is no ceiling.
    """

    customer_class: str
    orders: int
    judged: int
    kept: int
    kept_ppm: int | None
    low_ppm: int
    high_ppm: int
    target_ppm: int | None
    reached: Reached | None
    above_ceiling: int | None


_JUDGED = """
SELECT coalesce(o.terms ->> 'customer_class', '') AS name, count(*) AS orders, count(s.kept) AS judged,
    count(*) FILTER (WHERE s.kept) AS kept
FROM orders o LEFT JOIN score s ON s.order_id = o.order_id AND s.against = 'first' GROUP BY 1 ORDER BY 1
"""
# An item without a price leaves the value of its order unknown, and then no share of it is a ceiling.
_VALUE = """
CROSS JOIN LATERAL (
    SELECT CASE WHEN bool_and((i.item ->> 'price_minor')::bigint > 0)
        THEN sum((i.item ->> 'price_minor')::bigint * (l.ordered - l.cancelled))::bigint END AS value
    FROM order_line l JOIN item i USING (item_id) WHERE l.order_id = o.order_id
) v
"""
_ABOVE = f"""
SELECT c.name, count(*) FILTER (WHERE p.cost_minor > least(c.minor, v.value * c.ppm / 1000000)) AS above
FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS c (name, minor, ppm)
JOIN orders o ON o.terms ->> 'customer_class' = c.name JOIN plan p ON p.order_id = o.order_id
{_VALUE} GROUP BY c.name
"""
_WORTH = (
    f"SELECT coalesce(o.terms ->> 'customer_class', '') AS name, v.value FROM orders o {_VALUE} WHERE order_id = %s"
)


def classes_in(tx: Transaction) -> tuple[ClassKept, ...]:
    """Every class that ordered anything, by name."""
    goals = master.goals(tx)
    above = _above(tx, goals)
    return tuple(
        _kept(goals.of(row.name), row.orders, row.judged, row.kept, above.get(row.name)) for row in tx.rows(_JUDGED)
    )


def values_of(tx: Transaction, order_ids: Collection[str]) -> dict[str, int]:
    """What orders sell for; those that are not known are missing."""
    rows = tx.rows(f"SELECT o.order_id, v.value FROM orders o {_VALUE} WHERE order_id = ANY(%s)", list(order_ids))
    return {row.order_id: row.value for row in rows if row.value is not None}


def ceiling_minor(tx: Transaction, order_id: str) -> int | None:
    """What an order may cost us by the goals that hold now; None: as much as it does."""
    row = tx.one(_WORTH, order_id)
    return master.goals(tx).of(row.name).ceiling_of(row.value or 0) if row else None


def _above(tx: Transaction, goals: Goals) -> dict[str, int]:
    limited = [each for each in goals.classes if (each.ceiling_minor, each.ceiling_ppm) != (None, None)]
    if not limited:
        return {}
    columns = [[getattr(each, name) for each in limited] for name in ("name", "ceiling_minor", "ceiling_ppm")]
    counted = {row.name: row.above for row in tx.rows(_ABOVE, *columns)}
    return {each.name: counted.get(each.name, 0) for each in limited}


def _kept(wants: ClassGoals, orders: int, judged: int, kept: int, above: int | None) -> ClassKept:
    low, high = interval_ppm(kept, judged)
    return ClassKept(
        customer_class=wants.name,
        orders=orders,
        judged=judged,
        kept=kept,
        kept_ppm=share_ppm(kept, judged),
        low_ppm=low,
        high_ppm=high,
        target_ppm=wants.target_ppm,
        reached=None if wants.target_ppm is None else reached(kept, judged, wants.target_ppm),
        above_ceiling=above,
    )
