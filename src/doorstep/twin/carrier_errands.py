"""What the local carrier does beside labels: it quotes, lists what its driver takes, and sends the driver."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime

from doorstep.carriers.distance import Haul
from doorstep.carriers.rating import NoRate, rate_between
from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService
from doorstep.twin.carrier_forms import Answer, ManifestBody, NoError, PickupBody, RateBody, answer, checked

PICKUP_MINOR, PICKUP_CURRENCY = 350, "USD"


def rates(services: Mapping[str, CarrierService], asked: RateBody, on: date) -> Answer:
    """What every service would cost on a day, and which cannot be had."""
    sender, to = checked(asked.sender), checked(asked.to)
    if asked.weight_g <= 0 or min(asked.size_mm) <= 0:
        raise NoError(422, "bad_size", "a parcel weighs and measures something")
    size = Size(*asked.size_mm)
    offers, without = [], []
    for service in services.values():
        rated = rate_between(service, size, asked.weight_g, Haul(sender.locality, to.locality, on))
        if isinstance(rated, NoRate):
            without.append({"service": service.service_id, "message": rated.says})
            continue
        shares = service.transit_of(rated.zone) or ()
        days = max(range(len(shares)), key=lambda day: shares[day]) if shares else None
        cost = {"minor": rated.total_minor, "currency": rated.currency}
        offers.append({"service": service.service_id, "name": service.name, "cost": cost, "days": days})
    return answer(200, {"reference": asked.reference, "rates": offers, "without_rate": without})


class Errands:
    """Lists and pickups by our reference; each is made once, however often it is asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lists: dict[str, tuple[ManifestBody, Answer]] = {}
        self._on_list: dict[str, str] = {}
        self._pickups: dict[str, tuple[PickupBody, Answer]] = {}
        self._numbers: dict[str, str] = {}
        self._off: set[str] = set()

    def list_up(self, asked: ManifestBody, live: Callable[[str], bool]) -> Answer:
        known = self._lists.get(asked.reference)
        if known:
            return self._again(known, asked, asked.reference)
        for number in asked.tracking_numbers:
            if not live(number):
                raise NoError(404, "unknown_label", f"there is no live label {number!r}")
            if number in self._on_list:
                raise NoError(409, "already_listed", f"{number} is on list {self._on_list[number]}")
        name = self._name("LM", asked.reference)
        self._on_list.update(dict.fromkeys(asked.tracking_numbers, name))
        said = {"reference": asked.reference, "manifest": name}
        self._lists[asked.reference] = (asked, answer(200, said))
        return answer(201, said)

    def listed(self, reference: str) -> Answer:
        known = self._lists.get(reference)
        if known is None:
            raise NoError(404, "unknown_manifest", f"there is no manifest for {reference!r}")
        return known[1]

    def come(self, asked: PickupBody, now: datetime) -> Answer:
        known = self._pickups.get(asked.reference)
        if known:
            return self._again(known, asked, asked.reference)
        checked(asked.address)
        if asked.ready_at >= asked.closes_at or asked.closes_at <= now:
            raise NoError(422, "bad_hours", "the driver cannot come before you open and after you close")
        cost = {"minor": PICKUP_MINOR, "currency": PICKUP_CURRENCY}
        number = self._name("LP", asked.reference)
        self._numbers[number] = asked.reference
        said = {"reference": asked.reference, "pickup": number, "cost": cost}
        self._pickups[asked.reference] = (asked, answer(200, said))
        return answer(201, said)

    def call_off(self, number: str) -> Answer:
        if number not in self._numbers:
            raise NoError(404, "unknown_pickup", f"there is no pickup {number!r}")
        self._off.add(number)
        return answer(200, {"pickup": number, "state": "cancelled"})

    @property
    def coming(self) -> tuple[str, ...]:
        """The numbers of the pickups that were booked and not cancelled."""
        return tuple(number for number in self._numbers if number not in self._off)

    @property
    def pickups(self) -> tuple[str, ...]:
        """The references of the pickups that were booked: what an auditor compares with."""
        return tuple(self._pickups)

    def _again(
        self, known: tuple[ManifestBody, Answer] | tuple[PickupBody, Answer], asked: object, reference: str
    ) -> Answer:
        before, said = known
        if before != asked:
            raise NoError(409, "reference_reused", f"{reference} stands for something else")
        return said

    def _name(self, kind: str, reference: str) -> str:
        return f"{kind}{random.Random(f'{self._seed}/{kind}/{reference}').randrange(10**10):010d}"
