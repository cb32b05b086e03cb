"""A shop without a planner: every order goes from the nearest site that has it all, whatever waits there.

How near is said by the zones of a carrier; of sites as near the one that can send most. It quotes and plans with the
same promises, cartons and services as the planner, but sees no full day, and looks at one order at a time: it takes
the nearest site that has all, else the fewest near ones together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest.mock import patch

from doorstep.carriers.zones import Zones
from doorstep.flow import place, plan, requote
from doorstep.planning.answers import Plan, Quote
from doorstep.planning.plan import plan as planned
from doorstep.planning.quote import quote as quoted
from doorstep.planning.values import Deciders, Demand, PlanQuestion, QuoteQuestion, SiteSupply
from doorstep.planning.ways import Desk
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

_FAR = "9"  # behind every zone


class NearestFirst:
    """The rule; `zones` tell how far it is."""

    def __init__(self, zones: Zones, sends: dict[str, int]) -> None:
        self._zones = zones
        self._sends = sends

    def quote(self, question: QuoteQuestion, deciders: Deciders, at: Desk | None = None) -> Quote:
        """The offers of the nearest site, of it and the next, and so on, until there are any."""
        answer = Quote(())
        for sites in self._nearer(question.demand, question.sites):
            answer = quoted(replace(question, sites=sites), deciders)
            if answer.refusal is None:
                break
        return answer

    def plan(self, question: PlanQuestion, deciders: Deciders) -> Plan:
        """Order by order from where it holds its goods; one that holds too little from the nearest that has them."""
        orders = []
        for order in question.orders:
            held = {reservation.site_id for reservation in order.held}
            alone = replace(question, orders=(order,), sites=tuple(map(_blind, question.sites)))
            answer = planned(alone, deciders)
            kept = [site for site in alone.sites if site.site_id in held]
            for sites in ([kept] if held else []) + list(self._nearer(order.demand, question.sites)):
                if not held <= {site.site_id for site in sites}:
                    continue
                found = planned(replace(alone, sites=tuple(sites)), deciders)
                if found.orders[0].shipments:
                    answer = found
                    break
            orders.append(answer.orders[0])
        return Plan(tuple(orders), sum(order.cost.total_minor for order in orders))

    def _nearer(self, demand: Demand, sites: Sequence[SiteSupply]) -> Iterator[tuple[SiteSupply, ...]]:
        def far(site: SiteSupply) -> tuple[str, int]:
            zone = self._zones.of(site.lies.head, demand.lies.head) or _FAR
            return zone, -self._sends.get(site.site_id, 0)

        near = sorted(map(_blind, sites), key=far)
        for site in near:
            yield (site,)
        for many in range(2, len(near) + 1):
            yield tuple(near[:many])


def _blind(site: SiteSupply) -> SiteSupply:
    """It knows of no day that is full."""
    return replace(site, daily_shipments=None)


@contextmanager
def nearest_first(service: CarrierService, sends: dict[str, int]) -> Iterator[None]:
    """For as long as this lasts, the steps of an order quote and plan by the rule."""
    rules = getattr(service.tariff, "zones", None)
    if not rules:
        raise ValueError(f"{service.service_id} has no zones to measure by")
    rule = NearestFirst(Zones(rules), sends)
    with ExitStack() as leaving:
        for module in (place, requote):
            leaving.enter_context(patch.object(module, "quote", rule.quote))
        leaving.enter_context(patch.object(plan, "plan", rule.plan))
        yield


__all__ = ["NearestFirst", "Refusal", "nearest_first"]
