"""What people see: one reading of the tables, shared by terminal, API and pages, so that all show the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.flow.office import Office
from doorstep.flow.state import state_of_order
from doorstep.flow.told import Promise
from doorstep.planning.change import State
from doorstep.storage.queries import floor, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class LineView:
    """An order line: units ordered, cancelled, waiting for stock, held, picked and shipped (kits by their parts)."""

    line_no: int
    item_id: str
    ordered: int
    cancelled: int
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """The units of one item that a line is held and picked as."""

    item_id: str
    wanted: int
    waiting: int
    held: int
    picked: int
    shipped: int


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise as it was made: its revision, windows by line (0 is the order), why, and who caused a change."""

    revision: int
    windows: tuple[Promise, ...]
    basis: str
    cause: str
    caused_by: str
    promised_at: datetime


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with its three instants of shipping: label made, handed over, first scanned."""

    sscc: str
    fulfilment_id: str
    carton_id: str
    weight_g: int
    size_mm: tuple[int, int, int]
    state: str
    carrier_id: str
    service_id: str
    tracking_number: str
    label_state: str
    label_says: str
    milestone: str
    eta: date | None
    packed_at: datetime
    handed_over_at: datetime | None
    first_scanned_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FulfilmentView:
    """A fulfilment order: the part of an order one site ships."""

    fulfilment_id: str
    site_id: str
    service_id: str
    state: str
    ship_by: datetime
    cost_minor: int


@dataclass(frozen=True, slots=True)
class HandOffView:
    """Work passed on, with the seconds of the promise's slack that were left."""

    from_step: str
    to_step: str
    made_at: datetime
    slack_seconds: int


@dataclass(frozen=True, slots=True)
class CostView:
    """One cost entry and what it came from."""

    kind: str
    amount_minor: int
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """How a promise ended: asked, first or agreed; kept, or broken and how."""

    against: str
    kept: bool
    reason: str
    last_day: date
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """Everything about one order but the customer's personal data."""

    order_id: str
    customer_id: str
    reference: str
    state: State
    stopped: bool
    area: str
    currency: str
    placed_at: datetime
    cleared_at: datetime | None
    asked_from: date | None
    asked_by: date | None
    delivered_on: date | None
    lines: tuple[LineView, ...]
    promises: tuple[PromiseView, ...]
    fulfilments: tuple[FulfilmentView, ...]
    parcels: tuple[ParcelView, ...]
    hand_offs: tuple[HandOffView, ...]
    costs: tuple[CostView, ...]
    scores: tuple[ScoreView, ...]


def order(office: Office, order_id: str) -> OrderView | Refusal:
    """One order as it stands."""
    with office.store.reading() as tx:
        row = orders.order(tx, order_id)
        if row is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        return _order(tx, row)


def _order(tx: Transaction, row: Any) -> OrderView:
    order_id = row.order_id
    fulfilments = orders.fulfilments(tx, [order_id])
    tasks = floor.tasks(tx, [f.fulfilment_id for f in fulfilments])
    by_fulfilment = [(f, [task for task in tasks if task.fulfilment_id == f.fulfilment_id]) for f in fulfilments]
    return OrderView(
        order_id=order_id,
        customer_id=row.customer_id,
        reference=row.reference,
        state=state_of_order(row, by_fulfilment),
        stopped=row.stopped,
        area=row.area,
        currency=row.currency,
        placed_at=row.placed_at,
        cleared_at=row.cleared_at,
        asked_from=row.asked_from,
        asked_by=row.asked_by,
        delivered_on=row.delivered_on,
        lines=_lines(tx, order_id),
        promises=_promises(tx, order_id),
        fulfilments=tuple(
            FulfilmentView(f.fulfilment_id, f.site_id, f.service_id, f.state, f.ship_by, f.cost_minor)
            for f in fulfilments
        ),
        parcels=parcels(tx, "p.order_id = %s AND p.state <> 'unpacked'", order_id),
        hand_offs=tuple(
            HandOffView(h.from_step, h.to_step, h.made_at, h.slack_seconds)
            for h in tx.rows(
                "SELECT * FROM hand_off WHERE order_id = %s ORDER BY made_at, transaction, position", order_id
            )
        ),
        costs=tuple(
            CostView(c.cost_kind, c.amount_minor, c.currency, c.source)
            for c in tx.rows("SELECT * FROM cost_entry WHERE order_id = %s ORDER BY incurred_at, source", order_id)
        ),
        scores=tuple(
            ScoreView(s.against, s.kept, s.reason, s.last_day, s.delivered_on)
            for s in tx.rows("SELECT * FROM score WHERE order_id = %s ORDER BY against", order_id)
        ),
    )


