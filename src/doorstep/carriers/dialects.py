"""Which dialects there are, by the names that settings call them."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.carriers import easypost, local
from doorstep.carriers.port import Dialect

LOCAL = "local"
EASYPOST = "easypost"
_SPOKEN: Mapping[str, Dialect] = {LOCAL: local, EASYPOST: easypost}
NAMES = tuple(_SPOKEN)


def of(name: str) -> Dialect:
    """The dialect of that name; KeyError where there is none."""
    return _SPOKEN[name]
