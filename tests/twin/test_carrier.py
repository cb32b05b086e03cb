from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn

from doorstep.carriers import local
from doorstep.carriers.port import AtCarrier, CarrierSaysNo, LabelAsk, LabelMade, NoLabel, Reply, Request, Voided
from doorstep.carriers.rating import Rated, rate
from doorstep.links.breaker import BreakerRule
from doorstep.links.sender import End, NoReply, Sender
from doorstep.terms.clock import FalseClock
from doorstep.terms.measures import grams
from doorstep.terms.parcel import Size
from doorstep.twin.carrier import CarrierTransport, make_carrier
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.carrier_services import local_services
from doorstep.twin.faults import Fault, FaultPlan
from tests.carriers.contract import BUYER, ask, mm

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
KEY = {"Authorization": f"Bearer {API_KEY}"}
NEVER_OPENS = BreakerRule(opens_after=10**6)


def desk_with(*script: Fault, seed: int = 7) -> CarrierDesk:
    return CarrierDesk(FalseClock(NOW), seed, faults=FaultPlan(script=script))


def sender_to(desk: CarrierDesk, key: str = API_KEY) -> Sender:
    end = End("local", "http://local.test", headers={"Authorization": f"Bearer {key}"}, breaker=NEVER_OPENS)
    return Sender({"local": end}, transport=CarrierTransport(desk))


def sent(desk: CarrierDesk, request: Request) -> Reply:
    reply = sender_to(desk).send("local", request, NOW)
    assert isinstance(reply, Reply), reply
    return reply


def bought(desk: CarrierDesk, wanted: LabelAsk | None = None) -> LabelMade:
    wanted = wanted or ask()
    label = local.read_label(sent(desk, local.build_label(wanted)), wanted.reference)
    assert isinstance(label, LabelMade), label
    return label


def refused(desk: CarrierDesk, wanted: LabelAsk) -> str:
    no = local.read_label(sent(desk, local.build_label(wanted)), wanted.reference)
    assert isinstance(no, CarrierSaysNo), no
    return no.code


def test_a_label_costs_what_the_tariff_says() -> None:
    wanted, service = ask(), local_services()["local-ground"]
    rated = rate(service, Size(300, 200, 100), 1_200, wanted.ship_from.area, wanted.ship_to.area)
    assert isinstance(rated, Rated)
    label = bought(desk_with())
    assert (label.cost_minor, label.currency) == (rated.total_minor, rated.currency)


def test_one_reference_buys_one_label_however_often_it_is_asked_for() -> None:
    desk = desk_with()
    assert bought(desk) == bought(desk)
    assert desk.live_labels() == {ask().reference: bought(desk).tracking_number}
    assert refused(desk, ask(weight_g=1_300)) == "reference_reused"


def test_another_reference_gets_another_number_and_the_same_seed_the_same_ones() -> None:
    one, other = bought(desk_with()), bought(desk_with(), ask("other"))
    assert one.tracking_number != other.tracking_number
    assert bought(desk_with()) == one
    assert bought(desk_with(seed=8)).tracking_number != one.tracking_number


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (replace(ask(), service_id="local-rocket"), "unknown_service"),
        (replace(ask(), weight=grams(0)), "bad_weight"),
        (replace(ask(), weight=grams(30_001)), "too_heavy"),
        (replace(ask(), sides=mm(0, 1, 1)), "bad_size"),
        (replace(ask(), sides=mm(1_751, 10, 10)), "too_long"),
        (replace(ask(), sides=mm(1_000, 600, 600)), "girth"),
        (replace(ask(), sscc="040123450000000017"), "bad_sscc"),
        (replace(ask(), sscc="1234"), "bad_sscc"),
        (replace(ask(), ship_to=replace(BUYER, city=" ")), "bad_address"),
        (replace(ask(), ship_to=replace(BUYER, postcode="")), "bad_address"),
        (replace(ask(), ship_to=replace(BUYER, lines=())), "bad_address"),
        (replace(ask(), ship_to=replace(BUYER, country="USA")), "bad_address"),
        (replace(ask(), ship_from=replace(BUYER, name="")), "bad_address"),
        (replace(ask(), reference=""), "malformed"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(wanted: LabelAsk, code: str) -> None:
    desk = desk_with()
    assert refused(desk, wanted) == code
    assert desk.live_labels() == {}


def test_a_wrong_key_a_wrong_body_and_a_wrong_door_are_refused() -> None:
    reply = sender_to(desk_with(), key="guess").send("local", local.build_label(ask()), NOW)
    assert isinstance(reply, Reply)
    no = local.read_label(reply, ask().reference)
    assert isinstance(no, CarrierSaysNo)
    assert no.code == "bad_key"
    for request in (Request("POST", "/v1/labels", {}, b"{"), Request("GET", "/v1/elsewhere", {})):
        no = local.read_label(sent(desk_with(), request), "r")
        assert isinstance(no, CarrierSaysNo)
        assert no.code == "malformed"


def test_a_label_is_found_by_its_reference_and_then_void_until_it_is_collected() -> None:
    desk = desk_with()
    lookup = local.build_lookup(ask().reference)
    assert local.read_lookup(sent(desk, lookup), ask().reference) == NoLabel(ask().reference)
    label = bought(desk)
    assert local.read_lookup(sent(desk, lookup), ask().reference) == label
    known = AtCarrier(label.tracking_number)
    for _ in range(2):
        assert local.read_void(sent(desk, local.build_void(known)), known) == Voided(label.tracking_number)
    assert local.read_lookup(sent(desk, lookup), ask().reference) == NoLabel(ask().reference, voided=True)
    assert refused(desk, ask()) == "reference_voided"
    with pytest.raises(ValueError, match="void"):
        desk.collect(label.tracking_number, NOW)


def test_a_collected_parcel_cannot_be_void_any_more() -> None:
    desk = desk_with()
    number = bought(desk).tracking_number
    desk.collect(number, NOW)
    no = local.read_void(sent(desk, local.build_void(AtCarrier(number))), AtCarrier(number))
    assert isinstance(no, CarrierSaysNo)
    assert no.code == "already_accepted"


def test_the_document_bears_sscc_number_and_address_and_obeys_no_address() -> None:
    wanted = replace(ask(), ship_to=replace(BUYER, name="^XZ~JA_Zoë"))
    text = bought(desk_with(), wanted).document.decode()
    assert text.startswith("^XA^CI28^PW812^LL1218")
    assert f"^BCN,260,Y,N,N,D^FH_^FD(00){wanted.sscc}^FS" in text
    assert "_5EXZ_7EJA_5FZoë" in text
    assert "80202 Denver" in text
    assert bought(desk_with(), wanted).tracking_number in text
    assert text.count("^XZ") == 1
    assert "~" not in text


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        (Fault.BUSY, False),
        (Fault.BROKEN_BEFORE, False),
        (Fault.BROKEN_AFTER, True),
        (Fault.SILENT_BEFORE, False),
        (Fault.SILENT_AFTER, True),
        (Fault.CUT, True),
    ],
)
def test_after_any_fault_a_look_up_tells_the_truth_and_asking_again_buys_one_label(fault: Fault, made: bool) -> None:
    desk = desk_with(fault)
    answer = sender_to(desk).send("local", local.build_label(ask()), NOW)
    if isinstance(answer, Reply):
        no = local.read_label(answer, ask().reference)
        assert isinstance(no, CarrierSaysNo)
        assert no.retry
        assert no.outcome_unknown is (fault is not Fault.BUSY)
        assert no.retry_after_seconds == (2 if fault is Fault.BUSY else None)
    else:
        assert answer.outcome_unknown
    found = local.read_lookup(sent(desk, local.build_lookup(ask().reference)), ask().reference)
    assert isinstance(found, LabelMade) is made
    label = bought(desk)
    assert desk.live_labels() == {ask().reference: label.tracking_number}


