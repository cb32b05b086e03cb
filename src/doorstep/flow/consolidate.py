"""Consolidation: planned, unreleased orders to one address, or to one area by truck, go as one shipment where that is
cheaper and every promise still holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.carriers.stops import area_of, takes_stops
from doorstep.events.consolidation import Joined
from doorstep.events.fulfilment import FulfilmentReplanned
from doorstep.flow.consignees import same_consignee
from doorstep.flow.joined import consolidated, end_broken
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, deciders_of
from doorstep.flow.plan_world import World, question_of
from doorstep.planning.check_joint import check_joint
from doorstep.planning.consolidate import Alone, Joint, Member, consolidate
from doorstep.storage.queries import consolidation, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.refusals import Refusal, Why

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Together:
    """Orders that go as one shipment ('' as its number where that is only told), and what it saves, minor units."""

    consolidation_id: str
    site_id: str
    service_id: str
    travels_as: str
    departs: datetime
    members: tuple[Member, ...]
    freight_minor: int
    cost_minor: int
    alone_minor: int
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consolidated:
    """Joint shipments, the greatest saving first; how many orders were looked at, at how many addresses of two or more,
    and in how many areas of a truck with two addresses or more."""

    shipments: tuple[Together, ...]
    orders: int
    addresses: int
    saves_minor: int
    currency: str
    areas: int = 0


class UncheckedJointError(Exception):
    """A joint shipment that the independent checker does not accept: a bug of the search, and nothing is recorded."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """Orders that may go together, by site and address and by site and area; how many were looked at."""

    addresses: list[list[str]]
    areas: list[list[str]]
    orders: int


def consolidate_orders(
    office: Office, who: Who = CLOCKWORK, key: str = "", *, site_id: str = "", dry_run: bool = False
) -> Consolidated | Refusal:
    """Join what may go together, of one site or of all. With `dry_run` it is only told; under a key it is done once."""

    def step(tx: Transaction) -> Consolidated | Refusal:
        if site_id and site_id not in master.sites(tx):
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        scribe = Scribe(who, tx.now)
        apart = set(end_broken(tx, scribe))
        company = company_of(tx)
        rows = orders.plannable(tx, PLAN_ORDERS, MOST_AT_ONCE)
        known = apart | consolidation.joined(tx, [row.order_id for row in rows]).keys()
        rows = [row for row in rows if row.order_id not in known]
        looked = _groups(tx, rows, site_id)
        groups = [*looked.addresses, *looked.areas]
        shipments = [] if not groups else _joined(office, tx, scribe, rows, groups)
        saves = sum(each.alone_minor - each.cost_minor for each in shipments)
        counts = (looked.orders, len(looked.addresses))
        return Consolidated(tuple(shipments), *counts, saves, company.currency, len(looked.areas))

    if dry_run:
        return office.store.run(step, dry_run=True)
    return office.store.run(step, answers=Consolidated, key=key, request=[site_id])


def _groups(tx: Transaction, rows: Sequence[Any], site_id: str) -> _Looked:
    """Orders whose one fulfilment order is planned: by site and address, where there are two, and by site and area of a
    truck that makes stops, where there are two addresses in it."""
    standing: dict[str, list[Any]] = defaultdict(list)
    for row in orders.fulfilments(tx, [row.order_id for row in rows]):
        standing[row.order_id].append(row)
    addresses = master.addresses(tx, {row.person_ref for row in rows})
    by_address: dict[tuple[object, ...], list[str]] = defaultdict(list)
    by_area: dict[tuple[object, ...], dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    trucks, sites, looked_at = [each for each in master.services(tx) if takes_stops(each.tariff)], master.sites(tx), 0
    for row in rows:
        made = standing[row.order_id]
        to = addresses.get(row.person_ref)
        if len(made) != 1 or made[0].state != "planned" or to is None or (site_id and made[0].site_id != site_id):
            continue
        looked_at += 1
        by_address[made[0].site_id, same_consignee(to)].append(row.order_id)
        for truck in trucks:
            area = area_of(truck.tariff, sites[made[0].site_id].locality, to.locality)
            if area is not None:
                by_area[made[0].site_id, truck.service_id, area][same_consignee(to)].append(row.order_id)
    return _Looked(
        [order_ids for order_ids in by_address.values() if len(order_ids) > 1],
        [[one for order_ids in area.values() for one in order_ids] for area in by_area.values() if len(area) > 1],
        looked_at,
    )


def _joined(
    office: Office, tx: Transaction, scribe: Scribe, rows: Sequence[Any], groups: Sequence[Sequence[str]]
) -> list[Together]:
    company = company_of(tx)
    wanted = {order_id for group in groups for order_id in group}
    world, question = question_of(tx, company, [row for row in rows if row.order_id in wanted])
    alone = {order.demand.order_id: each for order in world.open_orders if (each := _alone(world, order)) is not None}
    deciders = deciders_of(tx, company)
    found = consolidate(
        question, [[alone[order_id] for order_id in group if order_id in alone] for group in groups], deciders
    )
    for joint in found:
        wrong = check_joint(question, joint, deciders.joint_up, deciders.goes_in) if deciders.joint_up else []
        if wrong:
            raise UncheckedJointError("; ".join(wrong))
    return [_record(office, tx, scribe, joint, _waits(world, joint)) for joint in found]


def _waits(world: World, joint: Joint) -> bool:
    """Whether one of them would go sooner alone, or waits for its day alone too."""
    rows = [world.planned[member.order_id][0][0] for member in joint.members]
    return any(row.waits_for_day or row.departs < joint.departs for row in rows)


def _alone(world: World, order: Any) -> Alone | None:
    """None where some of it waits, or its plan was made of other units than it now wants."""
    planned = world.planned.get(order.demand.order_id, ())
    if len(planned) != 1:
        return None
    row, lines = planned[0]
    wanted: dict[tuple[int, str], int] = defaultdict(int)
    for need in order.demand.needs:
        wanted[need.line_no, need.item.item_id] += need.quantity
    if {(line.line_no, line.item_id): line.quantity for line in lines} != wanted:
        return None
    return Alone(order, row.fulfilment_id, row.service_id, row.departs)


def _record(office: Office, tx: Transaction, scribe: Scribe, joint: Joint, waits_for_day: bool) -> Together:
    consolidation_id = office.ids.new("con")
    members = (
        Joined(
            *(member.order_id, member.fulfilment_id, member.freight_minor, member.alone_minor),
            *(member.stop_no, member.later_seconds),
        )
        for member in joint.members
    )
    others = ((each.service_id, each.departs, each.cost_minor, each.why) for each in joint.rejected)
    body = consolidated(consolidation_id, joint, members, joint.alone_minor, others)
    tx.record(scribe(body, site=joint.site_id))
    ship_by = min(member.ship_by for member in joint.members)  # later, they would not go together
    for member in joint.members:
        replanned = FulfilmentReplanned(
            *(member.fulfilment_id, member.order_id, joint.service_id, joint.departs, ship_by, member.cost_minor),
            waits_for_day=waits_for_day,
        )
        tx.record(scribe(replanned, site=joint.site_id, cause="consolidated"))
    return Together(
        *(consolidation_id, joint.site_id, joint.service_id, joint.travels_as, joint.departs, joint.members),
        *(joint.freight_minor, joint.cost_minor, joint.alone_minor, body.rejected),
    )
