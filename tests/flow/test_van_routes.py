"""The shop's own vans: a day's routes, the drive, what became of each stop, and what it cost in the end."""

from __future__ import annotations

import time as machine
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from doorstep.carriers.shipments import Piece
from doorstep.flow import route_anew
from doorstep.flow.fleet import define_vehicles
from doorstep.flow.look_dispatch import Load, dispatch_route
from doorstep.flow.master import define_items
from doorstep.flow.office import Who
from doorstep.flow.route_anew import plan_after, plan_rest
from doorstep.flow.route_day import SiteFleet, consignments, site_fleet
from doorstep.flow.route_end import end_route
from doorstep.flow.route_out import leave, stop_done, stop_failed
from doorstep.flow.routes import UncheckedRouteError, plan_due_routes, plan_routes
from doorstep.flow.tracking_link import make_link, tracked
from doorstep.flow.troubles import troubles
from doorstep.planning.freight import pallet_places
from doorstep.routing import Plan, replan
from doorstep.terms.item import Item
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, granted, refused
from tests.vans import CHICAGO, MONDAY, VAN, at, home, to_the_dock, with_vans

DRIVER = Who("vera", "shipping")


@pytest.fixture
def vans(shop: Shop) -> Shop:
    """The shop with a service of its own and one van."""
    with_vans(shop)
    return shop


def stops_of(route: Any) -> list[str]:
    return [visit.stop_id for visit in route.visits]


def customers_page(shop: Shop, order_id: str) -> str:
    """What stands on the customer's page."""
    link = granted(make_link(shop.office, CLERK, order_id, shop.key()))
    return granted(tracked(shop.office, link.token)).says


def milestones(shop: Shop, orders: list[str]) -> list[str]:
    rows = shop.rows("SELECT milestone FROM parcel WHERE order_id = ANY(%s) ORDER BY order_id", orders)
    return [row.milestone for row in rows]


def test_a_day_of_the_own_van_from_its_plan_to_what_each_order_bears_of_it(vans: Shop) -> None:
    orders = to_the_dock(vans, 4)
    assert {row.service_id for row in vans.rows("SELECT service_id FROM fulfilment")} == {"own-van"}
    # Nobody is asked for a label of our own: its number is the SSCC, its price the share of a usual route.
    labels = vans.rows("SELECT sscc, tracking_number, cost_minor, document FROM label ORDER BY label_id")
    assert all(row.tracking_number == row.sscc and row.cost_minor > 0 and row.document for row in labels)

    made = granted(plan_routes(vans.office, CLERK, "CS", MONDAY))
    (route,) = made.routes
    assert sorted(stops_of(route)) == sorted(orders)
    assert made.unplaced == ()
    assert (made.cost_minor, made.roads) == (route.cost_minor, "great circles")
    for visit in route.visits:
        assert visit.window_from <= visit.arrives_at <= visit.window_until
        assert visit.window_until - visit.window_from <= timedelta(hours=2)

    says = customers_page(vans, orders[0])
    first = next(visit.window_from for visit in route.visits if visit.stop_id == orders[0])
    assert f"Our driver comes on Monday 2 March between {first.astimezone(ZoneInfo(CHICAGO.zone)):%H:%M} and" in says

    at(vans, 11)
    gone = granted(leave(vans.office, DRIVER, route.route_id, vans.key()))
    assert "Out for delivery: it comes today. Our driver comes on Monday" in customers_page(vans, orders[0])
    assert (len(gone.ssccs), gone.kept, gone.missing) == (4, (), ())
    assert milestones(vans, orders) == ["out_for_delivery"] * 4
    for visit in route.visits:
        vans.clock.move_to(visit.arrives_at)
        done = granted(stop_done(vans.office, DRIVER, route.route_id, visit.stop_id, vans.key()))
        assert done.state == "done"
    assert milestones(vans, orders) == ["delivered"] * 4
    assert {row.state for row in vans.rows("SELECT state FROM orders")} == {"delivered"}

    vans.clock.move_to(route.ends_at)
    back = granted(end_route(vans.office, DRIVER, route.route_id, vans.key(), distance_m=60_000))
    # 20.00, 60 km at 40 cents, four stops at 1.00; the hours as they were.
    hours = (back.working_seconds * 1_200 + 1_800) // 3_600
    assert back.cost_minor == 2_000 + 2_400 + hours + 400
    costs = vans.rows(
        "SELECT order_id, sum(amount_minor)::int AS minor FROM cost_entry WHERE cost_kind IN ('freight', 'route') "
        "GROUP BY order_id ORDER BY order_id"
    )
    assert sum(row.minor for row in costs) == back.cost_minor
    assert max(row.minor for row in costs) - min(row.minor for row in costs) <= 1