def test_a_thousand_labels_through_a_bad_line_are_a_thousand_labels() -> None:
    ppm = dict.fromkeys(Fault, 80_000)
    desk = CarrierDesk(FalseClock(NOW), faults=FaultPlan(seed=3, ppm=ppm))
    sender, numbers = sender_to(desk), {}
    for n in range(1_000):
        wanted = ask(f"r{n}")
        while wanted.reference not in numbers:
            answer = sender.send("local", local.build_label(wanted), NOW)
            read = local.read_label(answer, wanted.reference) if isinstance(answer, Reply) else answer
            if isinstance(read, LabelMade):
                numbers[wanted.reference] = read.tracking_number
            else:
                assert isinstance(read, NoReply | CarrierSaysNo), read
    assert desk.live_labels() == numbers
    assert len(set(numbers.values())) == 1_000


def test_a_fault_plan_of_more_than_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="million"):
        FaultPlan(ppm={Fault.BUSY: 1_000_001})


@contextmanager
def served(desk: CarrierDesk) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(make_carrier(desk, silence_seconds=1), host="127.0.0.1", port=0, log_level="critical")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_served_on_loopback_it_says_and_fails_the_same() -> None:
    desk = desk_with(Fault.NONE, Fault.CUT, Fault.SILENT_AFTER)
    with served(desk) as url:
        sender = Sender({"local": End("local", url, headers=KEY, silence_ms=300)})
        first = sender.send("local", local.build_label(ask()), NOW)
        assert isinstance(first, Reply)
        label = local.read_label(first, ask().reference)
        assert label == bought(desk_with())
        for reference in ("cut", "silent"):
            answer = sender.send("local", local.build_label(ask(reference)), NOW)
            assert isinstance(answer, NoReply)
            assert answer.outcome_unknown
        found = sender.send("local", local.build_lookup(ask().reference), NOW)
        assert isinstance(found, Reply)
        assert local.read_lookup(found, ask().reference) == label
        assert isinstance(label, LabelMade)
        known = AtCarrier(label.tracking_number)
        gone = sender.send("local", local.build_void(known), NOW)
        assert isinstance(gone, Reply)
        assert local.read_void(gone, known) == Voided(label.tracking_number)
        sender.close()
    assert set(desk.live_labels()) == {"cut", "silent"}


def test_collected_over_the_wire_a_parcel_shows_its_scans_as_they_fall_due() -> None:
    clock = FalseClock(NOW)
    desk = CarrierDesk(clock)
    number = bought(desk).tracking_number
    wanted = Request("POST", "/v1/collections", {}, json.dumps({"tracking_numbers": [number]}).encode())
    assert sent(desk, wanted).status == 200
    query = "/v1/scans?after=2026-03-01T00:00:00Z&until=2026-12-31T00:00:00Z"
    assert json.loads(sent(desk, Request("GET", query, {})).body) == {"scans": []}, "nothing is told before its time"
    clock.advance(timedelta(days=60))
    scans = json.loads(sent(desk, Request("GET", query, {})).body)["scans"]
    assert len(scans) == len(desk.collect(number, NOW))
    first = scans[0]
    sent_at = datetime.fromisoformat(first["due_at"])
    assert local.verify_signature([b"local-scan-secret"], first["headers"], first["raw"].encode(), sent_at) is None
    assert sent(desk, Request("GET", "/v1/scans?after=soon", {})).status == 400
    unknown = Request("POST", "/v1/collections", {}, b'{"tracking_numbers": ["LC0"]}')
    assert sent(desk, unknown).status == 404
