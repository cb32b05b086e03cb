"""Who orders what, when, how much, and what they do afterwards: drawn by a seed from the demand file of a company."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from doorstep.intake.company import CompanyIn, CustomerIn
from doorstep.intake.orders import Id, Strict
from doorstep.intake.problems import read
from doorstep.terms.refusals import Refusal
from doorstep.twin.world import days_from, happens

Ppm = Annotated[int, Field(ge=0, le=1_000_000)]


class TownIn(Strict):
    """A town that people without an address of their own order from."""

    city: str
    postcode: str
    weight: int = 1


class WishIn(Strict):
    """An item as one kind of buyer wants it: how often, and from how many to how many units a line."""

    item_id: Id
    weight: Annotated[int, Field(ge=1)]
    least: Annotated[int, Field(ge=1)] = 1
    most: Annotated[int, Field(ge=1)] = 1


class BuyerIn(Strict):
    """One kind of buyer. `weekdays` are orders a day from Monday to Sunday, in thousandths of `orders_a_day`.

    `hours` are weights of the 24 hours on `zone`'s wall, `lines` weights of one line, two lines and so on. Customers
    are those of `customer_class`; with `own_address` they order to where they are, else to a town of the list.
    `fast_ppm` want it as fast as it can be, whatever that costs; `in_a_hurry_ppm` ask for a day, `hurry_days` from now;
    `pays_later_ppm` have their order held until payment clears it.
    """

    kind: Id
    customer_class: str
    orders_a_day: Annotated[int, Field(ge=1)]
    weekdays: Annotated[list[int], Field(min_length=7, max_length=7)]
    hours: Annotated[list[int], Field(min_length=24, max_length=24)]
    lines: Annotated[list[int], Field(min_length=1, max_length=30)]
    zone: str = "America/Chicago"
    own_address: bool = True
    fast_ppm: Ppm = 0
    in_a_hurry_ppm: Ppm = 0
    hurry_days: Annotated[int, Field(ge=1)] = 2
    pays_later_ppm: Ppm = 0
    never_pays_ppm: Ppm = 0
    cancels_ppm: Ppm = 0
    wishes: list[WishIn] = Field(default_factory=list)


class PeakIn(Strict):
    """Days on which everybody orders more: `thousandths` of what is usual, from `first` on."""

    first: date
    days: Annotated[int, Field(ge=1)]
    thousandths: Annotated[int, Field(ge=0)]

    def holds_on(self, day: date) -> bool:
        return self.first <= day < self.first + timedelta(days=self.days)


class MarketIn(Strict):
    """The whole demand file."""

    buyers: list[BuyerIn]
    peaks: list[PeakIn] = Field(default_factory=list)
    towns: list[TownIn] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list)
    streets: list[str] = Field(default_factory=list)


_MARKET: TypeAdapter[MarketIn] = TypeAdapter(MarketIn)


def read_market(raw: Any) -> MarketIn | Refusal:
    """The demand file in `raw` (parsed TOML, wishes joined to their buyers); MALFORMED with every problem."""
    return read(_MARKET, raw)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as its buyer sends it, and what comes after: seconds until it is paid (None: never), or cancelled."""

    at: datetime
    kind: str
    body: Mapping[str, Any]
    pays_after_seconds: int | None
    cancels_after_seconds: int | None