def test_a_stop_that_fails_is_tried_again_or_comes_back_and_goes_with_the_next_days_route(vans: Shop) -> None:
    orders = to_the_dock(vans, 5)
    (route,) = granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).routes
    at(vans, 11)
    granted(leave(vans.office, DRIVER, route.route_id, vans.key()))
    first, second, *rest = stops_of(route)

    vans.clock.move_to(route.visits[0].arrives_at)
    granted(stop_failed(vans.office, DRIVER, route.route_id, first, "nobody_home", vans.key(), again=True))
    vans.later(minutes=2)
    twice = stop_failed(vans.office, CLERK, route.route_id, first, "nobody_home", vans.key(), again=True)
    refused(twice, Why.WRONG_STATE, "is told already")  # the dispatcher, of the same visit
    began = machine.process_time()
    anew = plan_rest(vans.office, DRIVER, route.route_id)
    assert machine.process_time() - began < 1
    assert anew is not None
    assert anew.dropped == ()
    later = {visit.stop_id: visit.arrives_at for visit in anew.visits}
    assert set(later) == {first, second, *rest}
    assert later[first] >= vans.clock.now() + timedelta(minutes=90)

    vans.later(minutes=30)
    granted(stop_failed(vans.office, DRIVER, route.route_id, second, "refused", vans.key()))
    refused(stop_done(vans.office, DRIVER, route.route_id, second, vans.key()), Why.WRONG_STATE, "failed")
    refused(end_route(vans.office, DRIVER, route.route_id), Why.WRONG_STATE, first)
    for stop_id in (*rest, first):
        vans.later(minutes=20)
        granted(stop_done(vans.office, DRIVER, route.route_id, stop_id, vans.key(), "safe_place"))
    granted(end_route(vans.office, DRIVER, route.route_id))
    states = {row.order_id: row.milestone for row in vans.rows("SELECT order_id, milestone FROM parcel")}
    assert states[second] == "attempted"
    assert all(states[order_id] == "delivered" for order_id in orders if order_id != second)

    tuesday = MONDAY + timedelta(days=1)
    vans.clock.move_to(CHICAGO.at(tuesday, time(10, 45)))
    (again,) = granted(plan_routes(vans.office, CLERK, "CS", tuesday)).routes
    assert stops_of(again) == [second]
    assert granted(leave(vans.office, DRIVER, again.route_id, vans.key())).ssccs
    vans.later(hours=1)
    granted(stop_done(vans.office, DRIVER, again.route_id, second, vans.key()))
    granted(end_route(vans.office, DRIVER, again.route_id))
    whole = vans.one("SELECT sum(cost_minor)::int FROM route WHERE state = 'ended'")
    assert vans.one("SELECT sum(amount_minor)::int FROM cost_entry WHERE cost_kind IN ('freight', 'route')") == whole


def test_what_was_planned_under_a_key_is_told_again_and_not_planned_again_whatever_happened_since(vans: Shop) -> None:
    to_the_dock(vans, 3)
    made = granted(plan_routes(vans.office, CLERK, "CS", MONDAY, "monday"))
    (route,) = made.routes
    at(vans, 11)
    granted(leave(vans.office, DRIVER, route.route_id, vans.key()))
    first, *others = stops_of(route)
    told = granted(stop_failed(vans.office, DRIVER, route.route_id, first, "refused", "refused"))
    anew = plan_after(vans.office, DRIVER, told, "refused")
    assert anew is not None
    for stop_id in others:
        granted(stop_done(vans.office, DRIVER, route.route_id, stop_id, vans.key()))
    vans.later(days=1)
    facts = vans.journal()
    assert granted(plan_routes(vans.office, CLERK, "CS", MONDAY, "monday")) == made
    assert plan_after(vans.office, DRIVER, told, "refused") == anew
    assert vans.journal() == facts


