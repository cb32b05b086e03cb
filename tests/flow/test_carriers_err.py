"""Carriers that answer late, about something else, or twice the same: no second label, no scan on a wrong parcel."""

from __future__ import annotations

import json

import httpx
import pytest

from doorstep.carriers import easypost
from doorstep.carriers.port import AtCarrier, Parked, Reply
from doorstep.flow.ask_track import ask_where
from doorstep.flow.office import Office
from doorstep.flow.ship import request_labels, send_labels
from doorstep.flow.track import authentic, take_scan
from doorstep.links.sender import Sender
from doorstep.terms.refusals import Refusal
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.easypost_desk import WEBHOOK_SECRET, EasyPostDesk
from tests.corner_shop import Shop, granted, in_threads
from tests.flow.test_easypost import ends, one_each, through
from tests.flow.test_labels import mean_to_void


class Altered(httpx.BaseTransport):
    """The wire to EasyPost, on which what it answers to a payment is altered."""

    def __init__(self, desk: EasyPostDesk) -> None:
        self._wire, self.altered = CarrierTransport(desk), dict[str, object]()
        self.late, self.on_its_way = False, list[httpx.Request]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.late and request.url.path.endswith("/buy"):
            self.on_its_way.append(request)
            raise httpx.ReadTimeout("it is still on its way", request=request)
        response = self._wire.handle_request(request)
        if not self.altered or not request.url.path.endswith("/buy"):
            return response
        told = json.loads(response.read()) | self.altered
        return httpx.Response(response.status_code, content=json.dumps(told).encode())


def over(shop: Shop) -> tuple[EasyPostDesk, Altered]:
    desk = EasyPostDesk(shop.clock)
    wire = Altered(desk)
    shop.office = Office(shop.store, Sender(ends(), transport=wire))
    return desk, wire


@pytest.mark.parametrize("altered", [{"reference": "lbl_another"}, {"reference": None}, {"reference": ""}])
def test_an_answer_about_another_reference_or_none_is_no_label_of_ours(shop: Shop, altered: dict[str, object]) -> None:
    desk, wire = over(shop)
    wire.altered = altered
    shop.to_the_dock(("MUG", 1))
    assert shop.one("SELECT state FROM label") == "requested"
    assert "another reference" in shop.one("SELECT trouble FROM due WHERE verb = 'send_label'")
    wire.altered = {}
    shop.settle_whatever_it_takes()
    assert one_each(shop, desk)
    assert desk.payments() == 1


def test_a_number_that_another_parcel_has_is_asked_about_and_not_taken(shop: Shop) -> None:
    desk, wire = over(shop)
    shop.to_the_dock(("MUG", 1))
    first = shop.one("SELECT tracking_number FROM label")
    wire.altered = {"tracking_code": first}
    shop.to_the_bench(("TEA", 1))
    shop.pack_all()
    shop.settle()
    assert shop.one("SELECT count(*) FROM label WHERE tracking_number = %s", first) == 1
    assert first in shop.one("SELECT trouble FROM due WHERE verb = 'send_label'")
    wire.altered = {}
    shop.settle_whatever_it_takes()
    assert one_each(shop, desk)


def test_a_payment_that_arrives_after_its_deadline_is_found_before_another_label_is_bought(shop: Shop) -> None:
    """Given back while it was not known whether it is paid: the first look finds nothing, and is not believed."""
    desk, wire = over(shop)
    wire.late = True
    shop.to_the_dock(("MUG", 1))
    mean_to_void(shop)
    shop.later(minutes=3)
    shop.settle()
    assert shop.one("SELECT state FROM label") == "void_requested"
    wire.late = False
    CarrierTransport(desk).handle_request(wire.on_its_way[0])
    assert desk.live_labels(), "what was sent before its deadline has arrived after it"
    shop.settle_whatever_it_takes()
    assert one_each(shop, desk)


def test_a_label_asked_for_by_many_hands_at_once_is_one(shop: Shop) -> None:
    desk = through(shop)
    shop.to_the_bench(("MUG", 1))
    (packed,) = shop.pack_all()
    in_threads([lambda: request_labels(shop.office, packed.fulfilment_id)] * 4)
    label_ids = [row.label_id for row in shop.rows("SELECT label_id FROM label")]
    assert len(label_ids) == 1
    in_threads([lambda: send_labels(shop.office, [(label_ids[0], 0)])] * 2)
    in_threads([lambda: send_labels(shop.office, [(label_ids[0], 1)])] * 2)
    shop.later(minutes=5)
    shop.settle()
    assert desk.payments() == 1
    assert one_each(shop, desk)


def test_a_carrier_that_is_asked_where_a_parcel_is_tells_what_was_never_pushed_once(shop: Shop) -> None:
    desk = through(shop)
    shop.on_its_way(("MUG", 1))
    row = shop.one("SELECT carrier_id, tracking_number, sscc FROM label")
    shop.later(hours=1)
    desk.move(row.tracking_number, "in_transit", "received_at_origin_facility")
    shop.later(hours=20)
    desk.move(row.tracking_number, "delivered", "arrived_at_destination", "NEW YORK")
    heard = granted(ask_where(shop.office, row.carrier_id, row.tracking_number))
    assert [one.outcome for one in heard.taken] == ["applied", "applied"]
    assert shop.one("SELECT state FROM parcel WHERE sscc = %s", row.sscc) == "delivered"
    again = granted(ask_where(shop.office, row.carrier_id, row.tracking_number))
    assert {one.outcome for one in again.taken} == {"duplicate"}
    shop.office = Office(shop.store)
    assert "no carrier is connected" in granted(ask_where(shop.office, row.carrier_id, row.tracking_number)).why
    assert isinstance(ask_where(shop.office, row.carrier_id, "940"), Refusal)


def test_a_refund_of_another_shipment_gives_nothing_back() -> None:
    body = {"id": "shp_2", "tracking_code": "EZ1", "refund_status": "submitted"}
    read = easypost.read_void(Reply(200, json.dumps(body).encode()), AtCarrier("EZ1", "shp_1"))
    assert isinstance(read, Parked)


def test_a_push_that_was_signed_for_another_body_or_is_sent_again_moves_nothing(shop: Shop) -> None:
    desk = through(shop)
    shop.on_its_way(("MUG", 1))
    row = shop.one("SELECT carrier_id, tracking_number, sscc FROM label")
    shop.later(hours=1)
    raw, headers = desk.move(row.tracking_number, "in_transit", "received_at_origin_facility")
    now, secrets = shop.clock.now(), [WEBHOOK_SECRET.encode()]
    forged = raw.replace(b"in_transit", b"delivered!")
    assert authentic(shop.office, row.carrier_id, secrets, headers, forged, now) is not None
    assert authentic(shop.office, row.carrier_id, secrets, {}, raw, now) is not None
    assert take_scan(shop.office, row.carrier_id, raw).outcome == "applied"
    facts = shop.journal()
    assert [take_scan(shop.office, row.carrier_id, raw).outcome for _ in range(3)] == ["duplicate"] * 3
    assert shop.journal() == facts
