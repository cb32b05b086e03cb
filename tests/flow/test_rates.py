"""What carriers ask for a parcel: side by side, partial where one is missing, its last word marked and conservative."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import date

import httpx
import pytest

from doorstep.flow.office import Office
from doorstep.flow.rates import Rates, ask_rates
from doorstep.links.breaker import BreakerRule
from doorstep.links.sender import End, Sender
from doorstep.terms.refusals import Refusal, Why
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from tests.corner_shop import Shop, granted


class Wire(httpx.BaseTransport):
    """Both carriers of the shop, each at a host of its own; `down` answer nothing, `slow` answer too late."""

    def __init__(self, desk: CarrierDesk) -> None:
        self._desk = CarrierTransport(desk)
        self.down: set[str] = set()
        self.slow: set[str] = set()
        self.let_go = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host.removesuffix(".test")
        if host in self.slow:
            self.let_go.wait(20)
        if host in self.down or host in self.slow:
            raise httpx.ReadTimeout("nobody is there", request=request)
        return self._desk.handle_request(request)


def connected(shop: Shop, side_by_side: bool = False) -> Wire:
    key = {"Authorization": f"Bearer {API_KEY}"}
    never = BreakerRule(opens_after=10**6)
    ends = {name: End(name, f"http://{name}.test", key, breaker=never) for name in ("swift", "steady")}
    wire = Wire(shop.desk)
    shop.office = Office(shop.store, Sender(ends, transport=wire, side_by_side=side_by_side))
    return wire


def packed_parcel(shop: Shop) -> str:
    shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    return str(shop.one("SELECT sscc FROM parcel"))


def rates(shop: Shop, sscc: str) -> Rates:
    return granted(ask_rates(shop.office, sscc))


def test_every_carrier_is_asked_and_the_cheapest_stands_first(shop: Shop) -> None:
    connected(shop)
    told = rates(shop, packed_parcel(shop))
    assert not told.partial
    assert {(offer.carrier_id, offer.last) for offer in told.offers} == {("swift", False), ("steady", False)}
    assert [offer.cost_minor for offer in told.offers] == sorted(offer.cost_minor for offer in told.offers)


def test_while_a_carrier_is_down_its_last_word_is_shown_marked_and_later(shop: Shop) -> None:
    wire = connected(shop)
    sscc = packed_parcel(shop)
    before = {offer.service_id: offer for offer in rates(shop, sscc).offers if offer.carrier_id == "swift"}
    wire.down = {"swift"}
    shop.later(hours=1)
    told = rates(shop, sscc)
    assert told.partial
    assert [one.carrier_id for one in told.missing] == ["swift"]
    assert "what it said last is shown" in told.missing[0].why
    after = {offer.service_id: offer for offer in told.offers if offer.carrier_id == "swift"}
    assert before.keys() == after.keys()
    for service_id, offer in after.items():
        assert offer.last
        assert offer.told_at == before[service_id].told_at
        assert offer.cost_minor == before[service_id].cost_minor
        assert offer.by is None or offer.by > (before[service_id].by or date.max)
    assert all(not offer.last for offer in told.offers if offer.carrier_id == "steady")
    shop.later(days=15)
    gone = rates(shop, sscc)
    assert {offer.carrier_id for offer in gone.offers} == {"steady"}
    assert "nothing it said lately is known here" in gone.missing[0].why
    wire.down = set()
    shop.settle()


def test_a_slow_carrier_holds_nobody_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstep.flow.rates.WITHIN_MS", 100)
    wire = connected(shop, side_by_side=True)
    sscc = packed_parcel(shop)
    wire.slow = {"swift"}
    begin = time.monotonic()
    told = rates(shop, sscc)
    took = time.monotonic() - begin
    wire.let_go.set()
    assert took < 10
    assert {offer.carrier_id for offer in told.offers} == {"steady"}
    assert told.missing[0].why.startswith("it did not answer within 100 ms")


def test_a_rate_of_a_smaller_parcel_is_never_shown_for_a_larger_one(shop: Shop) -> None:
    wire = connected(shop)
    small = packed_parcel(shop)
    rates(shop, small)
    wire.down = {"swift", "steady"}
    assert rates(shop, small).offers
    with shop.store.connection() as raw:
        raw.execute("UPDATE last_rate SET weight_g = weight_g - 1")
        raw.commit()
    assert rates(shop, small).offers == ()


def test_where_no_carrier_is_connected_that_is_what_is_missing(shop: Shop) -> None:
    sscc = packed_parcel(shop)
    shop.office = Office(shop.store)
    told = rates(shop, sscc)
    assert (told.offers, told.partial) == ((), True)
    assert "DOORSTEP_CARRIERS" in told.missing[0].why
    refused = ask_rates(shop.office, "0" * 18)
    assert isinstance(refused, Refusal)
    assert refused.why is Why.UNKNOWN_PARCEL
    assert replace(told, missing=()).partial is False
