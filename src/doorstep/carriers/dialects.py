"""Which dialects there are, by the names that settings call them."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.carriers import easypost, easypost_orders, local, local_together
from doorstep.carriers.karrio_bridge import PLUGINS
from doorstep.carriers.karrio_dialect import Karrio
from doorstep.carriers.port import Dialect, Enquiries, Together

LOCAL = "local"
EASYPOST = "easypost"
KARRIO = "karrio-"
_SELLING: Mapping[str, Dialect] = {LOCAL: local, EASYPOST: easypost}
_SPOKEN: Mapping[str, Enquiries] = {**_SELLING, **{KARRIO + name: Karrio(name) for name in PLUGINS}}
_TOGETHER: Mapping[str, Together] = {LOCAL: local_together, EASYPOST: easypost_orders}
NAMES = tuple(_SPOKEN)


def of(name: str) -> Dialect:
    """The dialect of that name; KeyError where there is none, or labels are not bought in it."""
    return _SELLING[name]


def together(name: str) -> Together | None:
    """How the labels of several parcels are bought in one call; None where each is bought by itself."""
    return _TOGETHER.get(name)


def sells(name: str) -> bool:
    """Whether labels are bought in the dialect of that name."""
    return name in _SELLING


def enquiries(name: str) -> Enquiries:
    """The same, for rates and tracking alone, which are asked for in every dialect; KeyError where there is none."""
    return _SPOKEN[name]
