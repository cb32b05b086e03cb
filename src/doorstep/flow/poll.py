"""Tracking by the clock: carriers that push nothing are asked where their parcels are.

What they list is taken as if it had been pushed: it makes no difference where a scan came from, nothing is taken twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from doorstep.flow.ask_track import Heard, ask_where
from doorstep.flow.carrier_talk import side_by_side
from doorstep.flow.office import Office
from doorstep.storage.queries import poll

SILENT = timedelta(hours=2)  # a parcel of which something was heard since is not asked about
GIVEN_UP = timedelta(days=30)  # after so long without a word nobody asks any more
MOST_A_CARRIER = 40  # in one round: a carrier's interface counts how often it is asked


@dataclass(frozen=True, slots=True)
class Polled:
    """How many parcels were asked about, how many new scans came of it, and which carriers told nothing, and why."""

    asked: int
    applied: int
    silent: tuple[str, ...]


def poll_tracking(office: Office) -> Polled:
    """Ask every carrier that is connected, and whose last word on a parcel under way is older than two hours.

    One carrier after the other where they share a wire, else side by side; the first failure ends a carrier's round.
    """
    if office.sender is None:
        return Polled(0, 0, ())
    with office.store.reading() as tx:
        rows = poll.silent(tx, list(office.sender.carrier_ids), tx.now - SILENT, tx.now - GIVEN_UP, MOST_A_CARRIER)
    numbers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        numbers[row.carrier_id].append(row.tracking_number)
    rounds = side_by_side(office, [partial(_round, office, *one) for one in sorted(numbers.items())])
    return Polled(
        asked=sum(one.asked for one in rounds),
        applied=sum(one.applied for one in rounds),
        silent=tuple(why for one in rounds for why in one.silent),
    )


def _round(office: Office, carrier_id: str, numbers: list[str]) -> Polled:
    asked = applied = 0
    for number in numbers:
        heard = ask_where(office, carrier_id, number)
        asked += 1
        if isinstance(heard, Heard) and not heard.why:
            applied += sum(taken.outcome == "applied" for taken in heard.taken)
        elif isinstance(heard, Heard):
            return Polled(asked, applied, (f"{carrier_id}: {heard.why}",))
    return Polled(asked, applied, ())
