"""From an offer to what is written down: the promise with its inputs, and the holds it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from doorstep.events.orders import OrderPromised, PromisedWindow
from doorstep.events.stock import Hold
from doorstep.planning.answers import LinePromise, Offer
from doorstep.planning.values import Reservation
from doorstep.promising.arrivals import Leg
from doorstep.promising.window import Basis, promise
from doorstep.terms.ids import Ids

TOLD = "told elsewhere"


def promised(order_id: str, offer: Offer, revision: int, ids: Ids, caused_by: str = "") -> OrderPromised:
    """The offer as a promise to the customer, with everything needed to compute it again."""
    promises = (offer.order, *offer.lines)
    return OrderPromised(
        order_id=order_id,
        promise_id=ids.new("prm"),
        revision=revision,
        windows=tuple(
            PromisedWindow(made.line_no, made.window.first_day, made.window.last_day, made.window.ppm)
            for made in promises
        ),
        basis=offer.order.basis.basis,
        caused_by=caused_by,
        inputs=inputs_of(promises),
    )


def told_promise(order_id: str, promise_id: str, first_day: date | None, last_day: date) -> OrderPromised:
    """A promise that was made elsewhere, before there was a Doorstep: no probability was told (0), nothing computed."""
    told = {"first_day": first_day and first_day.isoformat(), "last_day": last_day.isoformat()}
    window = PromisedWindow(0, first_day, last_day, 0)
    return OrderPromised(order_id, promise_id, 1, (window,), TOLD, "", {"legs": [], "windows": {}, "told": told})


def inputs_of(promises: Sequence[LinePromise]) -> dict[str, Any]:
    """What the windows were computed from; legs that several of them share are written once."""
    legs = list(dict.fromkeys(leg for made in promises for leg in made.basis.legs))
    place = {leg: number for number, leg in enumerate(legs)}
    return {
        "legs": [leg.to_json() for leg in legs],
        "windows": {
            str(made.line_no): {
                **{name: value for name, value in made.basis.to_json().items() if name != "legs"},
                "legs": [place[leg] for leg in made.basis.legs],
            }
            for made in promises
        },
    }


def computed_again(inputs: Mapping[str, Any]) -> dict[int, tuple[Any, Any, int] | None]:
    """The windows (first day, last day, ppm) by line that stored inputs give: they must be those that were promised."""
    if "told" in inputs:
        first, last = inputs["told"]["first_day"], inputs["told"]["last_day"]
        return {0: (first and date.fromisoformat(first), date.fromisoformat(last), 0)}
    legs = [Leg.from_json(stored) for stored in inputs["legs"]]
    again: dict[int, tuple[Any, Any, int] | None] = {}
    for line_no, stored in inputs["windows"].items():
        basis = Basis.from_json({**stored, "legs": [legs[place].to_json() for place in stored["legs"]]})
        window = promise(basis)
        again[int(line_no)] = (window.first_day, window.last_day, window.ppm) if window else None
    return again


def bases_of(inputs: Mapping[str, Any]) -> dict[int, Basis]:
    """What the windows of each line were computed from, out of stored inputs."""
    legs = inputs["legs"]
    return {
        int(line_no): Basis.from_json({**stored, "legs": [legs[place] for place in stored["legs"]]})
        for line_no, stored in inputs["windows"].items()
    }


def holds_of(
    order_id: str, reservations: Iterable[Reservation], ids: Ids, expires_at: datetime | None
) -> tuple[Hold, ...]:
    """A hold for each reservation."""
    return tuple(
        Hold(
            hold_id=ids.new("hld"),
            order_id=order_id,
            line_no=reservation.line_no,
            item_id=reservation.item_id,
            quantity=reservation.quantity,
            site_id=reservation.site_id,
            lot=reservation.lot,
            inbound_id=reservation.inbound_id or "",
            expires_at=expires_at,
        )
        for reservation in reservations
    )


def reservation_of(hold: Hold) -> Reservation:
    return Reservation(hold.line_no, hold.item_id, hold.site_id, hold.lot, hold.inbound_id or None, hold.quantity)
