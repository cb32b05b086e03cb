"""An order's story in plain sentences: one for each kind of event that can touch an order, its shipments or parcels.

Nobody is named in them but us and carriers: whose the order is lies outside the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.events import (
    collection,
    consolidation,
    fleet,
    fulfilment,
    imports,
    invoices,
    legal,
    nodes,
    orders,
    shipping,
    stock,
)
from doorstep.events.envelope import Body
from doorstep.flow.buying import ASKED_ONCE
from doorstep.flow.words import chance, day_of, joined, plainly, short_day, short_window, span
from doorstep.terms.money import Money


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose story is told (a fact can be about several orders), in which currency, on the wall of which zone."""

    order_id: str
    currency: str
    zone: str

    def day(self, at: datetime) -> str:
        return day_of(at, self.zone)

    def clock(self, at: datetime) -> str:
        """The time on the wall."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%H:%M}"

    def money(self, minor: int, currency: str = "") -> str:
        return str(Money(minor, currency or self.currency))


def sentence(body: Body, teller: Teller) -> str:
    """What a fact says of the order, as a sentence. KeyError for a kind that touches no order."""
    return _SENTENCES[type(body)](body, teller)


def told_kinds() -> frozenset[type[Body]]:
    """The kinds of event that have a sentence."""
    return frozenset(_SENTENCES)


def _units(lines: Iterable[Any]) -> str:
    """`2 MUG and 1 TEA`, whatever has item_id and quantity."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.item_id] += line.quantity
    return joined([f"{quantity} {item_id}" for item_id, quantity in counted.items()]) or "nothing"


LEFT_WITH = {"person": "somebody there", "neighbour": "a neighbour", "safe_place": "a safe place"}


def _asked(first: date | None, last: date | None) -> str:
    if last is not None:
        return short_window(first, last)
    return f"from {short_day(first)}" if first else "as soon as can be at the least cost"


def _parcel(sscc: str) -> str:
    """A parcel by the end of its number, as people on the floor call it."""
    return f"parcel {sscc[-6:]}"


def _opened(body: shipping.LabelOpened) -> str:
    if body.carrier_ref.startswith(f"{ASKED_ONCE}_"):
        return f"The carrier is asked for the label of {_parcel(body.sscc)}, once ({body.carrier_ref})."
    return f"The carrier knows the label of {_parcel(body.sscc)} as {body.carrier_ref}."


def _placed(body: orders.OrderPlaced, _: Teller) -> str:
    waits = "" if body.cleared_at else "; it waits for payment"
    wanted = f", wanted {_asked(body.asked_from, body.asked_by)}" if body.asked_from or body.asked_by else ""
    return f"Ordered: {_units(body.lines)}{wanted}{waits}."


def _promised(body: orders.OrderPromised, _: Teller) -> str:
    whole = next(window for window in body.windows if window.line_no == 0)
    told = f"{short_window(whole.first_day, whole.last_day)}, with {chance(whole.ppm)}"
    return f"Promised {told}." if body.revision == 1 else f"Promised anew {told}; caused by {body.caused_by or 'us'}."


def _quantity(body: orders.QuantityChanged, _: Teller) -> str:
    if not body.after:
        return f"Line {body.line_no} cancelled: it was for {body.before}."
    return f"Line {body.line_no} changed from {body.before} to {body.after}."


def _score(body: orders.Score, verdict: str) -> str:
    against = {"asked": "What was asked", "first": "The first promise", "agreed": "The promise agreed last"}
    came = f"delivered {short_day(body.delivered_on)}" if body.delivered_on else "not delivered"
    return f"{against.get(body.against, body.against)} (by {short_day(body.last_day)}) was {verdict}: {came}."


def _hand_off(body: orders.HandOffMade, _: Teller) -> str:
    left = body.slack_seconds
    spare = f"{span(left)} to spare" if left >= 0 else f"{span(-left)} too late"
    steps = [str(step).replace("_", " ") for step in (body.from_step, body.to_step)]
    return f"Passed on from {steps[0]} to {steps[1]}, {spare}."


