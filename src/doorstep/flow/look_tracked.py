"""The customer's page: where the order is, when it comes, what is in which parcel. Not a word of whose it is.

Towns at most are told of a journey; no address, no name, no number that others could guess, ours or the carrier's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.flow.office import company_of
from doorstep.flow.words import capital, day, joined, many, window
from doorstep.storage.queries import fleet, master, tracked
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.places import Address

SILENT_DAYS = 30  # a carrier that says nothing for so long has lost sight of a parcel
_LONGEST_TOWN = 40


class Status(StrEnum):
    """AfterShip's nine statuses, which customers and other programs know."""

    PENDING = "Pending"
    INFO_RECEIVED = "InfoReceived"
    IN_TRANSIT = "InTransit"
    OUT_FOR_DELIVERY = "OutForDelivery"
    ATTEMPT_FAIL = "AttemptFail"
    DELIVERED = "Delivered"
    AVAILABLE_FOR_PICKUP = "AvailableForPickup"
    EXCEPTION = "Exception"
    EXPIRED = "Expired"


@dataclass(frozen=True, slots=True)
class TrackedItem:
    """So many of something, in the words of the catalogue."""

    description: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TrackedCheckpoint:
    """What was seen of a parcel, when, and where: a town at most, often ''."""

    says: str
    milestone: str
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class TrackedParcel:
    """One parcel of several: how far it is, by whom, when it is expected, checkpoints newest first, what is in it."""

    number: int
    of: int
    status: Status
    milestone: str
    says: str
    carrier: str
    expected_on: date | None
    delivered_at: datetime | None
    checkpoints: tuple[TrackedCheckpoint, ...]
    items: tuple[TrackedItem, ...]


@dataclass(frozen=True, slots=True)
class TrackedPromise:
    """When it comes, in words. `old_says` and `why` where the promise was changed, '' where it stands as first made."""

    says: str
    first_day: date | None
    last_day: date | None
    old_says: str
    old_last_day: date | None
    why: str


@dataclass(frozen=True, slots=True)
class TrackedOrder:
    """What a customer sees of an order, times on the wall of `zone`. `waiting` is in no parcel yet.

    `expires_at` is when the link ends.
    """

    company: str
    reference: str
    status: Status
    says: str
    zone: str
    placed_at: datetime
    delivered_on: date | None
    promise: TrackedPromise
    parcels: tuple[TrackedParcel, ...]
    waiting: tuple[TrackedItem, ...]
    expires_at: datetime


def tracked_order(tx: Transaction, order: Any) -> TrackedOrder:
    """The page of an order, a row of `tracked.opened_query`."""
    company = company_of(tx)
    wall = next((site.calendar for site in master.sites(tx).values()), Calendar())
    queries = tracked.about_queries(order.order_id)
    person = master.address_query(order.person_ref)
    comes = fleet.windows_of_order(order.order_id)
    tx.ahead(*queries, person, comes)
    promises, parcels, scans, contents, wanted = (tx.rows(*query) for query in queries)
    windows = {each: _comes(row) for row in tx.rows(*comes) for each in row.fulfilment_ids}
    private = _private(master.address(tx, order.person_ref))
    seen = _by_parcel(scans)
    inside = _by_parcel(contents)
    told = tuple(
        _with_window(
            _parcel(parcel, number, len(parcels), seen[parcel.sscc], inside[parcel.sscc], private, tx.now),
            windows.get(parcel.fulfilment_id, ""),
        )
        for number, parcel in enumerate(parcels, 1)
    )
    waiting = () if order.state == "cancelled" else _waiting(wanted, contents)
    status, says = _order_says(order, told, waiting)
    return TrackedOrder(
        company=company.name,
        reference=order.reference,
        status=status,
        says=says,
        zone=wall.zone,
        placed_at=order.placed_at,
        delivered_on=order.delivered_on,
        promise=_promise(promises, order),
        parcels=told,
        waiting=waiting,
        expires_at=order.expires_at,
    )


def _comes(row: Any) -> str:
    """When a vehicle of our own comes: `on Monday 2 March between 13:15 and 14:45`."""
    first, last = (at.astimezone(ZoneInfo(row.zone)) for at in (row.window_from, row.window_until))
    return f"on {day(first.date())} between {first:%H:%M} and {last:%H:%M}"


