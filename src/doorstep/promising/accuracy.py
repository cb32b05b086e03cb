"""Whether what the books show is really there: a belief that ages until somebody counts, set right by what was found.

Of a bin the stated prior doubts the more, the longer ago it was counted, the more was moved and the more picks came up
short since. How often looks at bins (picks, counts) found less than the books showed, beside how often the prior
expected it, says by how much a site is better or worse than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from doorstep.promising.mass import WHOLE
from doorstep.promising.priors import ALL_GONE_PPM, DOUBTS, MOST_DOUBT_PPM

LEANS_ON = 2  # looks that find too little, as many as were expected: a site leans so on all, these on the prior
HALF_LIFE_WEEKS = 8
WINDOW_WEEKS = 52  # looks before that are left out
_STEPS = (1, 2, 5)  # of each power of ten: doubts stand on this grid, so that shipments share what is made of them
_LEAST_PPM = 100


class Shelf(NamedTuple):
    """The bins of an item at a site, of all its lots, or one of them.

    `units` are on hand in the fullest by the books; `doubt_ppm` is P(less is in some of them than that).
    """

    units: int
    doubt_ppm: int

    def as_found(self, times_ppm: int) -> Shelf:
        """As doubted as its site's books were found wrong: `times_ppm` millionths of what the prior says."""
        return Shelf(self.units, self.doubt_ppm * times_ppm // WHOLE)


class Looks(NamedTuple):
    """Looks at bins of a site: how many of them the prior expected to find too little, and how many did.

    Both in millionths of a look; older ones weigh less.
    """

    expected_ppm: int = 0
    short_ppm: int = 0


def looks(weeks: Iterable[tuple[int, int, int]]) -> Looks:
    """Of rows (age in weeks, sum of the prior's doubts in ppm, looks that found too little)."""
    expected = short = 0
    for age, doubts_ppm, found_short in weeks:
        expected += _weighed(doubts_ppm, age)
        short += _weighed(found_short * WHOLE, age)
    return Looks(expected, short)


def _weighed(amount: int, age_weeks: int) -> int:
    """Half of it with every half-life, in straight lines between, for whole numbers."""
    halvings, weeks = divmod(max(age_weeks, 0), HALF_LIFE_WEEKS)
    return amount * (2 * HALF_LIFE_WEEKS - weeks) // (2 * HALF_LIFE_WEEKS) >> halvings


def at_all_sites(many: Iterable[Looks]) -> Looks:
    """The looks at all sites together."""
    return Looks(*(sum(side) for side in zip(*many, strict=True)))


def bin_of(units: int, days: int, moves: int, short_picks: int) -> Shelf:
    """One bin, counted so many days ago or first filled, which is a count; moves and short picks are those since."""
    doubt = DOUBTS.counted + DOUBTS.day * max(days, 0) + DOUBTS.move * moves + DOUBTS.short_pick * short_picks
    return Shelf(units, doubt)


def doubt_ppm(shelf: Shelf, slack: int) -> int:
    """P(so much is missing that it tells), ppm.

    By the books `slack` units are there beyond what is wanted: as many can be missing without harm.
    """
    if slack >= shelf.units:
        return 0
    tells = ALL_GONE_PPM + (WHOLE - ALL_GONE_PPM >> min(slack, 64))
    return min(shelf.doubt_ppm, MOST_DOUBT_PPM) * tells // WHOLE


def times_ppm(site: Looks, sites: Looks) -> int:
    """How often looks at a site find too little, of how often the prior expects it; ppm of that.

    Gamma-Poisson: each leans as if LEANS_ON more had been expected, and had come as what it leans on says.
    """
    leans = LEANS_ON * WHOLE
    any_site = WHOLE * (leans + sites.short_ppm) // (leans + sites.expected_ppm)
    return (LEANS_ON * any_site + site.short_ppm) * WHOLE // (leans + site.expected_ppm)


@lru_cache(maxsize=100_000)
def on_grid(there: int) -> int:
    """No surer than that: a doubt is 1, 2 or 5 times a power of ten, and 100 ppm at least; none stays none, and one of
    more than a half what it is."""
    doubt, power = WHOLE - there, _LEAST_PPM
    if not doubt or doubt > WHOLE // 2:
        return there
    while doubt > _STEPS[-1] * power:
        power *= 10
    return WHOLE - next(step * power for step in _STEPS if doubt <= step * power)