def _mine(holds: Iterable[stock.Hold], teller: Teller) -> list[stock.Hold]:
    return [hold for hold in holds if hold.order_id == teller.order_id]


def _where(holds: Iterable[stock.Hold]) -> str:
    places = dict.fromkeys(
        "goods on their way" if hold.inbound_id else hold.place_id or f"stock of {hold.site_id}" for hold in holds
    )
    return joined(list(places))


def _held(body: stock.StockHeld, teller: Teller) -> str:
    holds = _mine(body.holds, teller)
    return f"Held for it: {_units(holds)}, of {_where(holds)}."


def _moved(body: stock.HoldsMoved, teller: Teller) -> str:
    made = _mine(body.made, teller)
    if not made:
        return f"Held no longer: {_units(_mine(body.ended, teller))}."
    return f"Held elsewhere now: {_units(made)}, of {_where(made)}."


def _shared(body: stock.ScarceStockShared, teller: Teller) -> str:
    mine = next(each for each in body.orders if each.order_id == teller.order_id)
    rule = body.rule.replace("_", " ")
    return f"Too little {body.item_id} for all: {mine.after} of {mine.wanted} are kept for it, by {rule}."


def _planned(body: fulfilment.ShipmentPlanned, teller: Teller) -> str:
    ways = [
        f"{_units(each.lines)} from {each.site_id} by {each.service_id}, leaving {teller.day(each.departs)}"
        for each in body.fulfilments
    ]
    told = f"{'Planned otherwise' if body.replaced else 'Planned'}: {'; '.join(ways)}."
    told += f" Avoidable cost {teller.money(body.cost_minor)}"
    told += f", full cost {teller.money(body.full_minor)}." if body.full_minor != body.cost_minor else "."
    if body.together:
        others = f"{body.together} other {'order' if body.together == 1 else 'orders'}"
        told += f" Chosen together with {others}."
    return told


def _consolidated(body: consolidation.ShipmentsConsolidated, teller: Teller) -> str:
    others = [member.order_id for member in body.members if member.order_id != teller.order_id]
    saved = teller.money(body.alone_minor - body.cost_minor)
    way = f"{body.travels_as} by {body.service_id}, leaving {teller.day(body.departs)}"
    stop = next((member.stop_no for member in body.members if member.order_id == teller.order_id), 0)
    way += f"; it is unloaded at stop {stop}" if stop else ""
    return f"Goes with {joined(others)} as one shipment: {way}. That saves {saved}."


def _on_a_route(body: fleet.RoutesPlanned, teller: Teller) -> str:
    for route in body.routes:
        for number, visit in enumerate(route.visits, 1):
            if teller.order_id in visit.order_ids:
                window = f"{teller.clock(visit.window_from)} and {teller.clock(visit.window_until)}"
                day = teller.day(visit.arrives_at)
                return f"On a route: stop {number} of {route.vehicle_id}, {day} between {window}."
    left = next(left for left in body.unplaced if teller.order_id in left.order_ids)
    return f"On no route of {short_day(body.day)}: {left.says}"


def _not_there(body: fleet.StopFailed, _: Teller) -> str:
    again = "it is tried again on the same route" if body.again else "it comes back and goes with another route"
    return f"The own vehicle could not leave it ({body.reason.replace('_', ' ')}): {again}."


def _bears(body: fleet.RouteEnded, teller: Teller) -> str:
    mine = [share for share in body.shares if share.order_id == teller.order_id]
    share, reckoned = (sum(part) for part in zip(*((s.share_minor, s.accrued_minor) for s in mine), strict=True))
    told = f"{teller.money(share, body.currency)} of {teller.money(body.cost_minor, body.currency)}"
    return f"The route of {body.vehicle_id} ended: it bears {told}, {teller.money(reckoned, body.currency)} reckoned."


