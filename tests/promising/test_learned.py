"""What was seen makes a distribution that is never surer than the counts allow: laws."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.promising.learned import LEANS_ON, Learned, Seen, Transits, leaning, learned_of, transit
from doorstep.promising.mass import WHOLE, Mass
from doorstep.twin.carrier_services import local_services

PUBLISHED = (0, 300_000, 600_000, 80_000, 20_000)
seen = st.builds(
    Seen.of, st.dictionaries(st.integers(0, 30).map(str), st.integers(1, 5_000), max_size=8), st.integers(0, 50)
)


def test_with_nothing_seen_the_carrier_is_believed() -> None:
    assert transit(Learned(), PUBLISHED) == Mass.published(PUBLISHED)


@given(lane=seen, zone=seen, service=seen)
def test_what_is_learned_is_a_whole_distribution(lane: Seen, zone: Seen, service: Seen) -> None:
    learned = transit(Learned(lane, zone, service), PUBLISHED)
    assert sum(learned.ppm) + learned.never_ppm == WHOLE


@given(counts=seen)
def test_a_lane_moves_from_its_service_to_its_own_counts_as_they_grow(counts: Seen) -> None:
    standard = Mass.published(PUBLISHED)
    made = leaning(counts, standard)
    share = WHOLE * LEANS_ON // (counts.parcels + LEANS_ON)
    for day in range(31):
        own = sum(parcels for at, parcels in counts.days if at <= day)
        expected = own * WHOLE // (counts.parcels + LEANS_ON) + standard.by(day) * share // WHOLE
        assert abs(made.by(day) - expected) <= 3


def test_a_thousand_parcels_outweigh_what_is_published_and_three_do_not() -> None:
    late = Mass.published(PUBLISHED)
    few = leaning(Seen.of({"9": 3}, 0), late)
    many = leaning(Seen.of({"9": 1_000}, 0), late)
    assert few.quantile(890_000) == 3
    assert few.quantile(950_000) == 9
    assert many.quantile(100_000) == 9


@given(counts=seen, waiting=st.dictionaries(st.integers(0, 30).map(str), st.integers(1, 500), max_size=5))
def test_those_on_their_way_never_make_it_look_quicker(counts: Seen, waiting: dict[str, int]) -> None:
    standard = Mass.published(PUBLISHED)
    known = leaning(counts, standard)
    made = leaning(replace(counts, waiting=Seen.of({}, 0, {}, waiting).waiting), standard)
    assert sum(made.ppm) + made.never_ppm == WHOLE
    assert all(made.by(day) <= known.by(day) + 1 for day in range(31))


def test_what_is_not_known_yet_of_the_latest_does_not_make_all_look_quick() -> None:
    # A hundred leave a day; half take one day and half take five. After four days only quick ones have come.
    quick = Seen.of({"1": 150}, 0)
    told = Seen.of({"1": 150}, 0, {}, {"0": 100, "1": 50, "2": 50, "3": 50})
    slow = Mass.published((0, 250_000, 250_000, 0, 0, 500_000))
    assert leaning(quick, slow).by(1) > 850_000
    assert abs(leaning(told, slow).by(1) - 500_000) < 25_000


def test_parcels_that_never_came_are_never_forgotten() -> None:
    made = leaning(Seen.of({"2": 90}, 10), Mass.published(PUBLISHED))
    assert made.never_ppm == -(-10 * WHOLE // (100 + LEANS_ON))


def test_a_share_says_how_sure_it_is() -> None:
    # Wilson's interval of 81 of 263, as Newcombe (1998, table I) prints it: 0.2553 to 0.3662.
    low, high = interval_ppm(81, 263)
    assert (round(low, -2), round(high, -2)) == (255_300, 366_200)
    assert interval_ppm(0, 0) == (0, WHOLE)
    assert interval_ppm(3, 3)[1] == WHOLE
    assert share_ppm(1, 3) == 333_333
    assert share_ppm(0, 0) is None


@given(of=st.integers(1, 10**6), data=st.data())
def test_the_interval_holds_the_share(of: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, of))
    low, high = interval_ppm(kept, of)
    assert 0 <= low <= kept * WHOLE // of <= high <= WHOLE


def test_what_is_expected_of_those_that_leave_now_stands_in_the_place_of_the_counts() -> None:
    counted = Seen.of({"2": 900}, 0)
    slow = Seen.of({"2": 900}, 0, {"4": 700_000, "6": 290_000})
    made = transit(Learned(slow, slow, slow), PUBLISHED)
    assert transit(Learned(counted, counted, counted), PUBLISHED).quantile(500_000) == 2
    assert made.quantile(500_000) == 4
    assert made.by(6) < 995_000
    assert sum(made.ppm) + made.never_ppm == WHOLE


NEAR, FAR = (0, 900_000, 90_000, 9_000), (0, 0, 0, 0, 800_000, 190_000, 9_000)
GROUND = replace(local_services()["local-ground"], service_id="ground", transit_ppm={"2": NEAR, "8": FAR})


def seen_in(zone: str, **days: int) -> dict[tuple[str, str, str], Seen]:
    """What was seen of a service whose parcels all went into one zone."""
    seen = Seen.of({day[1:]: parcels for day, parcels in days.items()}, 0)
    return {("ground", "", zone): seen, ("ground", "", ""): seen, ("ground", "US-6", "US-5"): seen}


def far_now(transits: Transits) -> Mass:
    return transit(learned_of(transits, GROUND, "US-606", "US-902", "8"), FAR)


def test_parcels_of_a_near_zone_say_nothing_of_how_far_a_far_one_is() -> None:
    as_published = far_now(seen_in("2", d1=900, d2=90))
    assert [as_published.quantile(level) for level in (500_000, 980_000)] == [4, 5]


def test_a_service_that_is_late_in_one_zone_is_believed_to_be_as_late_in_another() -> None:
    late = far_now(seen_in("2", d3=900, d4=90))
    assert [late.quantile(level) for level in (500_000, 980_000)] == [6, 7]


def test_what_was_seen_in_the_zone_itself_counts_more_than_what_was_in_others() -> None:
    own = Seen.of({"4": 300, "5": 60}, 0)
    assert far_now({**seen_in("2", d3=900, d4=90), ("ground", "", "8"): own}).quantile(500_000) == 4


def test_what_moved_is_the_probability_that_would_have_to_be_moved() -> None:
    before, now = (Seen.of({}, 0, told) for told in ({"2": 600_000, "3": 400_000}, {"2": 500_000, "3": 400_000}))
    assert now.moved_ppm(before) == before.moved_ppm(now) == 100_000
    assert now.moved_ppm(now) == 0
