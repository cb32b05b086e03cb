"""Pickups: a carrier's driver is wanted, booked by a later run, and sent away again where nothing is to be taken.

The wish is in the journal before the carrier is asked; an id that it keeps it under is there before anything is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.carriers.port import AtCarrier, CarrierSaysNo, Opened, PickupAsk, PickupMade
from doorstep.events.collection import (
    PickupBooked,
    PickupCancelled,
    PickupCancelWanted,
    PickupFailed,
    PickupOpened,
    PickupRequested,
)
from doorstep.flow.carrier_talk import (
    LOOK_THERE,
    ONCE_MORE_SECONDS,
    RETRY_SECONDS,
    again,
    exchange,
    surely_not,
    tell,
    undecided,
)
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import collection, master
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import BOOK_PICKUP, CANCEL_PICKUP
from doorstep.terms.refusals import Refusal, Why

LIVE = ("wanted", "booked", "cancel_wanted")


@dataclass(frozen=True, slots=True)
class PickupView:
    """A pickup and what became of it: wanted while the carrier is asked, booked, failed, cancelled."""

    pickup_id: str
    site_id: str
    carrier_id: str
    day: date
    state: str
    ready_at: datetime
    closes_at: datetime
    carrier_ref: str
    confirmation: str
    cost_minor: int
    currency: str
    says: str


def want_pickup(
    office: Office,
    who: Who,
    site_id: str,
    carrier_id: str,
    key: str = "",
    *,
    ready_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> PickupView | Refusal:
    """Have a carrier's driver come to a site today, between the two instants (now, and when the site closes).

    ALREADY_THERE where one comes today, or is asked for. The carrier is asked by a later run.
    """

    def step(tx: Transaction) -> PickupView | Refusal:
        sites = master.sites(tx)
        if site_id not in sites:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        known = {service.carrier_id for service in master.services(tx)}
        if carrier_id not in known or carrier_id in collection.own_carriers(tx):
            says = f"There is no carrier {carrier_id} whose driver can be booked."
            return Refusal(Why.UNKNOWN_CARRIER, says, {"carrier_id": carrier_id})
        collection.lock_dock(tx, site_id, carrier_id)
        wall = sites[site_id].calendar
        day = wall.day_of(tx.now)
        for row in collection.pickups_of_day(tx, site_id, carrier_id, day):
            if row.state in LIVE:
                says = f"A driver of {carrier_id} is {row.state.replace('_', ' ')} at {site_id} today: {row.pickup_id}."
                return Refusal(Why.ALREADY_THERE, says, {"pickup_id": row.pickup_id})
        ready = max(ready_at or tx.now, tx.now)
        closes = closes_at or wall.at(day, wall.closes)
        if ready >= closes:
            says = f"{site_id} closes before a driver could come; say when the parcels are ready and until when."
            return Refusal(Why.CUT_OFF_PASSED, says, {"site_id": site_id})
        pickup_id = office.ids.new("pck")
        body = PickupRequested(pickup_id, site_id, carrier_id, day, ready, closes)
        tx.record(Scribe(who, tx.now)(body, site=site_id))
        tx.later(BOOK_PICKUP, pickup_id, tx.now)
        return PickupView(pickup_id, site_id, carrier_id, day, "wanted", ready, closes, "", "", 0, "", "")

    return office.store.run(step, answers=PickupView, key=key, request=[site_id, carrier_id, ready_at, closes_at])


def cancel_pickup(office: Office, who: Who, pickup_id: str, key: str = "") -> str | Refusal:
    """The driver is not to come after all; the carrier is told by a later run."""

    def step(tx: Transaction) -> str | Refusal:
        row = collection.pickup(tx, pickup_id, lock=True)
        if row is None:
            return Refusal(Why.UNKNOWN_TASK, f"There is no pickup {pickup_id}.", {"pickup_id": pickup_id})
        if row.state != "booked":
            waits = ": it can be cancelled once the carrier has answered" if row.state == "wanted" else ""
            says = f"Pickup {pickup_id} is {row.state.replace('_', ' ')}{waits}."
            return Refusal(Why.WRONG_STATE, says, {"pickup_id": pickup_id, "state": row.state})
        tx.record(Scribe(who, tx.now)(PickupCancelWanted(pickup_id), site=row.site_id))
        tx.later(CANCEL_PICKUP, pickup_id, tx.now)
        return pickup_id

    return office.store.run(step, answers=str, key=key, request=[pickup_id])


def book_pickup(office: Office, pickup_id: str, attempt: int) -> TryAgain | None:
    """Ask the carrier for a driver that is wanted. None: it comes, will not, or is not wanted any more.

    Asked again, the carrier is asked with the same reference, or how far it is under its own id; what it keeps open is
    written down before it is paid. A carrier that would send a second driver is asked once; where its answer is lost,
    somebody has to look.
    """
    with office.store.reading() as tx:
        row = collection.pickup(tx, pickup_id)
        if row is None or row.state != "wanted":
            return None
        labels = collection.for_driver(tx, pickup_id)
        site = tx.one("SELECT person_ref, calendar ->> 'zone' AS zone FROM site WHERE site_id = %s", row.site_id)
        address, zone = master.address(tx, site.person_ref), site.zone
    if address is None:
        return TryAgain(RETRY_SECONDS, f"no address is kept of site {row.site_id}")
    once = not office.finds_pickups(row.carrier_id)
    if once and attempt:
        says = f"its answer was lost: ask {row.carrier_id} whether a driver is booked, and book one again if none is"
        office.store.run(lambda tx: _record(tx, pickup_id, CarrierSaysNo(LOOK_THERE, says, retry=False)))
        return None
    at_carrier = tuple(AtCarrier(each.tracking_number, each.carrier_ref) for each in labels)
    weight_g = sum(each.weight_g for each in labels)
    about = (pickup_id, address, row.ready_at, row.closes_at, at_carrier)
    ask = PickupAsk(*about, zone=zone, weight_g=weight_g)
    dialect = office.dialect(row.carrier_id)
    answer: Any = exchange(
        office,
        row.carrier_id,
        dialect.build_pickup(ask, row.carrier_ref),
        lambda reply: dialect.read_pickup(reply, ask),
    )
    if isinstance(answer, Opened):
        opened = answer
        if opened.carrier_ref != row.carrier_ref:
            office.store.run(lambda tx: _open(tx, pickup_id, opened.carrier_ref))
        answer = exchange(office, row.carrier_id, opened.then, lambda reply: dialect.read_pickup(reply, ask))
        if isinstance(answer, CarrierSaysNo) and answer.outcome_unknown:
            return again(answer)  # it may be booked: next time it is asked how far it is
    if once and surely_not(answer):
        return TryAgain(ONCE_MORE_SECONDS, tell(answer), untried=True)
    if undecided(answer):
        return again(answer)
    if isinstance(answer, Opened):
        return TryAgain(RETRY_SECONDS, "it is not booked yet")
    office.store.run(lambda tx: _record(tx, pickup_id, answer))
    return None


def _open(tx: Transaction, pickup_id: str, carrier_ref: str) -> str:
    row = collection.pickup(tx, pickup_id, lock=True)
    if row.state == "wanted" and not row.carrier_ref:
        tx.record(Scribe(CLOCKWORK, tx.now)(PickupOpened(pickup_id, carrier_ref), site=row.site_id))
    return pickup_id


def _record(tx: Transaction, pickup_id: str, answer: PickupMade | CarrierSaysNo) -> str:
    row = collection.pickup(tx, pickup_id, lock=True)
    scribe = Scribe(CLOCKWORK, tx.now)
    if row.state != "wanted":
        return pickup_id
    if isinstance(answer, CarrierSaysNo):
        tx.record(scribe(PickupFailed(pickup_id, answer.code, answer.says), site=row.site_id, cause=answer.code))
        return pickup_id
    about = (answer.carrier_ref, answer.confirmation, answer.cost_minor, answer.currency)
    tx.record(scribe(PickupBooked(pickup_id, *about), site=row.site_id))
    return pickup_id


def call_off(office: Office, pickup_id: str, attempt: int) -> TryAgain | None:
    """Tell the carrier that its driver need not come. None: it was told; where it will have him come, he comes."""
    with office.store.reading() as tx:
        row = collection.pickup(tx, pickup_id)
    if row is None or row.state != "cancel_wanted":
        return None
    dialect = office.dialect(row.carrier_id)
    request = dialect.build_pickup_cancel(row.carrier_ref)
    answer = exchange(office, row.carrier_id, request, lambda reply: dialect.read_pickup_cancel(reply, row.carrier_ref))
    if undecided(answer):
        return again(answer)
    says = f"{answer.code}: {answer.says}" if isinstance(answer, CarrierSaysNo) else ""
    office.store.run(lambda tx: _cancelled(tx, pickup_id, says))
    return None


def _cancelled(tx: Transaction, pickup_id: str, says: str) -> str:
    row = collection.pickup(tx, pickup_id, lock=True)
    if row.state == "cancel_wanted":
        tx.record(Scribe(CLOCKWORK, tx.now)(PickupCancelled(pickup_id, says), site=row.site_id))
    return pickup_id


def pickup_list(office: Office, site_id: str = "", at_most: int = 100) -> tuple[PickupView, ...]:
    """The newest pickups, of a site or of all."""
    with office.store.reading() as tx:
        return tuple(view_of(row) for row in collection.pickups(tx, site_id, at_most))


def view_of(row: Any) -> PickupView:
    """A pickup of its row."""
    names: Sequence[str] = PickupView.__slots__
    return PickupView(**{name: getattr(row, name) for name in names})
