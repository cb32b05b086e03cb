"""What UPS, FedEx, USPS and DHL call the stations of a parcel, in our words.

Our own tables come first: what the carriers' documents say, and what karrio has wrong or has twice. For UPS and FedEx
karrio's table follows. What neither knows, or karrio has under two statuses, is parked: nobody guesses.

Source: UPS tracking API (status types and codes), FedEx tracking API (event types), USPS Publication 199 (event codes),
MyDHL API (event codes), read in 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorstep.terms.parcel import Milestone

_A, _T, _H = Milestone.ACCEPTED, Milestone.IN_TRANSIT, Milestone.HELD
_O, _X, _D = Milestone.OUT_FOR_DELIVERY, Milestone.ATTEMPTED, Milestone.DELIVERED
_L, _R, _G = Milestone.LABEL_MADE, Milestone.RETURNING, Milestone.LOST


def _table(**codes: str) -> dict[str, Milestone]:
    named = {"label": _L, "took": _A, "moves": _T, "held": _H, "out": _O, "tried": _X, "there": _D, "back": _R}
    return {code: named[name] for name, listed in codes.items() for code in listed.split()}


OURS: Mapping[str, Mapping[str, Milestone]] = {
    # UPS says a type and a code; the type decides where the code says no more.
    "ups": {
        **_table(
            label="M",
            took="I/OR P",
            moves="I",
            out="I/OT I/OF O",
            held="X",
            tried="X/RF",
            there="D",
            back="RS X/RS X/RT",
        ),
        "X/LO": _G,
    },
    "fedex": _table(
        label="OC EP",
        took="PU PX DO OF",
        moves="AR AO DP IT IX AF AX LO SF TR FD CC CP",
        out="OD",
        held="DY DD SE CD HA HL HP PY",
        tried="DE",
        there="DL",
        back="RS RT",
    ),
    "usps": _table(
        label="GX MA 80 81 82",
        took="03",
        moves="07 10 A1 EF L1 T1 TL NT PC SF",
        out="OF",
        held="08 14 16",
        tried="02 04 05 21 22 23 24 25 26 27 28 29 51 52 53 54 55 56",
        there="01",
        back="09",
    ),
    "dhl": _table(
        took="PU SA",
        moves="AF AR DF PL CR TP TR FD",
        out="WC",
        held="OH HP CD UD MS MD BA BN AD",
        tried="NH CA RD ND",
        there="OK DD",
        back="RT",
    ),
}
# karrio's statuses, and what they are with us; `cancelled` and `unknown` are parked.
_OF_KARRIO = {
    "pending": _L,
    "picked_up": _A,
    "in_transit": _T,
    "on_hold": _H,
    "delivery_delayed": _H,
    "ready_for_pickup": _H,
    "out_for_delivery": _O,
    "delivery_failed": _X,
    "return_to_sender": _R,
}


def milestone(dialect: str, code: str, kind: str, units: Any) -> Milestone | None:
    """What the carrier's code means; None where nobody knows. `kind` is UPS's type; `units` karrio's tables.

    That a parcel is delivered is never taken from karrio: it ends a promise, so our own table must say so.
    """
    ours = OURS[dialect]
    for name in (f"{kind}/{code}", code, kind):
        if name and name in ours:
            return ours[name]
    if dialect not in ("ups", "fedex"):
        return None
    found = {status.name for status in units.TrackingStatus if code and code in status.value}
    return _OF_KARRIO.get(found.pop()) if len(found) == 1 else None
