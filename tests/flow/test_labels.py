"""A label is meant, then asked for, and never bought twice, whatever happens on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from doorstep.events.orders import HandOffMade
from doorstep.events.shipping import LabelVoidRequested
from doorstep.events.steps import Step
from doorstep.flow.later import run_due
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.flow.ship import request_labels, send_label, void_label
from doorstep.links.sender import End, Sender
from doorstep.storage.due import TryAgain
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import VOID_LABEL
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Why
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import ADA, Shop, all_is_well, granted, in_threads, open_shop, refused

CARRIERS = ("steady", "swift")


def labels(shop: Shop) -> list[tuple[str, str]]:
    """(state, tracking number) of every label, oldest first."""
    return [tuple(row) for row in shop.rows("SELECT state, tracking_number FROM label ORDER BY label_id")]


def bought_as_the_carrier_says(shop: Shop) -> bool:
    """Whether our live labels are the carrier's, one for one."""
    ours = {row.label_id: row.tracking_number for row in shop.rows("SELECT * FROM label WHERE state = 'bought'")}
    return bool(ours) and ours == shop.desk.live_labels()


def trouble(shop: Shop) -> list[tuple[int, str]]:
    return [tuple(row) for row in shop.rows("SELECT attempts, trouble FROM due WHERE verb = 'send_label'")]


def test_a_packed_parcel_gets_its_label_with_its_document_and_its_cost(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 1))
    assert bought_as_the_carrier_says(shop)
    assert shop.one("SELECT content FROM document").startswith(b"^XA")
    assert shop.one("SELECT amount_minor FROM cost_entry WHERE cost_kind = 'freight'") == 1501
    assert shop.fulfilments(placed.order_id) == ["labelled"]


def test_every_parcel_of_a_fulfilment_order_gets_a_label_of_its_own(shop: Shop) -> None:
    placed = shop.to_the_dock(("LAMP", 3))
    assert len(shop.parcels(placed.order_id)) == len(shop.desk.live_labels()) == 3
    assert shop.fulfilments(placed.order_id) == ["labelled"]


def test_asking_again_for_labels_asks_only_for_those_that_are_missing(shop: Shop) -> None:
    shop.to_the_bench(("LAMP", 2))
    (packed,) = shop.pack_all()
    assert len(granted(request_labels(shop.office, packed.fulfilment_id)).label_ids) == 2
    assert granted(request_labels(shop.office, packed.fulfilment_id)).label_ids == ()


def test_labels_are_for_packed_parcels_only(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    (row,) = shop.rows("SELECT fulfilment_id FROM fulfilment")
    refused(request_labels(shop.office, row.fulfilment_id), Why.WRONG_STATE, "picked")
    refused(request_labels(shop.office, "ful_none"), Why.UNKNOWN_TASK, "ful_none")


def test_a_label_that_the_carrier_will_not_make_is_told_in_its_words_and_can_be_asked_for_again(shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1), ship_to=replace(ADA, city=" "))
    assert labels(shop) == [("failed", "")]
    assert shop.one("SELECT says FROM label") == "bad_address: the address has no city"
    assert shop.desk.live_labels() == {}
    assert shop.hand_over() == []
    (row,) = shop.rows("SELECT fulfilment_id FROM fulfilment")
    assert len(granted(request_labels(shop.office, row.fulfilment_id)).label_ids) == 1
    shop.settle()
    assert labels(shop) == [("failed", ""), ("failed", "")]


@pytest.mark.parametrize("fault", [Fault.SILENT_AFTER, Fault.BROKEN_AFTER, Fault.CUT])
def test_a_label_whose_answer_was_lost_is_looked_up_and_not_bought_again(
    shop_url: str, clock: FalseClock, fault: Fault
) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(fault,))) as shop:
        shop.to_the_dock(("MUG", 1))
        assert labels(shop) == [("requested", "")]
        assert len(shop.desk.live_labels()) == 1
        ((attempts, why),) = trouble(shop)
        assert (attempts, bool(why)) == (1, True)
        shop.later(seconds=10)
        shop.settle()
        assert bought_as_the_carrier_says(shop)
        all_is_well(shop.store)


@pytest.mark.parametrize("fault", [Fault.SILENT_BEFORE, Fault.BROKEN_BEFORE])
def test_a_label_that_the_carrier_never_made_is_asked_for_again(shop_url: str, clock: FalseClock, fault: Fault) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(fault, fault, fault))) as shop:
        shop.to_the_dock(("MUG", 1))
        assert shop.desk.live_labels() == {}
        shop.settle_whatever_it_takes()
        assert bought_as_the_carrier_says(shop)
        all_is_well(shop.store)


def test_a_busy_carrier_is_asked_again_after_a_while_and_not_before(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(Fault.BUSY,))) as shop:
        shop.to_the_dock(("MUG", 1))
        ((_, why),) = trouble(shop)
        assert "too_many_requests" in why
        shop.later(seconds=9)
        assert run_due(shop.office).done == 0
        shop.later(seconds=1)
        shop.settle()
        assert bought_as_the_carrier_says(shop)
        all_is_well(shop.store)


