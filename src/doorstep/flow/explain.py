"""Why: an order's promise, its plan and its cartons with what was rejected, what is held, where its time went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.events.envelope import Entry
from doorstep.flow import joined, look, look_targets
from doorstep.flow.freight_charges import FreightCharge, freight_charges
from doorstep.flow.look_packed import ParcelWhy, parcels_why
from doorstep.flow.office import Office
from doorstep.flow.promise import computed_again
from doorstep.flow.reasons import Rejected, WantedByOthers, rejected_ways, wanted_by_others
from doorstep.promising.arrivals import Leg
from doorstep.storage import journal
from doorstep.storage.queries import planning, stock
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class LegWhy:
    """One shipment a promise rests on: when work could begin, how long it would take, how long the way."""

    release_at: datetime
    handling_hours: tuple[str, str]  # half of the time within, nine in ten within
    cut_off: str
    transit_days: tuple[int | None, int | None]  # half, nine in ten; None: may never arrive
    goods_there_ppm: int


@dataclass(frozen=True, slots=True)
class PromiseWhy:
    """One promise with what it was computed from. `computed_again`: the stored inputs give the same windows."""

    revision: int
    last_day: date
    ppm: int
    wanted_ppm: int
    basis: str
    cause: str
    legs: tuple[LegWhy, ...]
    computed_again: bool


@dataclass(frozen=True, slots=True)
class RunWhy:
    """The planning run that the plan is of: `orders` chosen together, their avoidable cost, which is at least
    `bound_minor` in any plan, what they would cost one after the other, and the versions of what it rests on.
    """

    plan_id: str
    orders: int
    cost_minor: int
    bound_minor: int
    apart_minor: int
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanWhy:
    """The newest plan: its avoidable cost, the least it could have been, why it was chosen, what was rejected and why.

    `full_minor` is its full cost, with handling that is paid in any case. `alone` is the way that the order would have
    got if it were alone, None where it got that; `wanted_by_others` what of that way has a price. An order that goes as
    one shipment with others says so for a reason. `ceiling_minor` is what the goals that hold now let it cost; None:
    any amount.
    """

    cost_minor: int
    full_minor: int
    bound_minor: int
    ceiling_minor: int | None
    run: RunWhy | None
    alone: Rejected | None
    wanted_by_others: tuple[WantedByOthers, ...]
    reasons: tuple[str, ...]
    rejected: tuple[str, ...]
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class HeldWhy:
    """Units kept for the order, and where."""

    line_no: int
    item_id: str
    quantity: int
    where: str
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact of the order's story."""

    at: datetime
    what: str
    who: str
    department: str
    cause: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an order stands where it stands."""

    order: look.OrderView
    promises: tuple[PromiseWhy, ...]
    plan: PlanWhy | None
    holds: tuple[HeldWhy, ...]
    parcels: tuple[ParcelWhy, ...]
    story: tuple[Happened, ...]
    freight: tuple[FreightCharge, ...]


def explain(office: Office, order_id: str) -> Explanation | Refusal:
    """Everything that led an order to where it stands."""
    view = look.order(office, order_id)
    if isinstance(view, Refusal):
        return view
    with office.store.reading() as tx:
        promised = tx.rows(
            "SELECT DISTINCT ON (revision) revision, last_day, ppm, basis, cause, inputs FROM promise "
            "WHERE order_id = %s ORDER BY revision, line_no",
            order_id,
        )
        windows = tx.rows(
            "SELECT revision, line_no, first_day, last_day, ppm FROM promise WHERE order_id = %s", order_id
        )
        planned = tx.one("SELECT * FROM plan WHERE order_id = %s", order_id)
        ceiling_minor = look_targets.ceiling_minor(tx, order_id)
        together, apart = joined.reasons_of(tx, order_id, view.currency)
        run = planning.run(tx, planned.plan_id) if planned else None
        holds = stock.holds_of_orders(tx, [order_id])
        packed = parcels_why(tx, [parcel.sscc for parcel in view.parcels])
        freight = freight_charges(tx, order_id)
        written = journal.entries_about(tx.connection, "order", order_id)
    told: dict[int, dict[int, tuple[Any, Any, int]]] = {}
    for row in windows:
        told.setdefault(row.revision, {})[row.line_no] = (row.first_day, row.last_day, row.ppm)
    return Explanation(
        order=view,
        promises=tuple(_promise(row, told[row.revision]) for row in promised),
        plan=PlanWhy(
            cost_minor=planned.cost_minor,
            full_minor=planned.full_minor,
            bound_minor=planned.bound_minor,
            ceiling_minor=ceiling_minor,
            run=_run(run) if run else None,
            alone=next(iter(rejected_ways([planned.alone])), None) if planned.alone else None,
            wanted_by_others=wanted_by_others(planned.moved_by),
            reasons=together or tuple(planned.reasons),
            rejected=(*apart, *planned.rejected),
            planned_at=planned.planned_at,
        )
        if planned
        else None,
        holds=tuple(
            HeldWhy(
                hold.line_no,
                hold.item_id,
                hold.quantity,
                hold.inbound_id or hold.place_id or hold.site_id,
                hold.reason,
                hold.expires_at,
            )
            for hold in holds
        ),
        parcels=packed,
        story=tuple(_happened(entry.entry) for entry in written),
        freight=freight,
    )


def _run(row: Any) -> RunWhy:
    inputs = tuple(sorted(row.inputs.items()))
    return RunWhy(row.plan_id, row.orders, row.cost_minor, row.bound_minor, row.apart_minor, inputs)


def _promise(row: Any, told: Mapping[int, tuple[Any, Any, int]]) -> PromiseWhy:
    inputs = row.inputs
    return PromiseWhy(
        revision=row.revision,
        last_day=row.last_day,
        ppm=row.ppm,
        wanted_ppm=inputs["windows"]["0"]["wanted_ppm"] if inputs["windows"] else 0,
        basis=row.basis,
        cause=row.cause,
        legs=tuple(_leg(Leg.from_json(stored)) for stored in inputs["legs"]),
        computed_again=computed_again(inputs) == told,
    )


_STEP_MINUTES = 15  # handling is reckoned in quarters of an hour


def _leg(leg: Leg) -> LegWhy:
    half, most = leg.handling.quantile(500_000) or 0, leg.handling.quantile(900_000) or 0
    return LegWhy(
        release_at=leg.release_at,
        handling_hours=(_hours(half), _hours(most)),
        cut_off=leg.cut_off.isoformat("minutes"),
        transit_days=(leg.whole_transit.quantile(500_000), leg.whole_transit.quantile(900_000)),
        goods_there_ppm=leg.there_ppm,
    )


def _hours(steps: int) -> str:
    hours, minutes = divmod(steps * _STEP_MINUTES, 60)
    return f"{hours}:{minutes:02d}"


def _happened(entry: Entry) -> Happened:
    fact = entry.fact
    return Happened(fact.occurred_at, fact.kind, fact.actor, fact.department, fact.cause)
