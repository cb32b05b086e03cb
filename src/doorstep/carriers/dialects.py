"""Which dialects there are, by the names that settings call them."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.carriers import easypost, easypost_orders, local, local_together
from doorstep.carriers.karrio_bridge import PLUGINS
from doorstep.carriers.karrio_desk import gives_list
from doorstep.carriers.karrio_seller import Seller
from doorstep.carriers.port import Dialect, Enquiries, Together

LOCAL = "local"
EASYPOST = "easypost"
KARRIO = "karrio-"
_OWN: Mapping[str, Dialect] = {LOCAL: local, EASYPOST: easypost}
_TOGETHER: Mapping[str, Together] = {LOCAL: local_together, EASYPOST: easypost_orders}
# Asked a second time, these sell a second label, and nobody can tell from here whether there is a first one.
_ASKED_ONCE = frozenset({KARRIO + "fedex", KARRIO + "dhl"})
NAMES = (*_OWN, *(KARRIO + name for name in PLUGINS))


def of(name: str, account: str = "") -> Dialect:
    """The dialect of that name, for the account that the carrier bills us under; KeyError where there is none."""
    if name in _OWN:
        return _OWN[name]
    if name not in NAMES:
        raise KeyError(name)
    return Seller(name.removeprefix(KARRIO), account)


def together(name: str) -> Together | None:
    """How the labels of several parcels are bought in one call; None where each is bought by itself."""
    return _TOGETHER.get(name)


def enquiries(name: str) -> Enquiries:
    """The same, for rates and tracking alone; KeyError where there is none."""
    return of(name)


def lists(name: str) -> bool:
    """Whether the carrier is told a list of what its driver takes."""
    return name in _OWN or gives_list(name.removeprefix(KARRIO))


def finds_labels(name: str) -> bool:
    """Whether it can be told for certain after an answer was lost whether a label was made."""
    return name not in _ASKED_ONCE


def finds_pickups(name: str) -> bool:
    """Whether a driver may be asked for again under our reference, so that one comes."""
    return name in _OWN
