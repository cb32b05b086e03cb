"""Labels through EasyPost: two steps and an id of its own, and still one label for a parcel, whatever the wire does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn

from doorstep.flow.office import Office
from doorstep.flow.ship import request_labels, send_labels
from doorstep.flow.track import authentic, take_scan
from doorstep.links.breaker import BreakerRule
from doorstep.links.ends import ends_of
from doorstep.links.sender import End, Sender
from doorstep.terms.clock import FalseClock
from doorstep.twin.carrier import CarrierTransport, make_carrier
from doorstep.twin.easypost_desk import API_KEY, WEBHOOK_SECRET, EasyPostDesk
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import ADA, Shop, all_is_well, in_threads, open_shop
from tests.flow.test_labels import STORM, labels, mean_to_void

SERVICES = "swift-express=usps-priority steady-ground=USPS_GroundAdvantage"


def ends(url: str = "http://carrier.test") -> dict[str, End]:
    """Both carriers of the shop are reached through EasyPost, as settings say it."""
    said = " ".join(f"{carrier_id}=easypost+{url}" for carrier_id in ("swift", "steady"))
    keys = " ".join(f"{carrier_id}={API_KEY}" for carrier_id in ("swift", "steady"))
    never_opens = BreakerRule(opens_after=10**6)
    return {name: replace(end, breaker=never_opens) for name, end in ends_of(said, keys, SERVICES).items()}


def through(shop: Shop, *script: Fault, plan: FaultPlan | None = None) -> EasyPostDesk:
    desk = EasyPostDesk(shop.clock, faults=plan or FaultPlan(script=script))
    shop.office = Office(shop.store, Sender(ends(), transport=CarrierTransport(desk)))
    return desk


def one_each(shop: Shop, desk: EasyPostDesk) -> bool:
    """Whether every label that is paid for at EasyPost is one of ours, and no parcel has two."""
    ours = {(row.label_id, row.tracking_number) for row in shop.rows("SELECT * FROM label WHERE state = 'bought'")}
    theirs = Counter(desk.live_labels())
    return bool(ours) and theirs == Counter(ours)


def test_a_label_is_bought_in_ounces_and_inches_with_its_document_and_its_cost(shop: Shop) -> None:
    desk = through(shop)
    shop.to_the_dock(("MUG", 1))
    row = shop.one("SELECT * FROM label")
    assert (row.state, row.currency, row.carrier_ref[:4]) == ("bought", "USD", "shp_")
    assert row.cost_minor in (607, 742, 667, 837)
    assert shop.one("SELECT media_type FROM document") == "application/pdf"
    create, buy = desk.bodies
    assert create[2]["shipment"]["reference"] == row.label_id
    assert create[2]["shipment"]["to_address"]["state"] == "NY"
    assert buy[1] == f"/v2/shipments/{row.carrier_ref}/buy"
    assert one_each(shop, desk)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Fault.NONE, Fault.SILENT_AFTER),
        (Fault.NONE, Fault.BROKEN_BEFORE),
        (Fault.SILENT_AFTER, Fault.CUT),
        (Fault.BROKEN_AFTER, Fault.BROKEN_AFTER),
    ],
)
def test_whatever_is_lost_on_the_way_one_label_is_paid_for(
    shop_url: str, clock: FalseClock, first: Fault, second: Fault
) -> None:
    with open_shop(shop_url, clock) as shop:
        desk = through(shop, first, second, second)
        shop.to_the_dock(("MUG", 1))
        shop.settle_whatever_it_takes()
        assert one_each(shop, desk)
        assert desk.payments() == 1


def test_two_workers_with_the_same_label_pay_for_one(shop: Shop) -> None:
    """Their leases have run out on each other: both open a shipment, one of them is bought."""
    desk = through(shop)
    shop.to_the_bench(("MUG", 1))
    (packed,) = shop.pack_all()
    request_labels(shop.office, packed.fulfilment_id)
    label_id = shop.one("SELECT label_id FROM label")
    in_threads([lambda: send_labels(shop.office, [(label_id, 0)])] * 6)
    shop.later(minutes=5)
    shop.settle()
    assert one_each(shop, desk)
    assert desk.payments() == 1


def test_in_a_storm_every_parcel_gets_one_label(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock) as shop:
        desk = through(shop, plan=FaultPlan(seed=11, ppm=STORM))
        shop.receive("LAMP", 40, "CS/B-01", serials=tuple(f"S-{number:03d}" for number in range(40)))
        for _ in range(2):
            shop.place(("LAMP", 20))
        shop.settle()
        shop.release()
        shop.pick_all()
        shop.pack_all()
        shop.settle_whatever_it_takes()
        assert shop.one("SELECT count(DISTINCT sscc) FROM label WHERE state = 'bought'") == 40
        assert one_each(shop, desk)
        assert desk.payments() == 40
        all_is_well(shop.store)


def test_a_no_is_believed_after_a_look_and_told_in_its_words(shop: Shop) -> None:
    desk = through(shop)
    shop.to_the_dock(("MUG", 1), ship_to=replace(ADA, city=""))
    assert labels(shop) == [("failed", "")]
    assert "Address not found" in shop.one("SELECT says FROM label")
    assert desk.live_labels() == []
    assert desk.asked["GET v2/shipments"] == 1


def test_a_label_given_back_is_refunded_and_another_bought(shop: Shop) -> None:
    desk = through(shop)
    shop.to_the_dock(("MUG", 1))
    mean_to_void(shop)
    shop.settle()
    assert [state for state, _ in labels(shop)] == ["voided", "bought"]
    assert one_each(shop, desk)


class FilesAreGone(httpx.BaseTransport):
    """The wire to EasyPost; what lies at its files' address is not there for a while."""

    def __init__(self, wire: httpx.BaseTransport) -> None:
        self._wire, self.back = wire, False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/files/"):
            assert "authorization" not in request.headers, "our key is shown to whoever keeps the files"
            if not self.back:
                return httpx.Response(404)
        return self._wire.handle_request(request)


