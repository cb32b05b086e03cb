"""What came of a history, told from the database it was played into."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.flow.look_score import Kept, scores_in
from doorstep.flow.office import Office
from doorstep.flow.replay.treat import Odd


@dataclass(frozen=True, slots=True)
class Figures:
    """`delivered` counts the orders that history calls delivered, `whole.delivered` those of them with a date."""

    zone: str
    whole: Kept
    delivered: int
    late_days: int | None  # mean days that late orders were late, in thousandths of a day
    events: int


def figures(office: Office, zone: str) -> Figures:
    """The figures of all past orders, days on the wall of `zone`."""
    with office.store.reading() as tx:
        whole = scores_in(tx, zone).whole
        undated = tx.one(
            "SELECT count(*) AS orders FROM scan WHERE parked = %s AND carrier_id IN (SELECT carrier_id FROM service)",
            str(Odd.DELIVERED_WITHOUT_DATE),
        ).orders
        late = tx.one(
            "SELECT coalesce(sum(delivered_on - last_day), 0) AS days, count(*) AS orders FROM score "
            "WHERE against = 'first' AND reason = 'late'"
        )
        events = tx.one("SELECT count(*) AS events FROM journal").events
    late_days = (2 * int(late.days) * 1_000 + late.orders) // (2 * late.orders) if late.orders else None
    return Figures(zone, whole, whole.delivered + undated, late_days, events)
