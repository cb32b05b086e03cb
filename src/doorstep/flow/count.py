"""Counting: what a person saw in a bin is what is there; promises that can no longer stand are let down at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from doorstep.events.fulfilment import FulfilmentLine, TasksCancelled
from doorstep.events.stock import Hold, HoldsVoided, StockCounted
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.scarcity import hold_or_promise_all_anew, let_down_first
from doorstep.promising.accuracy import bin_of, doubt_ppm
from doorstep.stock.count import count
from doorstep.storage.queries import master, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_WAITING, SETTLE_FULFILMENT
from doorstep.terms.item import Tracking
from doorstep.terms.places import PlaceKind, kind_of, site_of
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an item (and lot) in a bin: `counted` units, which serials, and the lot's last day if read.

    `looked`: somebody looked into this bin whatever would be found, which tells how right the books are.
    """

    place_id: str
    item_id: str
    counted: int
    lot: str = ""
    serials: tuple[str, ...] = ()
    expires_on: date | None = None
    looked: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count came to: the difference it booked, and the orders whose stock it took away."""

    count_id: str
    difference: int
    orders_to_replan: tuple[str, ...]


def count_bin(
    office: Office,
    who: Who,
    place_id: str,
    item_id: str,
    counted: int,
    key: str,
    lot: str = "",
    serials: tuple[str, ...] = (),
) -> Counted | Refusal:
    """Book what was counted of an item (and lot) in a bin; for items tracked by serial, `serials` are all of them.

    Where less is left than is held, the policy for scarce stock says whose holds are voided. Their orders are held what
    else there is, and promised anew where the promise cannot be kept with that, in the same step.
    """
    seen = Seen(place_id, item_id, counted, lot, serials)
    request = [place_id, item_id, lot, counted, serials]
    return office.store.run(
        lambda tx: count_within(office, tx, Scribe(who, tx.now), seen),
        answers=Counted,
        key=key,
        request=request,
    )


def count_within(office: Office, tx: Transaction, scribe: Scribe, seen: Seen) -> Counted | Refusal:
    """The same as part of a longer step; where it is refused, nothing was recorded."""
    return judge_count(tx, seen) or _book(office, tx, scribe, seen)


def judge_count(tx: Transaction, seen: Seen) -> Refusal | None:
    """Why that cannot have been seen there, as far as master data tell."""
    place_id, item_id, counted, lot, serials = seen.place_id, seen.item_id, seen.counted, seen.lot, seen.serials
    item = master.items(tx, [item_id]).get(item_id)
    if item is None:
        return Refusal(Why.UNKNOWN_ITEM, f"There is no item {item_id}.", {"item_id": item_id})
    if master.place_kind(tx, place_id) is None or kind_of(place_id) is not PlaceKind.BIN:
        return Refusal(Why.UNKNOWN_PLACE, f"There is no bin {place_id}.", {"place_id": place_id})
    if counted < 0:
        return Refusal(Why.BAD_QUANTITY, f"{counted} cannot have been counted.", {"counted": counted})
    if (item.tracking is Tracking.SERIAL) != bool(serials or (item.tracking is Tracking.SERIAL and not counted)):
        return Refusal(Why.BAD_SERIAL, f"Name every serial of {item_id} that was counted.", {"item_id": item_id})
    if serials and len(set(serials)) != counted:
        return Refusal(Why.BAD_SERIAL, f"{counted} counted, {len(set(serials))} serials named.", {})
    if item.parts:
        return Refusal(Why.MALFORMED, f"{item_id} is a kit: count its parts.", {"item_id": item_id})
    if bool(lot) != (item.tracking is Tracking.LOT):
        return Refusal(Why.MALFORMED, f"{item_id} is tracked by {item.tracking}.", {"lot": lot})
    return None


def _book(office: Office, tx: Transaction, scribe: Scribe, seen: Seen) -> Counted | Refusal:
    place_id, item_id, counted, lot, serials = seen.place_id, seen.item_id, seen.counted, seen.lot, seen.serials
    site_id = site_of(place_id)
    if serials:
        stock.lock_serials(tx, item_id)
    row = stock.balance(tx, place_id, item_id, lot)
    believed = row.on_hand if row else 0
    pool = stock.pool(tx, site_id, item_id, lot)
    lost, found = _serials_moved(tx, place_id, item_id, serials)
    if (lost and counted >= believed) or (found and counted <= believed):
        says = "Some serials are gone and others are new in this bin: count it twice, first without the new ones."
        return Refusal(Why.BAD_SERIAL, says, {"gone": ", ".join(lost), "new": ", ".join(found)})
    for serial, unit in stock.serials_known(tx, item_id, found).items():
        if kind_of(unit.place_id).physical:
            says = f"By the books serial {serial} of {item_id} is in {unit.place_id}: count it gone there first."
            return Refusal(Why.BAD_SERIAL, says, {"serial": serial, "place_id": unit.place_id})
    there = pool.on_hand if pool else 0
    holds = stock.holds_at_site(tx, site_id, item_id, lot)
    if counted < believed:
        holds = let_down_first(tx, holds, there + counted - believed, item_id)
    outcome = count(place_id, item_id, lot, counted, believed, there, holds, lost, found)
    count_id = office.ids.new("cnt")
    body = StockCounted(
        *(count_id, place_id, item_id, lot, counted, believed, outcome.moves, seen.expires_on),
        doubt_ppm=_doubt_ppm(row, tx.now) if seen.looked else None,
        moves_by_then=(row.all_moves if row else 0) + len(outcome.moves),
        short_picks_by_then=row.all_short_picks if row else 0,
    )
    tx.record(scribe(body, site=site_id, place=place_id))
    if outcome.voided:
        let_down(office, tx, scribe, outcome.voided)
    if counted > believed:
        tx.later(PLAN_WAITING, item_id, tx.now)
    return Counted(count_id, counted - believed, tuple(sorted({hold.order_id for hold in outcome.voided})))


def _doubt_ppm(row: Any, now: datetime) -> int | None:
    """What was doubted of the books before the count; None where they say that nothing is there."""
    if row is None or not row.on_hand:
        return None
    return doubt_ppm(bin_of(row.on_hand, (now - row.known_at).days, row.moves, row.short_picks), 0)


def _serials_moved(
    tx: Transaction, place_id: str, item_id: str, serials: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(gone from the bin, new in it)."""
    rows = tx.rows("SELECT serial FROM unit WHERE place_id = %s AND item_id = %s FOR UPDATE", place_id, item_id)
    there = {row.serial for row in rows}
    if not there and not serials:
        return (), ()
    return tuple(sorted(there - set(serials))), tuple(sorted(set(serials) - there))


def let_down(office: Office, tx: Transaction, scribe: Scribe, voided: tuple[Hold, ...]) -> None:
    """The holds end, pick tasks for them are cancelled; the orders are held what else there is, or promised anew."""
    by_hold = {hold.hold_id: hold for hold in voided}
    rows = tx.rows("SELECT * FROM pick_task WHERE hold_id = ANY(%s) AND state = 'open'", list(by_hold))
    cause = scribe.cause or "count"
    tx.record(scribe(HoldsVoided(voided), cause=cause))
    for task in rows:
        line = FulfilmentLine(task.line_no, task.item_id, task.quantity)
        cancelled = TasksCancelled(task.fulfilment_id, task.order_id, (task.task_id,), (line,))
        tx.record(scribe(cancelled, cause=cause))
    for fulfilment_id in sorted({task.fulfilment_id for task in rows}):
        tx.later(SETTLE_FULFILMENT, fulfilment_id, tx.now)
    tx.flush()
    order_ids, item_ids = {hold.order_id for hold in voided}, {hold.item_id for hold in voided}
    hold_or_promise_all_anew(office, tx, replace(scribe, cause=cause), order_ids, item_ids)
