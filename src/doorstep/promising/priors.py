"""What we believe before there is any history: stated priors, wide on purpose. Source: our own judgement, no data.

A promise made from them says so (`basis` is PRIOR_ONLY); calibration replaces them as the journal fills.
"""

from __future__ import annotations

from doorstep.promising.mass import WHOLE, Mass

PRIOR_ONLY = "prior only"
WORK_STEP_PER_CENT = 5  # of the expected work: the grid on which it is told what work takes

# Per cent of the expected work -> parts per million. Right-skewed: work is more often doubled than halved.
_WORK_SPREAD = ((75, 100_000), (100, 400_000), (130, 250_000), (170, 130_000), (230, 80_000), (350, 40_000))
WORK_PRIOR = Mass.rounded({per_cent // WORK_STEP_PER_CENT: ppm for per_cent, ppm in _WORK_SPREAD}, WHOLE)

# Calendar days after the day the supplier named -> parts per million; 1 % never comes.
_LATENESS_PPM = (620_000, 110_000, 70_000, 50_000, 35_000, 25_000, 20_000, 20_000, 10_000, 10_000, 8_000, 6_000, 6_000)

# Doubts that all of a bin is there, in parts per million.
_DOUBT_PPM = 500
_DOUBT_PER_DAY_PPM = 20
_DOUBT_PER_MOVE_PPM = 10
_DOUBT_PER_SHORT_PICK_PPM = 20_000
_MOST_DOUBT_PPM = 500_000

# Where anything is missing of a bin, P(all of it is); of what else is missing each unit more is half as likely.
ALL_GONE_PPM = 100_000


def lateness_prior() -> Mass:
    """Calendar days by which a supplier's delivery comes after the day that was named."""
    return Mass.published(_LATENESS_PPM)


def doubt_prior(bins: int, days: int, moves: int, short_picks: int) -> int:
    """P(less is in some bins than the books show), ppm; never above 500,000.

    It grows with days, moves and short picks since the last counts, added up over the bins.
    """
    doubt = bins * _DOUBT_PPM + days * _DOUBT_PER_DAY_PPM
    doubt += moves * _DOUBT_PER_MOVE_PPM + short_picks * _DOUBT_PER_SHORT_PICK_PPM
    return min(doubt, _MOST_DOUBT_PPM)
