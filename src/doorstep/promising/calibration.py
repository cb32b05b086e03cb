"""Whether promises were kept as often as they said, how sharp they were, and what others would have promised instead.

Reliability is looked at along the whole distribution that a promise was made from, not only at what was told. Brier's
and the pinball loss are proper: nobody gains by saying other than they believe. Whole numbers throughout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.promising.mass import WHOLE, Mass

LEVELS_PPM = (100_000, 250_000, 500_000, 650_000, 800_000, 900_000, 950_000, 980_000)
JUDGED_PPM = 900_000  # the level at which days and pinball losses are compared
OURS, PUBLISHED, STATIC = "ours", "the carrier's published standard", "one number of days for each service"


@dataclass(frozen=True, slots=True)
class Judged:
    """A promise whose end is known. Days are counted from the day of ordering; `took` None: it never came.

    `said_ppm` is what was told of the window, `kept` whether it was kept in full. `arrival` is what was believed then,
    `published` what the carrier's published transit gives in its place; None where nothing was computed.
    """

    service: str
    region: str
    said_ppm: int
    kept: bool
    told: int
    took: int | None
    arrival: Mass | None = None
    published: Mass | None = None


@dataclass(frozen=True, slots=True)
class AtLevel:
    """Of `promises`, how many came by the day at which their distribution reaches the level: `said_ppm` on average."""

    level_ppm: int
    promises: int
    said_ppm: int
    kept: int


@dataclass(frozen=True, slots=True)
class OfGroup:
    """The windows told of one service to one region, as they were told and as they were kept."""

    service: str
    region: str
    promises: int
    said_ppm: int
    kept: int


@dataclass(frozen=True, slots=True)
class Rival:
    """What one of them would have promised at JUDGED_PPM.

    `days` is the mean promise and `pinball` the mean loss, thousandths of a day, over orders that came; `kept` of
    `promises` counts those that never came as broken. `brier_ppm`: how far from what came it was in saying whether the
    order will be there by the day that was told.
    """

    name: str
    promises: int
    kept: int
    days: int
    pinball: int
    brier_ppm: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Windows told, the curve, groups by number of promises, and the rivals, ours first (none without computed ones).

    `told_days` is the mean last day told, in thousandths; `brier_ppm` is of the windows as told.
    """

    promises: int
    kept: int
    never: int
    said_ppm: int
    told_days: int
    brier_ppm: int
    curve: tuple[AtLevel, ...]
    groups: tuple[OfGroup, ...]
    rivals: tuple[Rival, ...]


def calibrate(judged: Sequence[Judged]) -> Calibration:
    """The measures of all of them; zeros of none."""
    computed = [one for one in judged if one.arrival is not None and one.arrival.ppm]
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.service, one.region].append(one)
    told = [
        OfGroup(*group, len(ones), _mean(sum(one.said_ppm for one in ones), len(ones)), sum(one.kept for one in ones))
        for group, ones in groups.items()
    ]
    n = len(judged)
    return Calibration(
        promises=n,
        kept=sum(one.kept for one in judged),
        never=sum(one.took is None for one in judged),
        said_ppm=_mean(sum(one.said_ppm for one in judged), n),
        told_days=_mean(1000 * sum(one.told for one in judged), n),
        brier_ppm=_mean(sum(_square(one.said_ppm, one.kept) for one in judged), n),
        curve=tuple(_at_level(level, computed) for level in LEVELS_PPM) if computed else (),
        groups=tuple(sorted(told, key=lambda row: (-row.promises, row.service, row.region))),
        rivals=_rivals(computed),
    )


def _at_level(level_ppm: int, computed: Sequence[Judged]) -> AtLevel:
    said = kept = 0
    for one in computed:
        day = _reaches(one.arrival or Mass.certain(0), level_ppm)
        said += (one.arrival or Mass.certain(0)).by(day)
        kept += one.took is not None and one.took <= day
    return AtLevel(level_ppm, len(computed), _mean(said, len(computed)), kept)


def _reaches(arrival: Mass, level_ppm: int) -> int:
    """The day on which it is as sure as that; the last one that is possible where it never is."""
    day = arrival.quantile(level_ppm)
    return arrival.start + len(arrival.ppm) - 1 if day is None else day


def _rivals(computed: Sequence[Judged]) -> tuple[Rival, ...]:
    """All on the same orders: those of which the carrier's standard is known too."""
    both = [one for one in computed if one.published is not None and one.published.ppm]
    if not both:
        return ()
    fixed, share = _fixed(both)
    ways: tuple[tuple[str, Callable[[Judged], int], Callable[[Judged], int]], ...] = (
        (OURS, lambda one: _reaches(_known(one.arrival), JUDGED_PPM), lambda one: _known(one.arrival).by(one.told)),
        (
            PUBLISHED,
            lambda one: _reaches(_known(one.published), JUDGED_PPM),
            lambda one: _known(one.published).by(one.told),
        ),
        (STATIC, lambda one: fixed[one.service], lambda one: share[one.service]),
    )
    return tuple(_rival(name, both, day, said) for name, day, said in ways)


def _known(mass: Mass | None) -> Mass:
    return mass or Mass.certain(0)


def _fixed(ones: Sequence[Judged]) -> tuple[dict[str, int], dict[str, int]]:
    """By service, in hindsight: the number of days within which JUDGED_PPM came, and how many came by the day told."""
    took: dict[str, list[int]] = defaultdict(list)
    by: dict[str, list[bool]] = defaultdict(list)
    for one in ones:
        by[one.service].append(one.took is not None and one.took <= one.told)
        if one.took is not None:
            took[one.service].append(one.took)
    days = {name: sorted(all_)[(len(all_) * JUDGED_PPM - 1) // WHOLE] for name, all_ in took.items()}
    shares = {name: _mean(WHOLE * sum(there), len(there)) for name, there in by.items()}
    return {name: days.get(name, 0) for name in by}, shares


def _rival(name: str, ones: Sequence[Judged], day: Callable[[Judged], int], said: Callable[[Judged], int]) -> Rival:
    came = [(day(one), one.took) for one in ones if one.took is not None]
    losses = sum(max(JUDGED_PPM * (took - at), (WHOLE - JUDGED_PPM) * (at - took)) for at, took in came)
    squares = sum(_square(said(one), one.took is not None and one.took <= one.told) for one in ones)
    return Rival(
        name=name,
        promises=len(ones),
        kept=sum(took <= at for at, took in came),
        days=_mean(1000 * sum(at for at, _ in came), len(came)),
        pinball=_mean(losses, 1000 * len(came)),
        brier_ppm=_mean(squares, len(ones)),
    )


def _square(said_ppm: int, kept: bool) -> int:
    off = WHOLE - said_ppm if kept else said_ppm
    return off * off // WHOLE


def _mean(total: int, of: int) -> int:
    """Rounded half up; 0 of none."""
    return (2 * total + of) // (2 * of) if of else 0
