"""Services that leave and arrive alike: an offer is the cheapest of them, whoever else was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.planning.quote import quote
from doorstep.planning.supply import Free
from doorstep.planning.timetable import Ahead
from doorstep.planning.values import Boxed, Deciders, Demand, QuoteQuestion
from doorstep.planning.ways import Desk, Way
from doorstep.terms.item import Item
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from tests.planning import corner_shop as cs
from tests.planning.questions import quote_questions


class AllServices(Desk):
    """Looks at every service, also where another leaves and arrives alike for less."""

    def ways(self, demand: Demand, free: Free, ahead: Ahead, **how: Any) -> tuple[list[Way], list[Refusal]]:
        return super().ways(demand, free, ahead, also=how.get("also", ()))


@settings(max_examples=100)
@given(quote_questions(), st.integers(-60, 60), st.integers(-60, 60))
def test_of_services_that_leave_and_arrive_alike_the_cheapest_is_offered(
    question: QuoteQuestion, post_minor: int, swift_minor: int
) -> None:
    dearer = {"POST-2": ("POST", post_minor), "SWIFT-2": ("SWIFT", swift_minor)}

    def carton_up(
        contents: Sequence[tuple[Item, int]], service: CarrierService, origin: Locality, destination: Locality
    ) -> Boxed | Refusal:
        name, by_minor = dearer.get(service.service_id, (service.service_id, 0))
        boxed = cs.carton_up(contents, replace(service, service_id=name), origin, destination)
        assert isinstance(boxed, Boxed)
        parcels = [replace(parcel, freight_minor=parcel.freight_minor + by_minor) for parcel in boxed.parcels]
        return replace(boxed, parcels=tuple(parcels))

    twins = [replace(cs.POST, service_id="POST-2"), replace(cs.SWIFT, service_id="SWIFT-2")]
    asked = replace(question, services=(*question.services, *twins))
    deciders = Deciders(carton_up, cs.may_ship)
    desk = AllServices(asked.now, asked.sites, asked.services, asked.costs, deciders, asked.transits)
    told = quote(asked, deciders)
    assert told == quote(asked, deciders, at=desk)
    services = {shipment.service_id for offer in told.offers for shipment in offer.shipments}
    assert ("POST-2" if post_minor >= 0 else "POST") not in services
    assert ("SWIFT-2" if swift_minor >= 0 else "SWIFT") not in services
