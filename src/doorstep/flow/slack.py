"""How much of an order's promise is left when work on it passes from one step to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from doorstep.events.envelope import Fact
from doorstep.events.orders import HandOffMade
from doorstep.events.steps import Step
from doorstep.flow.office import Scribe
from doorstep.goals.score import slack
from doorstep.planning.answers import Offer
from doorstep.terms.company import Company


def work_ahead_seconds(company: Company, at: Step) -> int:
    """The site's own work still to be done on a shipment that has come to the step."""
    ahead = {
        Step.PLAN: company.pick_seconds + company.pack_seconds,
        Step.RELEASE: company.pick_seconds + company.pack_seconds,
        Step.PICK: company.pick_seconds + company.pack_seconds,
        Step.PACK: company.pack_seconds,
    }
    return ahead.get(at, 0)


def slack_before_departure(company: Company, ship_by: datetime, now: datetime, at: Step) -> int:
    """Seconds to spare before the last departure that keeps the promise."""
    return slack(ship_by, now, work_ahead_seconds(company, at))


class ToShip(Protocol):
    """What a hand-off needs of a fulfilment order; a row of the table has it."""

    @property
    def order_id(self) -> str: ...
    @property
    def fulfilment_id(self) -> str: ...
    @property
    def site_id(self) -> str: ...
    @property
    def ship_by(self) -> datetime: ...


def hand_off(
    scribe: Scribe, company: Company, fulfilment: ToShip, from_step: Step, to_step: Step, at: datetime
) -> Fact:
    """Work on a fulfilment order passes from one step to the next at `at`, with what is left of its promise."""
    seconds = slack_before_departure(company, fulfilment.ship_by, at, to_step)
    body = HandOffMade(fulfilment.order_id, fulfilment.fulfilment_id, from_step, to_step, seconds)
    return scribe(body, occurred_at=at, site=fulfilment.site_id)


def slack_of_offer(company: Company, offer: Offer, now: datetime) -> int:
    """Seconds to spare when the promise is made: of the shipment that has the fewest."""
    return min(slack_before_departure(company, shipment.ship_by, now, Step.PLAN) for shipment in offer.shipments)
