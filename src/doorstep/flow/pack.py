"""Packing: what lies on the bench goes into the cheapest cartons that hold it, each checked before it is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Content, ParcelPacked, moves_between
from doorstep.events.steps import Step
from doorstep.flow.office import Office, Scribe, Who, set_up
from doorstep.flow.pick import may_work_on
from doorstep.flow.price_book import PriceBook, price_queries, read_book
from doorstep.flow.slack import hand_off
from doorstep.packing import Packing, cartonize, check, in_words
from doorstep.planning.compose import pack_item, packed_as
from doorstep.planning.lane import Lane
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import REQUEST_LABELS
from doorstep.terms.company import Company
from doorstep.terms.ids import sscc
from doorstep.terms.item import Item
from doorstep.terms.parcel import Carton, PackedCarton
from doorstep.terms.places import Locality, dock_place, pack_place
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService


class UncheckedPackingError(Exception):
    """The independent checker refused a packing: a bug in the packer, and nothing was closed."""


@dataclass(frozen=True, slots=True)
class ParcelDone:
    """One parcel at the dock."""

    sscc: str
    carton_id: str
    weight_g: int
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class PackDone:
    """A fulfilment order in its parcels, with what the cartons cost."""

    fulfilment_id: str
    parcels: tuple[ParcelDone, ...]
    cost_minor: int


def pack(
    office: Office,
    who: Who,
    fulfilment_id: str,
    key: str,
    weights_g: Sequence[int] = (),
    started_at: datetime | None = None,
) -> PackDone | Refusal:
    """Pack what was picked for a fulfilment order. `weights_g` are the scale's, parcel by parcel, if there is one."""

    def step(tx: Transaction) -> PackDone | Refusal:
        bench = _read(tx, fulfilment_id)
        if isinstance(bench, Refusal):
            return bench
        return _pack(tx, Scribe(who, tx.now), bench, weights_g, started_at)

    return office.store.run(step, answers=PackDone, key=key, request=[fulfilment_id, list(weights_g)])


@dataclass(frozen=True, slots=True)
class _Bench:
    """A fulfilment order that can be packed, what lies on the bench for it, and what packing needs to know."""

    company: Company
    fulfilment: Any
    origin: Locality
    destination: Locality
    service: CarrierService | None
    rows: Sequence[Any]
    items: Mapping[str, Item]
    units: Sequence[Any]
    cartons: tuple[Carton, ...]
    book: PriceBook


def _read(tx: Transaction, fulfilment_id: str) -> _Bench | Refusal:
    today = tx.now.date()
    locked, found, rows, items, units, services, sites, cartons, company, lies, *prices = tx.answers(
        orders.lock_those_of("fulfilment", [fulfilment_id]),  # first: the rest is as whoever had the lock has left it
        floor.fulfilments_query([fulfilment_id]),
        floor.bench_query(fulfilment_id),
        master.items_on_bench(fulfilment_id),
        stock.units_of_fulfilment(fulfilment_id),
        master.services_of_fulfilments([fulfilment_id]),
        master.SITES,
        master.CARTONS,
        master.COMPANY,
        master.lies_of_fulfilments([fulfilment_id]),
        *price_queries(today),
    )
    if not found:
        return Refusal(Why.UNKNOWN_TASK, f"There is no fulfilment order {fulfilment_id}.", {})
    (order,), (row,) = locked, found
    refusal = may_work_on(order, "pack")
    if refusal:
        return refusal
    if row.state != "picked":
        says = f"Fulfilment order {fulfilment_id} is {row.state}; only what is picked can be packed."
        return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id, "state": row.state})
    place = pack_place(row.site_id)
    return _Bench(
        company=set_up(company),
        fulfilment=row,
        origin=master.read_sites(sites)[row.site_id].locality,
        destination=master.locality_of(order.area, lies[0].lies),
        service=master.read_services(tx, services).get(row.service_id),
        rows=rows,
        items=master.read_items(items),
        units=[unit for unit in units if unit.place_id == place],
        cartons=master.read_cartons(cartons),
        book=read_book(today, *prices),
    )


