"""A shipment of several parcels is there when its last one is: some travel as one, some each by itself.

Which of the two is not known beforehand. P(each by itself) is learned by service: of its shipments of several parcels,
how many came on more than one day, over how many would have, had all parcels travelled each by itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.priors import FREIGHT_PARTING_PPM, PARTING_PPM

LEANS_ON = 5  # shipments that would have come apart: so much a service leans on what is stated
_MOST = 24  # of more parcels the last is no later than of so many: it is late enough


class Parting(NamedTuple):
    """Shipments of several parcels: how many would have come on more than one day, each parcel by itself, and did.

    Both in millionths of a shipment.
    """

    expected_ppm: int = 0
    apart_ppm: int = 0


NO_PARTING = Parting()


def apart_ppm(transit: Mass, parcels: int) -> int:
    """P(not all of so many parcels come on one day), each by itself, of those that come at all."""
    whole = WHOLE - transit.never_ppm
    if not whole:
        return 0
    alike = sum(int(ppm**parcels) for ppm in transit.ppm)
    return WHOLE - WHOLE * alike // int(whole**parcels)


def parting_ppm(seen: Parting, freight: bool = False) -> int:
    """P(the parcels of a shipment travel each by itself); with nothing seen what is stated (Gamma-Poisson)."""
    stated = FREIGHT_PARTING_PPM if freight else PARTING_PPM
    return min((LEANS_ON * stated + seen.apart_ppm) * WHOLE // (LEANS_ON * WHOLE + seen.expected_ppm), WHOLE)


@lru_cache(maxsize=4096)
def last_parcel(transit: Mass, parcels: int, parting: int) -> Mass:
    """When the last of so many parcels is there that take `transit`, as one or (`parting`, ppm) each by itself."""
    if parcels == 1 or not parting:
        return transit
    many = min(parcels, _MOST)
    weights, before, one_by_now = {}, 0, 0
    for day, ppm in transit.points():
        one_by_now += ppm
        now = (WHOLE - parting) * one_by_now * WHOLE ** (many - 1) + parting * one_by_now**many
        weights[day], before = now - before, now
    return Mass.rounded(weights, WHOLE ** (many + 1))
