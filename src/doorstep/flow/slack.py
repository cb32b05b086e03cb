"""How much of an order's promise is left when work on it passes from one step to the next."""

from __future__ import annotations

from datetime import datetime

from doorstep.events.steps import Step
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


def slack_of_offer(company: Company, offer: Offer, now: datetime) -> int:
    """Seconds to spare when the promise is made: of the shipment that has the fewest."""
    return min(slack_before_departure(company, shipment.ship_by, now, Step.PLAN) for shipment in offer.shipments)
