"""Whether promises were kept as often as they said: measures on promises whose end is known."""

from __future__ import annotations

from doorstep.promising.calibration import OURS, PUBLISHED, STATIC, Judged, calibrate
from doorstep.promising.mass import Mass

SURE = Mass.published((0, 100_000, 400_000, 400_000, 100_000))
LATE = SURE.shift(3)


def judged(took: int | None, arrival: Mass | None = SURE, published: Mass | None = LATE) -> Judged:
    return Judged("ground", "US-6", 900_000, took is not None and took <= 3, 3, took, arrival, published)


ENDED = [judged(day) for day, times in ((1, 10), (2, 40), (3, 40), (4, 10)) for _ in range(times)]


def test_a_distribution_that_is_true_is_kept_at_every_level_as_often_as_it_says() -> None:
    for row in calibrate(ENDED).curve:
        assert row.said_ppm * row.promises == row.kept * 1_000_000


def test_what_never_came_counts_as_broken() -> None:
    measured = calibrate([*ENDED, judged(None)])
    assert (measured.promises, measured.kept, measured.never) == (101, 90, 1)
    assert measured.curve[-1].kept == 100


def test_groups_are_told_apart_the_largest_first() -> None:
    other = Judged("air", "US-9", 500_000, kept=True, told=1, took=1)
    groups = calibrate([other, *ENDED]).groups
    assert [(row.service, row.promises, row.kept, row.said_ppm) for row in groups] == [
        ("ground", 100, 90, 900_000),
        ("air", 1, 1, 500_000),
    ]


def test_ours_is_measured_beside_what_is_published_and_a_fixed_number_of_days() -> None:
    rivals = {row.name: row for row in calibrate(ENDED).rivals}
    assert list(rivals) == [OURS, PUBLISHED, STATIC]
    # 90 % are there on day 3: ten of a hundred are a day late; ten wait two days too long, forty one.
    assert (rivals[OURS].days, rivals[OURS].kept) == (3_000, 90)
    assert rivals[OURS].pinball == (10 * 900 + (10 * 2 + 40) * 100) // 100
    assert rivals[PUBLISHED].days == 6_000
    assert rivals[PUBLISHED].pinball > rivals[OURS].pinball
    assert rivals[OURS].brier_ppm == 90_000 < rivals[PUBLISHED].brier_ppm


def test_of_promises_that_were_told_elsewhere_only_the_windows_are_judged() -> None:
    measured = calibrate([judged(2, None, None)])
    assert (measured.promises, measured.curve, measured.rivals) == (1, (), ())
    assert calibrate([]).promises == 0
