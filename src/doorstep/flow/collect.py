"""Collection by the clock: drivers are booked before the cut-off, sent away where nothing ships, lists closed at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from doorstep.events.collection import CollectionAgreed
from doorstep.flow.manifests import STILL_ON_IT, Manifested, close_manifest, list_taken
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.flow.pickups import LIVE, cancel_pickup, want_pickup
from doorstep.storage.queries import collection, master
from doorstep.storage.queries.collection import CarrierDay
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.collection import Collection
from doorstep.terms.refusals import Refusal, Why

BOOKED_BEFORE = timedelta(hours=2)  # so long before a carrier's last cut-off its driver is booked
MISSED_BEFORE = timedelta(minutes=30)  # from then on a driver who is not booked is told as missing
DRIVER_GONE = timedelta(minutes=10)  # who took nothing for so long is gone, and his list is closed
_READY_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MissingPickup:
    """A driver who is to be booked and is not, with parcels that wait for him or will; why, and until when it helps."""

    site_id: str
    carrier_id: str
    parcels: int
    until: datetime
    says: str


@dataclass(frozen=True, slots=True)
class _Today:
    """A carrier's day at a site: until when it takes parcels, and whether a driver comes."""

    agreed: Collection
    its: CarrierDay
    wall: Calendar
    cut_off: datetime
    pickup_id: str
    pickup_state: str
    pickup_says: str

    @property
    def hours(self) -> tuple[datetime, datetime]:
        """When its driver is to come."""
        ready, closes = self.agreed.ready, self.agreed.closes
        begins = self.wall.at(self.its.day, ready) if ready else self.cut_off - _READY_BEFORE
        return begins, self.wall.at(self.its.day, closes or self.wall.closes)

    def is_asked_for(self, now: datetime) -> bool:
        """Whether it is time to book a driver, or one is booked who could still be sent away."""
        if not self.agreed.pickup or now >= self.hours[1]:
            return False
        to_book = now >= self.cut_off - BOOKED_BEFORE and self.pickup_state not in (*LIVE, "failed")
        return to_book or self.pickup_state == "booked"

    def is_missed(self, now: datetime) -> bool:
        """Whether a driver should be booked by now and is not, or the carrier will not send one."""
        late = now >= self.cut_off - MISSED_BEFORE and self.pickup_state not in LIVE
        return now < self.hours[1] and (late or self.pickup_state == "failed")


def agree_collections(office: Office, who: Who, told: Sequence[Collection]) -> str | Refusal:
    """How carriers collect at sites; again at any time."""

    def step(tx: Transaction) -> str | Refusal:
        sites, known = master.sites(tx), {service.carrier_id for service in master.services(tx)}
        for each in told:
            about: dict[str, str | int] = {"site_id": each.site_id, "carrier_id": each.carrier_id}
            if each.site_id not in sites:
                return Refusal(Why.UNKNOWN_SITE, f"There is no site {each.site_id}.", about)
            if each.carrier_id not in known:
                return Refusal(Why.UNKNOWN_CARRIER, f"There is no carrier {each.carrier_id}.", about)
        scribe = Scribe(who, tx.now)
        tx.record(*(scribe(CollectionAgreed(each), site=each.site_id) for each in told))
        return f"{len(told)} collections"

    return office.store.run(step)


def collect_due(office: Office) -> tuple[str, ...]:
    """What the clock does: book, cancel and list what is due now. What was done, a word and an id each."""
    done: list[str] = []
    with office.store.reading() as tx:
        days, now = _days(tx, collection.agreements(tx)), tx.now
        # What is known at once says of whom more is asked, which costs a look at all that goes today.
        for_driver = [each for each in days if each.is_asked_for(now)]
        waiting = _waiting(tx, for_driver)
        close = [each.its for each in days if each.agreed.manifest or each.its in waiting]
        taken = collection.taken(tx, close)
        listed = [
            each.its
            for each in days
            if each.agreed.manifest and (each.its.carrier_at_site in taken or now >= each.cut_off)
        ]
        to_list = collection.to_list(tx, listed, now - STILL_ON_IT)
    for each in days:
        gone = each.its.carrier_at_site in taken
        if each.its in waiting and not gone:
            done += _pickup(office, each, bool(waiting[each.its]))
        if each.agreed.manifest and each.its.carrier_at_site in to_list:
            done += _listed(office, each, gone, now)
    return tuple(done)