def _released(body: fulfilment.WaveReleased, teller: Teller) -> str:
    tasks = [task for task in body.tasks if task.order_id == teller.order_id]
    bins = joined(sorted({task.place_id for task in tasks}))
    return f"Released to the floor: {_units(tasks)} to pick in {bins}."


def _picked(body: fulfilment.Picked, _: Teller) -> str:
    return f"Picked: {_units(body.moves)} in {body.hold.place_id}."


def _picked_short(body: fulfilment.PickedShort, _: Teller) -> str:
    hold = body.hold
    found = hold.quantity - body.short
    return f"Picked {found} of {hold.quantity} {hold.item_id} in {hold.place_id}: {body.short} were not there."


def _put_back(body: fulfilment.PutBack, _: Teller) -> str:
    return f"Put back: {_units(body.moves)} in {joined(sorted({move.to_place for move in body.moves}))}."


def _packed(body: fulfilment.ParcelPacked, _: Teller) -> str:
    own = body.carton_id.startswith("own:") or not body.carton_id
    box = "its own box" if own else f"carton {body.carton_id}"
    return f"Packed: {_units(body.contents)} in {box}, {body.weight_g} g: {_parcel(body.sscc)}."


def _bought(body: shipping.LabelBought, teller: Teller) -> str:
    cost = teller.money(body.cost_minor, body.currency)
    return f"Label {body.tracking_number} made for {_parcel(body.sscc)}, for {cost}."


def _voided(body: shipping.LabelVoided, teller: Teller) -> str:
    back = f"; {teller.money(body.refund_minor, body.currency)} come back" if body.refund_minor else ""
    return f"The label of {_parcel(body.sscc)} is void{back}."


def _gone(body: shipping.HandedOver, _: Teller) -> str:
    when = "" if body.when_known else ", nobody wrote down when"
    return f"Handed over to {body.carrier_id}: {_parcel(body.sscc)}{when}."


def _scanned(body: shipping.Scanned, _: Teller) -> str:
    where = f" in {body.scan_place}" if body.scan_place else ""
    return f"{body.carrier_id} scanned {_parcel(body.sscc)}{where}: {plainly(body.milestone).lower()} ({body.code})."


def _milestone(body: shipping.MilestoneReached, _: Teller) -> str:
    parcel = plainly(_parcel(body.sscc))
    if body.reached_at is None:
        return f"{parcel} was not {plainly(body.milestone).lower()} after all."
    return f"{parcel}: {plainly(body.milestone).lower()}."


