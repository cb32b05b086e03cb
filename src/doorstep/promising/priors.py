"""What we believe before there is any history: stated priors, wide on purpose. Source: our own judgement, no data.

A promise made from them says so (`basis` is PRIOR_ONLY); calibration replaces them as the journal fills.
"""

from __future__ import annotations

from typing import NamedTuple

from doorstep.promising.mass import WHOLE, Mass

PRIOR_ONLY = "prior only"
WORK_STEP_PER_CENT = 5  # of the expected work: the grid on which it is told what work takes

# Per cent of the expected work -> parts per million. Right-skewed: work is more often doubled than halved.
_WORK_SPREAD = ((75, 100_000), (100, 400_000), (130, 250_000), (170, 130_000), (230, 80_000), (350, 40_000))
WORK_PRIOR = Mass.rounded({per_cent // WORK_STEP_PER_CENT: ppm for per_cent, ppm in _WORK_SPREAD}, WHOLE)

# Calendar days after the day the supplier named -> parts per million; 1 % never comes.
_LATENESS_PPM = (620_000, 110_000, 70_000, 50_000, 35_000, 25_000, 20_000, 20_000, 10_000, 10_000, 8_000, 6_000, 6_000)

# P(the parcels of one shipment travel each by itself), parts per million; else they come together. Freight is one bill.
PARTING_PPM = 300_000
FREIGHT_PARTING_PPM = 20_000


class Doubts(NamedTuple):
    """P(less is in a bin than the books show), ppm: just counted, and more for each day, move and short pick since."""

    counted: int
    day: int
    move: int
    short_pick: int


DOUBTS = Doubts(500, 20, 10, 20_000)
MOST_DOUBT_PPM = 500_000

# Where anything is missing of a bin, P(all of it is); of what else is missing each unit more is half as likely.
ALL_GONE_PPM = 100_000


def lateness_prior() -> Mass:
    """Calendar days by which a supplier's delivery comes after the day that was named."""
    return Mass.published(_LATENESS_PPM)
