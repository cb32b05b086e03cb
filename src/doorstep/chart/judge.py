"""Red, amber, green, grey: formula 4. A colour is shown only where chance does not explain it.

Red needs Wilson's lower bound of the share over target above a quarter, green its upper bound below a tenth; and,
because a chart asks that of every step at once, a false-discovery rate of at most 5 % by Benjamini and Hochberg
(Journal of the Royal Statistical Society B 57, 1995) over all questions of the chart. Between the two it is amber.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log

from doorstep.chart.values import Colour, Interval

RED_ABOVE_PPM = 250_000
GREEN_BELOW_PPM = 100_000
FALSE_DISCOVERIES = 0.05
# With fewer cases not even none over target could be green: Wilson's upper bound of 0 in 34 is above a tenth.
FEWEST = 35


def colours(cases: Sequence[tuple[int, int]], interval: Interval) -> list[Colour]:
    """The colour of each (over target, of) of a chart, judged together."""
    told = [number for number, (_, of) in enumerate(cases) if of >= FEWEST]
    red = [tail(cases[number][0], cases[number][1], RED_ABOVE_PPM / 1e6) for number in told]
    green = [tail(cases[number][1] - cases[number][0], cases[number][1], 1 - GREEN_BELOW_PPM / 1e6) for number in told]
    discovered = discoveries([*red, *green], FALSE_DISCOVERIES)
    found = [Colour.GREY] * len(cases)
    for place, number in enumerate(told):
        low_ppm, high_ppm = interval(*cases[number])
        if low_ppm > RED_ABOVE_PPM and discovered[place]:
            found[number] = Colour.RED
        elif high_ppm < GREEN_BELOW_PPM and discovered[len(told) + place]:
            found[number] = Colour.GREEN
        else:
            found[number] = Colour.AMBER
    return found


def discoveries(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of these p-values are discoveries at a false-discovery rate: all up to the last one below its step."""
    ranked = sorted(range(len(chances)), key=lambda number: chances[number])
    last = 0
    for rank, number in enumerate(ranked, 1):
        if chances[number] <= rate * rank / len(chances):
            last = rank
    found = [False] * len(chances)
    for number in ranked[:last]:
        found[number] = True
    return found


def tail(least: int, of: int, chance: float) -> float:
    """The probability of at least `least` successes in `of` trials of this chance each."""
    if least <= 0:
        return 1.0
    if least <= of * chance:
        return 1.0 - tail(of - least + 1, of, 1.0 - chance)
    term = exp(
        lgamma(of + 1)
        - lgamma(least + 1)
        - lgamma(of - least + 1)
        + least * log(chance)
        + (of - least) * log(1.0 - chance)
    )
    total = 0.0
    for successes in range(least, of + 1):
        total += term
        if term <= total * 1e-16:
            break
        term *= (of - successes) / (successes + 1) * chance / (1.0 - chance)
    return min(total, 1.0)