def _lines(tx: Transaction, order_id: str) -> tuple[LineView, ...]:
    demand = orders.demand(tx, [order_id])
    return tuple(
        LineView(
            line_no=line.line_no,
            item_id=line.item_id,
            ordered=line.ordered,
            cancelled=line.cancelled,
            parts=tuple(
                PartView(d.item_id, d.wanted, d.waiting, d.held, d.picked, d.shipped)
                for d in demand
                if d.line_no == line.line_no
            ),
        )
        for line in orders.lines(tx, order_id)
    )


def _promises(tx: Transaction, order_id: str) -> tuple[PromiseView, ...]:
    by_revision: dict[int, list[Any]] = {}
    for row in orders.promises(tx, [order_id]):
        by_revision.setdefault(row.revision, []).append(row)
    return tuple(
        PromiseView(
            revision,
            tuple(Promise(row.line_no, row.first_day, row.last_day, row.ppm) for row in rows),
            rows[0].basis,
            rows[0].cause,
            rows[0].caused_by,
            rows[0].promised_at,
        )
        for revision, rows in by_revision.items()
    )


def parcels(tx: Transaction, where: str, *parameters: Any) -> tuple[ParcelView, ...]:
    """Parcels that match, each with its newest label."""
    rows = tx.rows(
        "SELECT p.*, l.carrier_id, l.service_id, l.tracking_number, l.state AS label_state, l.says FROM parcel p "
        "LEFT JOIN LATERAL (SELECT * FROM label WHERE label.sscc = p.sscc ORDER BY label_id DESC LIMIT 1) l ON true "
        f"WHERE {where} ORDER BY p.sscc",
        *parameters,
    )
    return tuple(
        ParcelView(
            sscc=row.sscc,
            fulfilment_id=row.fulfilment_id,
            carton_id=row.carton_id,
            weight_g=row.weight_g,
            size_mm=(row.length_mm, row.width_mm, row.height_mm),
            state=row.state,
            carrier_id=row.carrier_id or "",
            service_id=row.service_id or "",
            tracking_number=row.tracking_number or "",
            label_state=row.label_state or "",
            label_says=row.says or "",
            milestone=row.milestone,
            eta=row.eta,
            packed_at=row.packed_at,
            handed_over_at=row.handed_over_at,
            first_scanned_at=row.first_scanned_at,
            delivered_at=row.delivered_at,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class StockRow:
    """What a site has of an item and lot: on hand, held for orders, free to promise."""

    site_id: str
    item_id: str
    lot: str
    expires_on: date | None
    on_hand: int
    held: int
    free: int


@dataclass(frozen=True, slots=True)
class InboundRow:
    """What a supplier is to bring, how much of it came, how much of the rest is promised already."""

    inbound_id: str
    site_id: str
    item_id: str
    expected: int
    received: int
    held: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class StockView:
    """Stock by site, item and lot, and what is on its way."""

    stock: tuple[StockRow, ...]
    inbound: tuple[InboundRow, ...]


def stock(office: Office, item_id: str = "", site_id: str = "") -> StockView:
    """Stock as it stands; all items and sites where none is named."""
    chosen = "(%s = '' OR p.item_id = %s) AND (%s = '' OR p.site_id = %s)"
    parameters = (item_id, item_id, site_id, site_id)
    with office.store.reading() as tx:
        rows = tx.rows(
            "SELECT p.site_id, p.item_id, p.lot, l.expires_on, p.on_hand, p.held, p.on_hand - p.held AS free "
            f"FROM pool p LEFT JOIN lot l USING (item_id, lot) WHERE {chosen} ORDER BY 1, 2, 3",
            *parameters,
        )
        coming = tx.rows(
            "SELECT inbound_id, site_id, item_id, expected, received, held, due_at FROM inbound p "
            f"WHERE expected > received AND {chosen} ORDER BY due_at, inbound_id",
            *parameters,
        )
    return StockView(tuple(StockRow(*row) for row in rows), tuple(InboundRow(*row) for row in coming))
