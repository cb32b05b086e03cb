from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.port import ScanRead
from doorstep.terms.parcel import Milestone
from doorstep.tracking.track import Effect, ParcelTrack, ReachedChange, Seen, advance, track_of

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
M = Milestone


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def scan(milestone: Milestone, hour: int, *, message_id: str = "", corrects: bool = False, signed_by: str = "") -> Seen:
    message_id = message_id or f"{milestone}-{hour}{'-corrects' if corrects else ''}"
    return Seen(message_id, milestone, milestone[:2].upper(), at(hour), signed_by=signed_by, corrects=corrects)


def where(*scans: Seen) -> Milestone | None:
    return track_of(scans).milestone


scans_of_a_parcel = st.lists(
    st.builds(
        Seen,
        message_id=st.sampled_from("abcdefghij"),  # the carrier sometimes uses an id twice
        milestone=st.sampled_from(M),
        code=st.sampled_from(["X", "Y"]),
        occurred_at=st.integers(0, 8).map(at),
        signed_by=st.sampled_from(["", "Ann"]),
        corrects=st.integers(0, 5).map(lambda drawn: drawn == 0),
    ),
    max_size=10,
)


@given(scans_of_a_parcel, st.data())
def test_the_same_scans_in_any_order_and_number_make_the_same_track(scans: list[Seen], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(scans), max_size=5)) if scans else []
    shuffled = data.draw(st.permutations(scans + again))
    assert track_of(shuffled) == track_of(scans)


@given(scans_of_a_parcel)
def test_no_older_scan_takes_a_parcel_back(scans: list[Seen]) -> None:
    track = ParcelTrack()
    for number, new in enumerate(scans):
        new = replace(new, message_id=str(number), corrects=False)
        after = advance(track, new).track
        older = track.since is not None and new.occurred_at < track.since
        if older and track.milestone and after.milestone is not track.milestone:
            ends = {M.DELIVERED, M.RETURNING, M.RETURNED}
            assert after.milestone in ends or (after.milestone and after.milestone.rank > track.milestone.rank)
        track = after


@given(scans_of_a_parcel)
def test_a_delivered_parcel_stays_so_unless_it_was_returned_or_corrected_later(scans: list[Seen]) -> None:
    scans = [replace(one, message_id=str(number)) for number, one in enumerate(scans)]
    delivered = [one.occurred_at for one in scans if one.milestone is M.DELIVERED]
    undoing = [one.occurred_at for one in scans if one.corrects or one.milestone in (M.RETURNING, M.RETURNED)]
    if delivered and all(undone < max(delivered) for undone in undoing):
        assert where(*scans) is M.DELIVERED


@given(scans_of_a_parcel)
def test_every_change_told_is_the_difference_between_before_and_after(scans: list[Seen]) -> None:
    told: dict[Milestone, datetime] = {}
    track = ParcelTrack()
    for new in scans:
        step = advance(track, new)
        for change in step.changes:
            assert told.get(change.milestone) == change.was
            if change.now is None:
                del told[change.milestone]
            else:
                told[change.milestone] = change.now
        track = step.track
        assert told == track.reached


def test_a_plain_journey_reaches_each_milestone_in_turn() -> None:
    way = [M.LABEL_MADE, M.HANDED_OVER, M.ACCEPTED, M.IN_TRANSIT, M.OUT_FOR_DELIVERY, M.DELIVERED]
    track = ParcelTrack()
    for hour, milestone in enumerate(way):
        step = advance(track, scan(milestone, hour))
        assert step.effect is Effect.MOVED
        assert step.changes == (ReachedChange(milestone, None, at(hour)),)
        track = step.track
    assert list(track.reached.items()) == [(milestone, at(hour)) for hour, milestone in enumerate(way)]


def test_a_scan_of_the_carrier_is_taken_as_it_was_read() -> None:
    read = ScanRead("m_1", "LC1", M.DELIVERED, "DL", at(5), place="Denver", signed_by="Ann")
    step = advance(ParcelTrack(), read)
    assert (step.track.milestone, step.track.since, step.track.signed_by) == (M.DELIVERED, at(5), "Ann")


def test_the_same_message_again_changes_nothing() -> None:
    track = track_of([scan(M.IN_TRANSIT, 2)])
    step = advance(track, scan(M.IN_TRANSIT, 2))
    assert (step.effect, step.track, step.changes) == (Effect.DUPLICATE, track, ())