# The one table; a test holds it against every kind of event that can touch an order, its shipments or its parcels.
_SENTENCES: Mapping[type[Body], Callable[[Any, Teller], str]] = {
    orders.OrderPlaced: _placed,
    orders.OrderCleared: lambda _, __: "Payment, credit and fraud checks are done.",
    orders.OrderPromised: _promised,
    orders.OrderHeld: lambda _, __: "Put on hold.",
    orders.OrderResumed: lambda _, __: "Goes on again.",
    orders.QuantityChanged: _quantity,
    orders.AddressChanged: lambda body, _: f"Goes to another address, in {body.area}.",
    orders.DateChanged: lambda body, _: f"Now wanted {_asked(body.asked_from, body.asked_by)}.",
    orders.OrderCancelled: lambda _, __: "Cancelled: nothing of it is wanted any more.",
    orders.OrderDelivered: lambda body, _: f"Delivered in full on {short_day(body.delivered_on)}.",
    orders.PromiseKept: lambda body, _: _score(body, "kept"),
    orders.PromiseBroken: lambda body, _: _score(body, f"broken, {body.reason}"),
    orders.HandOffMade: _hand_off,
    stock.StockHeld: _held,
    stock.HoldsVoided: lambda body, teller: f"Let go of: {_units(_mine(body.holds, teller))}.",
    stock.HoldsExpired: lambda body, teller: f"Let go of, as nobody paid: {_units(_mine(body.holds, teller))}.",
    stock.HoldsMoved: _moved,
    stock.ScarceStockShared: _shared,
    fulfilment.ShipmentPlanned: _planned,
    consolidation.ShipmentsConsolidated: _consolidated,
    consolidation.ConsolidationEnded: lambda *_: "No longer goes as one shipment with others: it is planned anew.",
    collection.ManifestClosed: lambda body, _: f"On the list {body.manifest_id} for {body.carrier_id}.",
    fleet.RoutesPlanned: _on_a_route,
    fleet.RouteLeft: lambda body, _: f"Left with {body.vehicle_id}, a vehicle of our own.",
    fleet.StopDone: lambda body, _: f"The own vehicle left it with {LEFT_WITH[body.left_with]}.",
    fleet.StopFailed: _not_there,
    fleet.RouteEnded: _bears,
    fulfilment.WaveReleased: _released,
    invoices.AccrualReleased: lambda body, teller: (
        f"{body.carrier_id} never billed {teller.money(body.released_minor, body.currency)}: it is expected no more."
    ),
    nodes.FulfilmentAsked: lambda body, teller: (
        f"{body.site_id} is asked whether it takes it, and says so by {teller.day(body.answer_by)}."
    ),
    nodes.FulfilmentAccepted: lambda body, _: f"{body.site_id} takes it{': ' + body.reason if body.reason else ''}.",
    nodes.FulfilmentDeclined: lambda body, _: f"{body.site_id} does not take it: {body.reason}.",
    fulfilment.Picked: _picked,
    fulfilment.PickedShort: _picked_short,
    fulfilment.TasksCancelled: lambda body, _: f"Not to be picked any more: {_units(body.lines)}.",
    fulfilment.PutBack: _put_back,
    fulfilment.FulfilmentReplanned: lambda body, teller: (
        f"Goes by {body.service_id} now, leaving {teller.day(body.departs)}."
    ),
    fulfilment.FulfilmentCancelled: lambda body, _: f"Shipment {body.fulfilment_id} is called off.",
    fulfilment.ParcelPacked: _packed,
    fulfilment.ParcelUnpacked: lambda body, _: f"Opened again: {_parcel(body.sscc)} with {_units(body.contents)}.",
    shipping.LabelRequested: lambda body, _: f"Label asked for with {body.service_id}, for {_parcel(body.sscc)}.",
    legal.LabelForbidden: lambda body, _: f"May not go by {body.service_id}: {body.says}",
    shipping.LabelOpened: lambda body, _: _opened(body),
    shipping.LabelBought: _bought,
    shipping.LabelDocumentKept: lambda body, _: f"The label of {_parcel(body.sscc)} has come, to be printed.",
    shipping.LabelFailed: lambda body, _: f"The label of {_parcel(body.sscc)} was refused: {body.says}.",
    shipping.LabelVoidRequested: lambda body, _: f"The label of {_parcel(body.sscc)} is to be taken back.",
    shipping.LabelVoided: _voided,
    shipping.LabelVoidRefused: lambda body, _: f"The label of {_parcel(body.sscc)} stays: {body.says}.",
    shipping.HandedOver: _gone,
    shipping.Scanned: _scanned,
    shipping.MilestoneReached: _milestone,
    shipping.EtaChanged: lambda body, _: f"Expected {short_day(body.eta)}: {_parcel(body.sscc)}.",
    shipping.Delivered: lambda body, _: f"At the door: {_parcel(body.sscc)}.",
    shipping.DeliveryWithdrawn: lambda body, _: f"Not delivered after all: {_parcel(body.sscc)} is on its way.",
    imports.OrdersImported: lambda body, _: f"Came with import {body.import_id}.",
    imports.OrdersForgotten: lambda body, _: f"Taken back with import {body.import_id}.",
}