def test_a_vehicle_that_leaves_late_comes_to_its_first_stop_after_its_drivers_break(vans: Shop) -> None:
    granted(define_vehicles(vans.office, CLERK, [replace(VAN, rests_at=time(12), rests_seconds=1_800)]))
    to_the_dock(vans, 3)
    (route,) = granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).routes
    first = route.visits[0]
    noon = CHICAGO.at(MONDAY, time(12))
    assert first.leaves_at < noon
    # So late that the drive falls into the break: it is there half an hour later than by as much as it left late.
    late = noon - first.arrives_at + timedelta(minutes=5)
    vans.clock.move_to(route.leaves_at + late)
    granted(leave(vans.office, DRIVER, route.route_id, vans.key()))
    anew = plan_rest(vans.office, DRIVER, route.route_id)
    assert anew is not None
    assert anew.visits[0].stop_id == first.stop_id
    assert anew.visits[0].arrives_at == first.arrives_at + late + timedelta(minutes=30)


def test_a_rest_that_cannot_be_driven_is_not_written_down(vans: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    to_the_dock(vans, 4)
    (route,) = granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).routes
    at(vans, 11)
    granted(leave(vans.office, DRIVER, route.route_id, vans.key()))
    # Sooner than planned, as drivers are: what was driven is not asked whether it could be.
    vans.clock.move_to(route.visits[0].arrives_at - timedelta(minutes=9))
    granted(stop_failed(vans.office, DRIVER, route.route_id, route.visits[0].stop_id, "nobody_home", vans.key()))
    before = vans.rows("SELECT * FROM route_stop ORDER BY stop_id")

    def too_soon(*asked: Any) -> Plan:
        found = replan(*asked)
        (one,) = found.routes
        *driven, last = one.visits
        hasty = replace(last, **{name: getattr(last, name) - 600 for name in ("arrives_seconds", "begins_seconds")})
        return replace(found, routes=(replace(one, visits=(*driven, hasty)),))

    monkeypatch.setattr(route_anew, "replan", too_soon)
    with pytest.raises(UncheckedRouteError, match="and needs"):
        plan_rest(vans.office, DRIVER, route.route_id)
    assert vans.rows("SELECT * FROM route_stop ORDER BY stop_id") == before
    monkeypatch.undo()
    assert plan_rest(vans.office, DRIVER, route.route_id) is not None


def test_a_window_that_was_told_by_a_plan_that_is_called_off_still_counts(vans: Shop) -> None:
    orders = to_the_dock(vans, 2)
    (route,) = granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).routes
    told = {visit.stop_id: (visit.window_from, visit.window_until) for visit in route.visits}
    at(vans, 14)
    (later,) = granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).routes
    assert later.route_id != route.route_id
    assert all(visit.arrives_at > told[visit.stop_id][1] for visit in later.visits)
    seen = granted(dispatch_route(vans.office, later.route_id))
    assert {each.stop.stop_id: (each.told_from, each.told_until) for each in seen.stops} == told
    assert all(each.late is not None for each in seen.stops)
    # What comes back after it was driven is told anew.
    at(vans, 14, 30)
    granted(leave(vans.office, DRIVER, later.route_id, vans.key()))
    for visit in later.visits:
        vans.later(minutes=15)
        granted(stop_failed(vans.office, DRIVER, later.route_id, visit.stop_id, "nobody_home", vans.key()))
    granted(end_route(vans.office, DRIVER, later.route_id))
    tuesday = MONDAY + timedelta(days=1)
    vans.clock.move_to(CHICAGO.at(tuesday, time(10)))
    (again,) = granted(plan_routes(vans.office, CLERK, "CS", tuesday)).routes
    seen = granted(dispatch_route(vans.office, again.route_id))
    assert sorted(each.stop.stop_id for each in seen.stops) == sorted(orders)
    assert all(each.told_until.date() == tuesday for each in seen.stops)