def _with_window(parcel: TrackedParcel, comes: str) -> TrackedParcel:
    """The parcel, with the hours in which our own driver comes, where it is still to come."""
    if not comes or parcel.status in (Status.DELIVERED, Status.EXCEPTION):
        return parcel
    return replace(parcel, says=f"{parcel.says.rstrip('.')}. Our driver comes {comes}.")


def _by_parcel(rows: Iterable[Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.sscc].append(row)
    return found


# What each milestone is to a customer: a status, and a sentence with the carrier's name.
_MILESTONES: Mapping[str, tuple[Status, str]] = {
    "label_made": (Status.INFO_RECEIVED, "Packed and labelled, ready for {carrier}."),
    "handed_over": (Status.INFO_RECEIVED, "Given to {carrier}; its first scan has not come yet."),
    "accepted": (Status.IN_TRANSIT, "{carrier} has it."),
    "in_transit": (Status.IN_TRANSIT, "On its way."),
    "held": (Status.EXCEPTION, "Held up on its way; {carrier} is looking after it."),
    "out_for_delivery": (Status.OUT_FOR_DELIVERY, "Out for delivery: it comes today."),
    "attempted": (Status.ATTEMPT_FAIL, "{carrier} was at the door and could not leave it; it is tried again."),
    "delivered": (Status.DELIVERED, "Delivered."),
    "returning": (Status.EXCEPTION, "On its way back to us; we will be in touch."),
    "returned": (Status.EXCEPTION, "Back with us; we will be in touch."),
    "lost": (Status.EXCEPTION, "Lost on its way; we are sorry, and will be in touch."),
}
_CHECKPOINTS = {
    "label_made": "Label made",
    "handed_over": "Given to the carrier",
    "accepted": "Collected by the carrier",
    "in_transit": "On its way",
    "held": "Held up on its way",
    "out_for_delivery": "Out for delivery",
    "attempted": "Could not be delivered",
    "delivered": "Delivered",
    "returning": "On its way back",
    "returned": "Back with the sender",
    "lost": "Lost",
}
_LABELLED = ("bought", "void_requested")
_ON_ITS_WAY = (Status.INFO_RECEIVED, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY)


def _parcel(
    parcel: Any,
    number: int,
    of: int,
    scans: Sequence[Any],
    contents: Sequence[Any],
    private: frozenset[str],
    now: datetime,
) -> TrackedParcel:
    milestone = _milestone(parcel)
    carrier = parcel.carrier or "the carrier"
    if milestone:
        status, says = _MILESTONES[milestone]
        says = capital(says.format(carrier=carrier))
    else:
        status, says = Status.PENDING, "Packed; its label is being made."
    heard = max([scan.scanned_at for scan in scans], default=parcel.handed_over_at)
    if status in _ON_ITS_WAY and heard is not None and now - heard > timedelta(days=SILENT_DAYS):
        status, says = Status.EXPIRED, f"{capital(carrier)} has told us nothing for {SILENT_DAYS} days; we ask."
    return TrackedParcel(
        number=number,
        of=of,
        status=status,
        milestone=milestone,
        says=says,
        carrier=parcel.carrier,
        expected_on=None if parcel.state == "delivered" else parcel.eta,
        delivered_at=parcel.delivered_at,
        checkpoints=tuple(
            TrackedCheckpoint(
                _CHECKPOINTS[scan.milestone], scan.milestone, scan.scanned_at, _town(scan.scan_place, private)
            )
            for scan in scans
            if scan.milestone in _CHECKPOINTS
        ),
        items=tuple(TrackedItem(row.description, row.quantity) for row in contents),
    )


def _milestone(parcel: Any) -> str:
    """As it was scanned; of what nobody scanned, how far we have brought it. '' where it has no label."""
    if parcel.state == "delivered":
        return "delivered"
    if parcel.milestone and parcel.milestone != "label_made":
        return str(parcel.milestone)
    if parcel.state == "handed_over":
        return "handed_over"
    return "label_made" if parcel.label_state in _LABELLED else ""


def _private(address: Address | None) -> frozenset[str]:
    """Words that would tell whose the order is, and where it goes; its town may be told."""
    if address is None:
        return frozenset()
    told = " ".join((address.name, *address.lines, address.email, address.phone, address.postcode)).casefold()
    return frozenset(word for word in told.split() if len(word) > 1)


def _town(place: str, private: frozenset[str]) -> str:
    """What a carrier calls a place, if it can be a town's name: carriers write streets and names there, too."""
    town = place.partition(",")[0].strip()
    if len(town) > _LONGEST_TOWN or any(letter.isdigit() for letter in town):
        return ""
    return "" if private & set(town.casefold().split()) else town


def _waiting(wanted: Sequence[Any], contents: Sequence[Any]) -> tuple[TrackedItem, ...]:
    packed: Counter[str] = Counter()
    for row in contents:
        packed[row.item_id] += row.quantity
    left = [(row.description, row.quantity - packed[row.item_id]) for row in wanted]
    return tuple(TrackedItem(description, quantity) for description, quantity in left if quantity > 0)


# Of several parcels the one that needs the customer's attention most speaks for the order.
_SPEAKS_FIRST = (
    *(Status.EXCEPTION, Status.ATTEMPT_FAIL, Status.OUT_FOR_DELIVERY, Status.EXPIRED),
    *(Status.IN_TRANSIT, Status.INFO_RECEIVED, Status.PENDING),
)


def _order_says(order: Any, parcels: Sequence[TrackedParcel], waiting: Sequence[TrackedItem]) -> tuple[Status, str]:
    """The status of the whole order, and a sentence or two."""
    if order.state == "cancelled":
        return Status.EXCEPTION, "This order is cancelled: nothing more of it will come."
    if order.delivered_on is not None:
        return Status.DELIVERED, f"Delivered on {day(order.delivered_on)}."
    open_parcels = [parcel for parcel in parcels if parcel.status is not Status.DELIVERED]
    follows = f" Still to be packed: {joined([f'{one.quantity} {one.description}' for one in waiting[:3]])}."
    rest = follows if waiting and parcels else ""
    if order.stopped and waiting:
        return Status.PENDING, f"This order is on hold; we are in touch about it.{rest}"
    if not parcels:
        waits = "We are waiting for its payment." if order.cleared_at is None else "We are getting it ready."
        return Status.PENDING, waits
    if not open_parcels:
        return Status.PENDING, f"{capital(many(len(parcels), 'parcel'))} delivered.{rest}"
    first = min(open_parcels, key=lambda parcel: (_SPEAKS_FIRST.index(parcel.status), parcel.number))
    if len(parcels) == 1:
        return first.status, f"{first.says}{rest}"
    arrived = len(parcels) - len(open_parcels)
    so_far = f"{arrived} of {len(parcels)} parcels delivered. " if arrived else f"It comes in {len(parcels)} parcels. "
    return first.status, f"{so_far}Parcel {first.number}: {first.says}{rest}"


_WHY = {
    ("customer", "cleared"): "because the payment came later",
    ("customer", ""): "because the order was changed",
    ("supplier", ""): "because goods reach us at another time than we were told",
    ("carrier", ""): "because the carrier is delayed",
    ("us", ""): "because of us, and we are sorry",
}


def _promise(promises: Sequence[Any], order: Any) -> TrackedPromise:
    """The promise that stands, beside the one before it where it then was another."""
    if not promises or order.state == "cancelled":
        return TrackedPromise("", None, None, "", None, "")
    now = promises[-1]
    came = "was promised" if order.delivered_on else "arrives"
    says = f"It {came} {window(now.first_day, now.last_day)}."
    others = [one for one in promises if (one.first_day, one.last_day) != (now.first_day, now.last_day)]
    if not others:
        return TrackedPromise(says, now.first_day, now.last_day, "", None, "")
    old = others[-1]
    changed = next(one for one in promises if one.revision > old.revision)
    about = (changed.caused_by or "us", changed.cause)
    return TrackedPromise(
        says=says,
        first_day=now.first_day,
        last_day=now.last_day,
        old_says=f"Before, it was promised {window(old.first_day, old.last_day)}.",
        old_last_day=old.last_day,
        why=_WHY.get(about) or _WHY.get((about[0], ""), _WHY["us", ""]),
    )