def test_a_carrier_that_stays_away_is_asked_less_and_less_often(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock, FaultPlan(ppm={Fault.SILENT_BEFORE: 1_000_000})) as shop:
        shop.to_the_dock(("MUG", 1))
        waits = []
        for _ in range(4):
            (row,) = shop.rows("SELECT due_at FROM due WHERE verb = 'send_label'")
            waits.append((row.due_at - clock.now()) // timedelta(seconds=1))
            clock.move_to(row.due_at)
            shop.settle()
        assert waits == [10, 20, 40, 80]
        assert labels(shop) == [("requested", "")]
        all_is_well(shop.store)


def test_without_a_carrier_connected_a_label_waits_and_says_why(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    shop.office = Office(shop.store, sender=None)
    shop.settle()
    ((_, why),) = trouble(shop)
    assert "no carrier is connected" in why


def test_two_workers_with_one_label_buy_it_once(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    (packed,) = shop.pack_all()
    (label_id,) = granted(request_labels(shop.office, packed.fulfilment_id)).label_ids
    assert in_threads([lambda: send_label(shop.office, label_id, 0)] * 4) == [None] * 4
    assert bought_as_the_carrier_says(shop)
    assert shop.one("SELECT count(*) FROM journal WHERE kind = 'LabelBought'") == 1


def mean_to_void(shop: Shop) -> str:
    """What a change of the order does with a label it has no use for; returns the label's id."""
    (row,) = shop.rows("SELECT sscc, fulfilment_id, order_id, label_id FROM label")
    back = HandOffMade(row.order_id, row.fulfilment_id, Step.HAND_OVER, Step.LABEL, 0)

    def step(tx: Transaction) -> None:
        scribe = Scribe(CLOCKWORK, tx.now)
        tx.record(scribe(LabelVoidRequested(*row)), scribe(back))
        tx.later(VOID_LABEL, row.label_id, tx.now)

    shop.store.run(step)
    return str(row.label_id)


class Meanwhile(httpx.BaseTransport):
    """The wire to the carrier; something else happens in the house while the first request is on it."""

    def __init__(self, wire: httpx.BaseTransport, happens: Callable[[], None]) -> None:
        self._wire = wire
        self._happens: Callable[[], None] | None = happens

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return self._wire.handle_request(request)


def connected_by(shop: Shop, wire: httpx.BaseTransport) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    ends = {carrier_id: End(carrier_id, "http://carrier.test", headers) for carrier_id in CARRIERS}
    shop.office = Office(shop.store, Sender(ends, transport=wire))


def test_a_label_that_is_given_back_while_it_is_being_bought_does_not_stay_bought(shop: Shop) -> None:
    """The worker who voids looks for a label that the carrier makes a moment later."""
    answers = []

    def somebody_changes_the_order() -> None:
        label_id = mean_to_void(shop)
        answers.append(void_label(shop.office, label_id, 0))

    shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    connected_by(shop, Meanwhile(CarrierTransport(shop.desk), somebody_changes_the_order))
    shop.settle()
    assert isinstance(answers[0], TryAgain)
    assert "being bought" in answers[0].why
    shop.later(minutes=3)
    shop.settle()
    assert [state for state, _ in labels(shop)] == ["voided", "bought"]
    assert bought_as_the_carrier_says(shop)


def test_a_label_given_back_is_refunded_and_a_packed_parcel_gets_another(shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1))
    mean_to_void(shop)
    shop.settle()
    assert [state for state, _ in labels(shop)] == ["voided", "bought"]
    assert shop.one("SELECT sum(amount_minor)::int FROM cost_entry WHERE cost_kind <> 'carton'") == 1501
    assert bought_as_the_carrier_says(shop)


def test_a_label_whose_number_we_never_learned_is_looked_up_to_be_given_back(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(Fault.SILENT_AFTER,))) as shop:
        shop.to_the_dock(("MUG", 1))
        mean_to_void(shop)
        shop.settle()
        assert [state for state, _ in labels(shop)] == ["voided", "bought"]
        assert bought_as_the_carrier_says(shop)
        all_is_well(shop.store)


def test_a_label_that_travels_already_cannot_be_given_back_and_stays_paid_for(shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1))
    ((_, number),) = labels(shop)
    shop.desk.collect(number, shop.clock.now())
    mean_to_void(shop)
    shop.settle()
    assert labels(shop) == [("bought", number)]
    assert "is on its way" in shop.one("SELECT says FROM label")


STORM = {
    Fault.BUSY: 80_000,
    Fault.BROKEN_BEFORE: 40_000,
    Fault.BROKEN_AFTER: 40_000,
    Fault.SILENT_BEFORE: 40_000,
    Fault.SILENT_AFTER: 80_000,
    Fault.CUT: 80_000,
}


def test_in_a_storm_of_faults_200_parcels_get_exactly_one_live_label_each(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock, FaultPlan(seed=7, ppm=STORM)) as shop:
        serials = tuple(f"S-{number:03d}" for number in range(200))
        shop.receive("LAMP", 200, "CS/B-01", serials=serials)
        for _ in range(10):
            shop.place(("LAMP", 20))
        shop.settle()
        shop.release()
        shop.pick_all()
        shop.pack_all()
        shop.settle_whatever_it_takes()
        assert shop.one("SELECT count(DISTINCT sscc) FROM label WHERE state = 'bought'") == 200
        assert bought_as_the_carrier_says(shop)
        assert shop.rows("SELECT 1 FROM label WHERE state <> 'bought'") == []
        assert shop.one("SELECT count(*) FROM cost_entry WHERE cost_kind = 'freight'") == 200
        assert len(shop.hand_over()) == 200
        all_is_well(shop.store)
