"""The company's own drivers: they leave with what is there, drive, ring, come back; now and then nobody is at home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from doorstep.flow import look_routes, route_anew, route_end, route_out, routes
from doorstep.flow.look_routes import RouteView
from doorstep.flow.office import Who
from doorstep.intake.company import SiteIn
from doorstep.terms.refusals import Refusal
from doorstep.twin.world import World, happens

_PLANNED_BEFORE = timedelta(minutes=30)
_LATER_MINUTES = (-4, 14)  # against the plan, at each stop
_NOBODY_PPM = 60_000
_AGAIN_PPM = 500_000


class Drivers:
    """Whoever drives the vehicles of one site."""

    def __init__(self, world: World, site: SiteIn) -> None:
        self._world = world
        self._site = site
        self._chance = world.chance("drivers", site.site_id)
        self._services = {each.service_id for each in world.file.vehicles if each.site_id == site.site_id}

    def schedule(self, days: Sequence[date]) -> None:
        """Put down each day's plan, half an hour before the cut-off, and the departure."""
        calendar, agenda = self._site.calendar, self._world.agenda
        driven = [each for each in self._world.file.services if each.service_id in self._services]
        for day in days:
            for service in driven:
                if service.calendar.works_on(day) and calendar.works_on(day):
                    leaves_at = calendar.at(day, service.cut_offs[self._site.site_id])
                    agenda.at(leaves_at - _PLANNED_BEFORE, self._plan)
                    agenda.at(leaves_at, partial(self._leave, day))

    def _plan(self) -> None:
        routes.plan_due_routes(self._world.office)

    def _leave(self, day: date) -> None:
        """The last that was packed comes along; then every vehicle that has something leaves."""
        self._plan()
        world = self._world
        view = world.must(look_routes.day_of_routes(world.office, self._site.site_id, day))
        for route in view.routes:
            if route.state != "planned":
                continue
            who, key = Who(f"driver of {route.vehicle_id}", "shipping"), f"leave-{route.route_id}"
            gone = world.granted("own driver", route_out.leave(world.office, who, route.route_id, key))
            if gone is not None:
                route_anew.plan_after_leaving(world.office, who, gone, key)
                self._drive_on(who, route.route_id)

    def _drive_on(self, who: Who, route_id: str) -> None:
        """To the next stop, or home."""
        world = self._world
        route: RouteView = world.must(look_routes.route_view(world.office, route_id))
        ahead = [stop for stop in route.stops if stop.doing == "stop" and stop.state == "planned"]
        if not ahead:
            world.agenda.at(self._soon(route.ends_at), partial(self._home, who, route_id))
            return
        world.agenda.at(self._soon(ahead[0].arrives_at), partial(self._ring, who, route_id, ahead[0].stop_id))

    def _soon(self, planned_at: datetime) -> datetime:
        minutes = self._chance.randint(*_LATER_MINUTES)
        return max(planned_at + timedelta(minutes=minutes), self._world.now() + timedelta(minutes=1))

    def _ring(self, who: Who, route_id: str, stop_id: str) -> None:
        world, office = self._world, self._world.office
        nobody, again = happens(self._chance, _NOBODY_PPM), happens(self._chance, _AGAIN_PPM)
        key = f"{route_id}-{stop_id}-{int(world.now().timestamp())}"
        if nobody:
            said = route_out.stop_failed(office, who, route_id, stop_id, "nobody_home", key, again=again)
        else:
            said = route_out.stop_done(office, who, route_id, stop_id, key)
        if not isinstance(said, Refusal):
            route_anew.plan_after(office, who, said, key)
        else:
            world.noes["own driver", said.code] += 1
        self._drive_on(who, route_id)

    def _home(self, who: Who, route_id: str) -> None:
        world = self._world
        world.granted("own driver", route_end.end_route(world.office, who, route_id, f"end-{route_id}"))