def _listed(office: Office, each: _Today, taken: bool, now: datetime) -> list[str]:
    """Close the list of what the driver took, once he is gone; that of all at the cut-off, if he did not come yet."""
    site_id, carrier_id = each.agreed.site_id, each.agreed.carrier_id
    told: Manifested | Refusal | None = None
    if taken:
        told = office.store.run(lambda tx: list_taken(office, tx, CLOCKWORK, site_id, carrier_id, DRIVER_GONE))
    elif now >= each.cut_off:
        told = close_manifest(office, CLOCKWORK, site_id, carrier_id)
    return [f"manifest {told.manifest_id}"] if isinstance(told, Manifested) else []


def _pickup(office: Office, each: _Today, wanted: bool) -> list[str]:
    """Book a driver in time, or send him away where there is nothing for him. After a no somebody has to look."""
    if wanted and each.pickup_state != "booked":
        ready, closes = each.hours
        told = want_pickup(
            office, CLOCKWORK, each.agreed.site_id, each.agreed.carrier_id, ready_at=ready, closes_at=closes
        )
        return [] if isinstance(told, Refusal) else [f"pickup {told.pickup_id}"]
    if each.pickup_state == "booked" and not wanted:
        off = cancel_pickup(office, CLOCKWORK, each.pickup_id)
        return [] if isinstance(off, Refusal) else [f"cancelled {off}"]
    return []


def missing_pickups(tx: Transaction) -> tuple[MissingPickup, ...]:
    """Drivers who should be booked by now and are not, or whom the carrier will not send; soonest cut-off first."""
    days = _days(tx, [agreed for agreed in collection.agreements(tx) if agreed.pickup])
    missed = [each for each in days if each.is_missed(tx.now)]
    waiting = _waiting(tx, missed)
    # Asked of the few that are left: who took nothing is known only when all that went today is looked at.
    taken = collection.taken(tx, [its for its, parcels in waiting.items() if parcels])
    found = [
        MissingPickup(
            *(each.agreed.site_id, each.agreed.carrier_id, waiting[each.its], each.hours[1]),
            each.pickup_says if each.pickup_state == "failed" else "no driver is booked",
        )
        for each in missed
        if waiting[each.its] and each.its.carrier_at_site not in taken
    ]
    return tuple(sorted(found, key=lambda one: (one.until, one.site_id, one.carrier_id)))


def _waiting(tx: Transaction, days: Sequence[_Today]) -> dict[CarrierDay, int]:
    """The parcels that stand at the dock for each; where none do, the fulfilment orders that are to leave with it."""
    rows = collection.standing(tx, [each.its for each in days])
    return {each.its: row.at_dock or row.to_ship for each, row in zip(days, rows, strict=True)}


def _days(tx: Transaction, agreed: Sequence[Collection]) -> list[_Today]:
    """Today of every carrier at every site where these are agreed, where both work."""
    if not agreed:
        return []
    sites, services = master.sites(tx), master.services(tx)
    days: list[tuple[Collection, CarrierDay, datetime]] = []
    for each in agreed:
        wall = sites[each.site_id].calendar
        day = wall.day_of(tx.now)
        driving = [
            service
            for service in services
            if service.carrier_id == each.carrier_id
            and each.site_id in service.cut_offs
            and service.calendar.works_on(day)
            and wall.works_on(day)
        ]
        if not driving:
            continue
        begins, ends = wall.at(day, time(0)), wall.at(day + timedelta(days=1), time(0))
        service_ids = tuple(service.service_id for service in driving)
        its = CarrierDay(each.site_id, each.carrier_id, day, begins, ends, service_ids)
        days.append((each, its, max(wall.at(day, service.cut_offs[each.site_id]) for service in driving)))
    pickups = collection.last_pickups(tx, [its for _, its, _ in days])
    return [
        _Today(
            agreed=each,
            its=its,
            wall=sites[each.site_id].calendar,
            cut_off=cut_off,
            pickup_id=row.pickup_id,
            pickup_state=row.pickup_state,
            pickup_says=row.pickup_says,
        )
        for (each, its, cut_off), row in zip(days, pickups, strict=True)
    ]
