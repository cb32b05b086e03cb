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

_COUNTED_PPM = 999_500
_UNCOUNTED_PPM = 990_000
_LOST_PER_DAY_PPM = 20
_LOST_PER_MOVE_PPM = 10
_LOST_PER_DISPUTE_PPM = 20_000
_LEAST_PPM = 500_000


def lateness_prior() -> Mass:
    """Calendar days by which a supplier's delivery comes after the day that was named."""
    return Mass.published(_LATENESS_PPM)


def there_prior(days_since_count: int | None, moves_since: int, disputes: int) -> int:
    """P(a unit that the books show is really there), ppm.

    Falls with days, moves and disputes since the last count; None: never counted. Never below 500,000.
    """
    if days_since_count is None:
        start, days = _UNCOUNTED_PPM, 0
    else:
        start, days = _COUNTED_PPM, days_since_count
    lost = days * _LOST_PER_DAY_PPM + moves_since * _LOST_PER_MOVE_PPM + disputes * _LOST_PER_DISPUTE_PPM
    return max(start - lost, _LEAST_PPM)