def test_a_late_scan_is_history_and_fills_in_when_its_milestone_was_reached() -> None:
    track = track_of([scan(M.OUT_FOR_DELIVERY, 9)])
    step = advance(track, scan(M.ACCEPTED, 1))
    assert step.effect is Effect.HISTORY
    assert step.track.milestone is M.OUT_FOR_DELIVERY
    assert step.changes == (ReachedChange(M.ACCEPTED, None, at(1)),)


def test_a_milestone_keeps_its_earliest_time() -> None:
    track = track_of([scan(M.IN_TRANSIT, 5), scan(M.IN_TRANSIT, 3), scan(M.IN_TRANSIT, 7)])
    assert track.reached == {M.IN_TRANSIT: at(3)}


def test_a_scanner_with_a_fast_clock_does_not_bring_the_parcel_back_to_the_counter() -> None:
    assert where(scan(M.IN_TRANSIT, 3), scan(M.ACCEPTED, 4)) is M.IN_TRANSIT


def test_after_a_vain_attempt_the_parcel_goes_out_again() -> None:
    out_again = track_of([scan(M.OUT_FOR_DELIVERY, 1), scan(M.ATTEMPTED, 5), scan(M.OUT_FOR_DELIVERY, 25)])
    assert (out_again.milestone, out_again.since) == (M.OUT_FOR_DELIVERY, at(25))
    assert out_again.reached[M.OUT_FOR_DELIVERY] == at(1)


def test_a_depot_scan_uploaded_after_delivery_moves_and_reaches_nothing() -> None:
    track = track_of([scan(M.DELIVERED, 5), scan(M.IN_TRANSIT, 6), scan(M.LOST, 7)])
    assert (track.milestone, track.reached) == (M.DELIVERED, {M.DELIVERED: at(5)})
    assert len(track.history) == 3


def test_a_later_return_ends_a_delivery_and_an_earlier_one_does_not() -> None:
    assert where(scan(M.DELIVERED, 5), scan(M.RETURNED, 6)) is M.RETURNED
    assert where(scan(M.RETURNING, 4), scan(M.DELIVERED, 5)) is M.DELIVERED
    assert where(scan(M.RETURNED, 5), scan(M.DELIVERED, 5)) is M.DELIVERED


def test_a_parcel_on_its_way_back_passes_depots_without_going_forward_again() -> None:
    assert where(scan(M.RETURNING, 4), scan(M.IN_TRANSIT, 5), scan(M.OUT_FOR_DELIVERY, 6)) is M.RETURNING


def test_lost_parcels_turn_up() -> None:
    assert where(scan(M.LOST, 4), scan(M.IN_TRANSIT, 9)) is M.IN_TRANSIT


def test_a_delivery_reported_by_mistake_is_withdrawn_and_the_true_one_counts() -> None:
    false, withdrawn = scan(M.DELIVERED, 3, signed_by="Bob"), scan(M.IN_TRANSIT, 4, corrects=True)
    track = track_of([scan(M.OUT_FOR_DELIVERY, 1), false])
    step = advance(track, withdrawn)
    assert step.effect is Effect.MOVED
    assert step.track.milestone is M.IN_TRANSIT
    assert step.track.signed_by == ""
    assert ReachedChange(M.DELIVERED, at(3), None) in step.changes
    true = advance(step.track, scan(M.DELIVERED, 8, signed_by="Ann")).track
    assert (true.reached[M.DELIVERED], true.signed_by) == (at(8), "Ann")


def test_a_correction_does_not_undo_what_happened_after_it() -> None:
    assert where(scan(M.IN_TRANSIT, 4, corrects=True), scan(M.DELIVERED, 5)) is M.DELIVERED
    assert where(scan(M.IN_TRANSIT, 5, corrects=True), scan(M.DELIVERED, 5)) is M.DELIVERED


def test_two_messages_under_one_id_count_as_one_whichever_came_first() -> None:
    one, other = scan(M.IN_TRANSIT, 2, message_id="m"), scan(M.DELIVERED, 3, message_id="m")
    assert track_of([one, other]) == track_of([other, one])
    assert len(track_of([one, other]).history) == 1


@pytest.mark.parametrize(("earlier", "later"), [(M.LABEL_MADE, M.HANDED_OVER), (M.ATTEMPTED, M.DELIVERED)])
def test_milestones_rank_as_a_journey_goes_not_as_letters_do(earlier: Milestone, later: Milestone) -> None:
    assert earlier.rank < later.rank