def test_a_label_whose_document_cannot_be_had_is_bought_and_its_document_fetched_later(shop: Shop) -> None:
    desk = EasyPostDesk(shop.clock)
    wire = FilesAreGone(CarrierTransport(desk))
    shop.office = Office(shop.store, Sender(ends(), transport=wire))
    shop.to_the_dock(("MUG", 1))
    assert shop.one("SELECT state, document FROM label") == ("bought", "")
    assert (
        shop.one("SELECT trouble FROM due WHERE verb = 'fetch_document'") == "the document could not be had: status 404"
    )
    all_is_well(shop.store)
    wire.back = True
    shop.later(minutes=1)
    shop.settle()
    assert shop.one("SELECT d.media_type FROM label l JOIN document d ON d.digest = l.document") == "application/pdf"
    assert desk.payments() == 1


def test_what_easypost_pushes_moves_the_parcel_scan_by_scan_and_each_is_taken_once(shop: Shop) -> None:
    desk = through(shop)
    shop.on_its_way(("MUG", 1))
    row = shop.one("SELECT carrier_id, tracking_number, sscc FROM label")
    shop.later(hours=1)
    first, headers = desk.move(row.tracking_number, "in_transit", "received_at_origin_facility")
    now = shop.clock.now()
    assert authentic(shop.office, row.carrier_id, [WEBHOOK_SECRET.encode()], headers, first, now) is None
    assert authentic(shop.office, row.carrier_id, [b"another"], headers, first, now) is not None
    assert take_scan(shop.office, row.carrier_id, first).outcome == "applied"
    assert take_scan(shop.office, row.carrier_id, first).outcome == "duplicate"
    shop.later(hours=20)
    second, _ = desk.move(row.tracking_number, "delivered", "arrived_at_destination", "NEW YORK")
    assert take_scan(shop.office, row.carrier_id, second).outcome == "applied"
    assert shop.one("SELECT count(*) FROM scan") == 2
    assert shop.one("SELECT state FROM parcel WHERE sscc = %s", row.sscc) == "delivered"


@contextmanager
def served(desk: EasyPostDesk) -> Iterator[str]:
    """The false EasyPost on loopback; its files lie there too."""
    server = uvicorn.Server(uvicorn.Config(make_carrier(desk), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        desk.files_at = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield desk.files_at
    finally:
        server.should_exit = True
        thread.join()


def test_on_loopback_the_settings_are_all_it_takes(shop: Shop) -> None:
    desk = EasyPostDesk(shop.clock, faults=FaultPlan(script=(Fault.BUSY,)))
    with served(desk) as url:
        sender = Sender(ends(url))
        shop.office = Office(shop.store, sender)
        shop.to_the_dock(("MUG", 1))
        assert "too_many_requests" in shop.one("SELECT trouble FROM due WHERE verb = 'send_label'")
        shop.later(seconds=10)
        shop.settle()
        sender.close()
    assert one_each(shop, desk)
    assert shop.one("SELECT media_type FROM document") == "application/pdf"