def _pack(
    tx: Transaction, scribe: Scribe, bench: _Bench, weights_g: Sequence[int], started_at: datetime | None
) -> PackDone | Refusal:
    company, fulfilment = bench.company, bench.fulfilment
    packing = _fit(bench)
    if isinstance(packing, Refusal):
        return packing
    refusal = _judge_weights(fulfilment, packing, weights_g, bench.items)
    if refusal:
        return refusal
    goods = _Goods(bench)
    serials = orders.next_sscc_serials(tx, len(packing.cartons))
    done = []
    for number, filled in enumerate(packing.cartons):
        contents = goods.take(filled)
        weight_g = weights_g[number] if weights_g else filled.weight_g
        body = ParcelPacked(
            sscc=sscc(company.gs1_prefix, serials[number]),
            fulfilment_id=fulfilment.fulfilment_id,
            order_id=fulfilment.order_id,
            site_id=fulfilment.site_id,
            carton_id=filled.carton.carton_id,
            size=filled.carton.outer,
            weight_g=weight_g,
            contents=contents,
            placements=filled.placements,
            moves=moves_between(contents, pack_place(fulfilment.site_id), dock_place(fulfilment.site_id)),
            cost_minor=filled.carton.cost_minor,
            currency=company.currency,
        )
        tx.record(packed_fact(scribe, body, started_at))
        done.append(ParcelDone(body.sscc, body.carton_id, weight_g, contents))
    tx.record(hand_off(scribe, company, fulfilment, Step.PACK, Step.LABEL, tx.now))
    tx.later(REQUEST_LABELS, fulfilment.fulfilment_id, tx.now)
    cost_minor = sum(filled.carton.cost_minor for filled in packing.cartons)
    return PackDone(fulfilment.fulfilment_id, tuple(done), cost_minor)


def packed_fact(scribe: Scribe, body: ParcelPacked, started_at: datetime | None = None) -> Fact:
    """A parcel stands at its site's dock."""
    times = {"started_at": started_at or scribe.now, "completed_at": scribe.now, "resource": scribe.who.actor}
    return scribe(body, site=body.site_id, place=dock_place(body.site_id), **times)


def _fit(bench: _Bench) -> Packing | Refusal:
    units: dict[str, int] = defaultdict(int)
    for row in bench.rows:
        units[row.item_id] += row.quantity
    goods = [pack_item(bench.items[item_id], quantity) for item_id, quantity in units.items()]
    cartons, price = bench.cartons, None
    if bench.service is not None:
        lane = (bench.service, bench.company.currency, bench.origin, bench.destination)
        price = Lane(*lane, bench.book.on, bench.book.exchange, bench.book.billed).price
    params = packed_as(bench.company.separated)
    packing = cartonize(goods, cartons, params, price=price)
    if packing.unpackable:
        worst = packing.unpackable[0]
        says = " ".join(f"{no.ref} fits no carton: {in_words(no)}." for no in packing.unpackable)
        concerns: dict[str, str | int] = {"item_id": worst.ref, "binding": worst.binding}
        return Refusal(Why.DOES_NOT_FIT, says, {**concerns, "needs": worst.needs, "best": worst.best})
    wrong = check(goods, packing, cartons, separated=params.separated, price=price)
    if wrong:
        raise UncheckedPackingError("; ".join(wrong))
    return packing


def _judge_weights(
    fulfilment: Any, packing: Packing, weights_g: Sequence[int], items: Mapping[str, Item]
) -> Refusal | None:
    """None where the weights can be those of the parcels: one for each, none below what is known to be inside."""
    concerns: dict[str, str | int] = {"fulfilment_id": fulfilment.fulfilment_id}
    if weights_g and len(weights_g) != len(packing.cartons):
        says = f"{len(weights_g)} weights given for {len(packing.cartons)} parcels."
        return Refusal(Why.BAD_QUANTITY, says, concerns)
    for number, (weight_g, filled) in enumerate(zip(weights_g, packing.cartons, strict=False), 1):
        known_g = sum(items[placement.ref].weight_g or 0 for placement in filled.placements)
        if weight_g <= 0 or weight_g < known_g:
            says = f"Parcel {number} cannot weigh {weight_g} g: its goods alone weigh {known_g} g. Is all in it?"
            return Refusal(Why.BAD_QUANTITY, says, {**concerns, "parcel": number, "weight_g": weight_g})
    return None


@dataclass(slots=True)
class _Heap:
    """Units of one line and lot that are still on the bench."""

    line_no: int
    lot: str
    quantity: int
    serials: list[str]


class _Goods:
    """What lies on the bench, handed out to cartons line by line, lots and serials kept apart."""

    def __init__(self, bench: _Bench) -> None:
        serials: dict[tuple[int, str], list[str]] = defaultdict(list)
        for unit in bench.units:
            serials[unit.line_no, unit.item_id].append(unit.serial)
        self._left: dict[str, list[_Heap]] = defaultdict(list)
        for row in bench.rows:
            its_own = serials[row.line_no, row.item_id]
            self._left[row.item_id].append(_Heap(row.line_no, row.lot, row.quantity, its_own))

    def take(self, filled: PackedCarton) -> tuple[Content, ...]:
        wanted: dict[str, int] = defaultdict(int)
        for placement in filled.placements:
            wanted[placement.ref] += 1
        contents = []
        for item_id, quantity in wanted.items():
            for heap in self._left[item_id]:
                taken = min(heap.quantity, quantity)
                if not taken:
                    continue
                heap.quantity -= taken
                quantity -= taken
                serials, heap.serials = tuple(heap.serials[:taken]), heap.serials[taken:]
                contents.append(Content(heap.line_no, item_id, taken, heap.lot, serials))
        return tuple(contents)