class Market:
    """Draws orders day by day; what one buyer draws leaves all others as they were."""

    def __init__(self, market: MarketIn, company: CompanyIn, seed: int) -> None:
        self._market = market
        self._currency = company.company.currency
        self._seed = seed
        self._sold_by = {item.item_id: getattr(item, "sold_by", 1) for item in company.items}
        self._customers: dict[str, list[CustomerIn]] = {}
        for customer in company.customers:
            self._customers.setdefault(customer.terms.customer_class or "", []).append(customer)

    def orders(self, first: date, days: int) -> list[Wanted]:
        """All orders of so many days, in the order of their instants."""
        drawn = [
            wanted
            for buyer in self._market.buyers
            for day in days_from(first, days)
            for wanted in self._of_a_day(buyer, day)
        ]
        return sorted(drawn, key=lambda wanted: (wanted.at, wanted.body["reference"]))

    def _of_a_day(self, buyer: BuyerIn, day: date) -> Iterator[Wanted]:
        chance = random.Random(f"{self._seed}/{buyer.kind}/{day.isoformat()}")
        thousandths = buyer.orders_a_day * buyer.weekdays[day.weekday()]
        for peak in self._market.peaks:
            thousandths = thousandths * peak.thousandths // 1000 if peak.holds_on(day) else thousandths
        many = thousandths // 1000 + happens(chance, thousandths % 1000 * 1000)
        # A day is never just as planned: a fifth more or less.
        many = max(many + chance.randint(-many // 5, many // 5), 0)
        for number in range(many):
            yield self._one(buyer, day, f"{buyer.kind[:2].upper()}-{day:%m%d}-{number + 1:03}", chance)

    def _one(self, buyer: BuyerIn, day: date, reference: str, chance: random.Random) -> Wanted:
        hour = _drawn(chance, range(24), buyer.hours)
        wall = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), ZoneInfo(buyer.zone))
        customer = chance.choice(self._customers[buyer.customer_class])
        later = happens(chance, buyer.pays_later_ppm)
        never = later and happens(chance, buyer.never_pays_ppm)
        body: dict[str, Any] = {
            "customer_id": customer.customer_id,
            "currency": self._currency,
            "reference": reference,
            "lines": self._lines(buyer, chance),
            "ship_to": self._ship_to(buyer, customer, chance),
            "cleared": not later,
        }
        if happens(chance, buyer.in_a_hurry_ppm):
            body["asked_by"] = (day + timedelta(days=buyer.hurry_days)).isoformat()
        elif happens(chance, buyer.fast_ppm):
            body["terms"] = {"preference": "fastest"}
        cancels = happens(chance, buyer.cancels_ppm)
        return Wanted(
            at=wall.astimezone(ZoneInfo("UTC")),
            kind=buyer.kind,
            body=body,
            pays_after_seconds=None if never else chance.randint(60, 3 * 3600) if later else 0,
            cancels_after_seconds=chance.randint(600, 20 * 3600) if cancels else None,
        )

    def _lines(self, buyer: BuyerIn, chance: random.Random) -> list[dict[str, Any]]:
        many = _drawn(chance, range(1, len(buyer.lines) + 1), buyer.lines)
        weights = [wish.weight for wish in buyer.wishes]
        chosen: dict[str, WishIn] = {}
        for _ in range(4 * many):
            wish = _drawn(chance, buyer.wishes, weights)
            chosen[wish.item_id] = wish
            if len(chosen) == many:
                break
        return [{"item_id": item_id, "quantity": self._units(wish, chance)} for item_id, wish in chosen.items()]

    def _units(self, wish: WishIn, chance: random.Random) -> int:
        """Fewer are likelier than many; whole packages where the item is sold so."""
        least, most = wish.least, max(wish.most, wish.least)
        units = min(chance.randint(least, most), chance.randint(least, most))
        step = self._sold_by[wish.item_id]
        return -(-units // step) * step

    def _ship_to(self, buyer: BuyerIn, customer: CustomerIn, chance: random.Random) -> dict[str, Any]:
        if buyer.own_address:
            return customer.address.model_dump()
        town = _drawn(chance, self._market.towns, [town.weight for town in self._market.towns])
        return {
            "name": chance.choice(self._market.names),
            "lines": [f"{chance.randint(1, 2400)} {chance.choice(self._market.streets)}"],
            "city": town.city,
            "postcode": town.postcode,
            "country": "US",
        }


def _drawn(chance: random.Random, among: Sequence[Any], weights: Sequence[int]) -> Any:
    """One of several by whole weights; no floats, so that every machine draws the same."""
    sums = list(accumulate(weights))
    at = chance.randrange(sums[-1])
    return among[next(i for i, below in enumerate(sums) if at < below)]
