from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.local import read_scan, verify_signature
from doorstep.carriers.port import ScanRead
from doorstep.terms.calendar import Calendar
from doorstep.terms.parcel import Milestone
from doorstep.tracking.track import ParcelTrack, track_of
from doorstep.twin.journey import ScanMessage, Trouble, journey

MONDAY = datetime(2026, 3, 2, 22, tzinfo=UTC)  # 16:00 in Chicago
CALENDAR = Calendar(zone="America/Chicago", closes=time(19))
TRANSIT_PPM = (0, 300_000, 500_000, 190_000)  # one in a hundred is lost
SECRET = b"s"
ALL_TROUBLE = Trouble(*[1_000_000] * 5)
NO_TROUBLE = Trouble(0, 0, 0, 0, 0)


def messages(number: str, trouble: Trouble | None = None, handed_over_at: datetime = MONDAY) -> list[ScanMessage]:
    return journey(number, handed_over_at, TRANSIT_PPM, CALENDAR, 7, SECRET, trouble)


def scans(sent: list[ScanMessage]) -> list[ScanRead]:
    read = [read_scan(message.raw, message.due_at) for message in sent]
    good = [scan for scan in read if isinstance(scan, ScanRead)]
    assert len(good) == len(read), "the carrier knows its own handbook"
    return good


def track(number: str, trouble: Trouble | None = None) -> ParcelTrack:
    return track_of(scans(messages(number, trouble)))


def test_the_same_parcel_and_seed_send_the_same_bytes() -> None:
    assert messages("LC1") == messages("LC1")
    assert messages("LC1") != messages("LC2")


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 24 * 60 * 400), st.sampled_from([None, NO_TROUBLE, ALL_TROUBLE]))
def test_every_parcel_ends_delivered_or_lost_with_every_message_signed(
    number: int, minutes: int, trouble: Trouble | None
) -> None:
    handed_over_at = MONDAY + timedelta(minutes=minutes)
    sent = messages(f"LC{number}", trouble, handed_over_at)
    for message in sent:
        assert verify_signature([SECRET], message.headers, message.raw, message.due_at) is None
    read = scans(sent)
    assert all(handed_over_at < scan.occurred_at for scan in read)
    assert all(scan.occurred_at <= message.due_at for scan, message in zip(read, sent, strict=True))
    assert track_of(read).milestone in (Milestone.DELIVERED, Milestone.LOST)


def test_a_consignee_who_is_shut_gets_it_on_the_next_day_that_suits_both() -> None:
    six_days = Calendar(zone="America/Chicago", weekdays=frozenset(range(6)), closes=time(19))
    office = Calendar(zone="America/Chicago", opens=time(7), closes=time(15))
    for number in range(20):
        thursday = MONDAY + timedelta(days=3)
        sent = journey(f"LC{number}", thursday, (0, 0, 1_000_000), six_days, 7, SECRET, NO_TROUBLE, office)
        codes = [scan.code for scan in scans(sent)]
        on_the_wall = track_of(scans(sent)).reached[Milestone.DELIVERED].astimezone(ZoneInfo("America/Chicago"))
        assert (on_the_wall.strftime("%a"), codes.count("CL")) == ("Mon", 1)
        assert time(8) <= on_the_wall.time() <= time(15)


def test_parcels_arrive_on_the_days_that_the_service_publishes() -> None:
    departure = CALENDAR.day_of(MONDAY)
    days: Counter[int | None] = Counter()
    for number in range(2_000):
        reached = track(f"LC{number}").reached
        arrived = reached.get(Milestone.DELIVERED)
        days[None if arrived is None else (CALENDAR.day_of(arrived) - departure).days] += 1
    assert set(days) == {None, 1, 2, 3}
    for day, ppm in enumerate(TRANSIT_PPM):
        # Four standard deviations of 2,000 draws are at most 90.
        assert abs(days[day] - 2_000 * ppm // 1_000_000) < 90


def test_an_untroubled_journey_comes_once_and_in_order() -> None:
    for number in range(50):
        read = scans(messages(f"LC{number}", NO_TROUBLE))
        assert [scan.code for scan in read][:3] == ["PU", "AR", "DP"]
        assert len({scan.message_id for scan in read}) == len(read)
        assert read == sorted(read, key=lambda scan: scan.occurred_at)


def test_a_troubled_journey_repeats_delays_and_corrects_messages_and_ends_the_same() -> None:
    seen: Counter[str] = Counter()
    disordered = repeated = 0
    for number in range(200):
        read = scans(messages(f"LC{number}", Trouble(300_000, 300_000, 500_000, 500_000, 500_000)))
        seen.update(scan.code for scan in read)
        disordered += read != sorted(read, key=lambda scan: scan.occurred_at)
        repeated += len({scan.message_id for scan in read}) < len(read)
        assert track_of(read) == track_of(reversed(read))
    assert min(disordered, repeated) > 20
    assert min(seen[code] for code in ("PU", "AR", "DP", "OD", "NH", "DL", "DN", "DS", "DX")) > 0
    assert seen["WX"] + seen["MS"] + seen["AQ"] > 0
