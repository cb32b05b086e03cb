"""Which dialect a carrier speaks. A carrier that is not named here speaks the local one."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.carriers import local
from doorstep.carriers.port import Dialect

_SPOKEN: Mapping[str, Dialect] = {}


def of(carrier_id: str) -> Dialect:
    return _SPOKEN.get(carrier_id, local)