def test_what_fits_in_no_route_says_why_and_what_would_let_it_in(vans: Shop) -> None:
    to_the_dock(vans, 3)
    granted(define_vehicles(vans.office, CLERK, [replace(VAN, capacity_g=1_000)]))
    made = granted(plan_routes(vans.office, CLERK, "CS", MONDAY))
    assert len(made.unplaced) == 1
    (left,) = made.unplaced
    assert left.binding == "capacity"
    assert "needs" in left.says
    assert "more, with van 1" in left.says
    (trouble,) = [each for each in troubles(vans.office) if each.kind == "route"]
    assert trouble.object_id == left.stop_id


def test_what_nobody_lifts_stands_on_pallets_and_the_floor_of_a_van_has_so_many_places(vans: Shop) -> None:
    safe = Item("MUG", "A safe", Size(500, 500, 700), 80_000, own_container=True)
    granted(define_items(vans.office, CLERK, [safe]))
    roomy = replace(VAN, capacity_g=1_000_000, capacity_pallets=2)
    granted(define_vehicles(vans.office, CLERK, [roomy]))
    to_the_dock(vans, 3)
    made = granted(plan_routes(vans.office, CLERK, "CS", MONDAY))
    assert [len(route.visits) for route in made.routes] == [2]
    (left,) = made.unplaced
    assert left.binding == "capacity"
    assert "needs 1 pallet place more" in left.says
    (route_id,) = [row.route_id for row in vans.rows("SELECT route_id FROM route")]
    assert granted(dispatch_route(vans.office, route_id)).most == Load(2, 160_000, 350_000, 2)
    with vans.office.store.reading() as tx:
        own = site_fleet(tx, "CS")
        assert isinstance(own, SiteFleet)
        assert [each.pallets for each in consignments(tx, own, MONDAY)] == [1, 1, 1]


def test_what_a_person_lifts_takes_no_pallet_place(vans: Shop) -> None:
    granted(define_vehicles(vans.office, CLERK, [replace(VAN, capacity_pallets=1)]))
    to_the_dock(vans, 3)
    assert granted(plan_routes(vans.office, CLERK, "CS", MONDAY)).unplaced == ()


def test_of_one_consignee_as_much_shares_a_pallet_place_as_is_stacked_on_it() -> None:
    assert pallet_places([Piece(Size(500, 500, 700), 80_000)] * 4) == 1
    assert pallet_places([Piece(Size(900, 900, 1_200), 80_000)] * 4) == 4
    assert pallet_places([Piece(Size(3_000, 1_000, 400), 90_000)]) == 3  # longer than any pallet: by its floor
    assert pallet_places([]) == 0


def test_the_clock_plans_before_the_cut_off_and_again_only_when_there_is_more_to_drive(vans: Shop) -> None:
    orders = [vans.place(("MUG", 1), ship_to=home(number)).order_id for number in range(2)]
    vans.settle()
    at(vans, 10)
    assert plan_due_routes(vans.office) == ()
    at(vans, 10, 31)
    (made,) = plan_due_routes(vans.office)
    assert sorted(stops_of(made.routes[0])) == sorted(orders)
    assert made.routes[0].begins_at >= CHICAGO.at(MONDAY, time(11))  # nothing is packed yet: it is by the cut-off
    assert plan_due_routes(vans.office) == ()
    (route_id,) = [row.route_id for row in vans.rows("SELECT route_id FROM route")]
    at(vans, 11)
    refused(leave(vans.office, DRIVER, route_id, vans.key()), Why.WRONG_STATE, "stands at the dock")


def test_a_vehicle_drives_for_a_service_of_own_vans_that_leaves_its_site(vans: Shop) -> None:
    refused(define_vehicles(vans.office, CLERK, [replace(VAN, service_id="swift-express")]), Why.NO_SERVICE, "own vans")
    refused(define_vehicles(vans.office, CLERK, [replace(VAN, ends=time(9))]), Why.MALFORMED, "begins")
    resting = replace(VAN, vehicle_id="van 2", rests_at=time(12), rests_seconds=1_800)
    refused(define_vehicles(vans.office, CLERK, [resting]), Why.MALFORMED, "rest at one time")
