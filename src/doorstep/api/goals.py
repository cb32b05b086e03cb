"""Goals: what the company wants, set whole, and tried before."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import Field

from doorstep.api.answers import MoneyOut, Out, Ppm, money
from doorstep.api.given import Changing, Reading
from doorstep.api.orders import ORDER_EXAMPLE
from doorstep.api.problems import granted
from doorstep.flow.goals import GoalsTold, goals_told, set_goals
from doorstep.flow.goals_tried import Served, Trial, Tried, try_goals
from doorstep.intake.goals import GoalsIn
from doorstep.intake.orders import OrderIn, Strict

router = APIRouter(tags=["goals"])

_EXAMPLE: dict[str, Any] = {
    "classes": {"homeowner": {"wanted_percent": "90", "late_day_minor": 8000, "preference": "fastest"}},
    "weights": {"split_minor": 300},
}
GoalsBody = Annotated[GoalsIn, Body(examples=[_EXAMPLE])]


class TrialIn(Strict):
    """Goals to try, and an order to quote under them; without one, the newest of each class of customers."""

    goals: GoalsIn
    sample: OrderIn | None = None


class RelaxOut(Out):
    """One goal that could give way, and what then follows for the rest.

    `minor` is what an order would cost more on the mean (below 0: less); null where that is not the price.
    """

    place: str = Field(examples=["classes.trade.ceiling_minor"])
    says: str
    minor: int | None


class ConflictOut(Out):
    """What does not go together in the goals, and where in them; what could give way, one thing at a time.

    `rests_on` says which numbers it is told from, empty where it is seen in the goals alone.
    """

    place: str = Field(examples=["classes.trade.target_percent"])
    says: str
    relax: list[RelaxOut]
    rests_on: str


class GoalsOut(Out):
    """The goals that hold, as they can be set again, and what does not go together in them."""

    goals: GoalsIn
    conflicts: list[ConflictOut]

    @classmethod
    def of(cls, told: GoalsTold) -> GoalsOut:
        return cls(
            goals=GoalsIn.of(told.goals), conflicts=[ConflictOut.model_validate(found) for found in told.conflicts]
        )


class ServedOut(Out):
    """How an order would be served under some goals; where it cannot be, `says` tells why and `last_day` is null.

    `cost` is the whole as those goals weigh it, `sent` freight and cartons alone.
    """

    first_day: date | None
    last_day: date | None
    ppm: Ppm
    sites: list[str]
    services: list[str]
    cost: MoneyOut
    sent: MoneyOut
    says: str

    @classmethod
    def of(cls, served: Served, currency: str) -> ServedOut:
        return cls(
            first_day=served.first_day,
            last_day=served.last_day,
            ppm=served.ppm,
            sites=list(served.sites),
            services=list(served.services),
            cost=money(served.cost_minor, currency),
            sent=money(served.sent_minor, currency),
            says=served.says,
        )


class TriedOut(Out):
    """One order under the goals that hold and under the others; `order_id` is empty where it was only quoted."""

    order_id: str
    customer_id: str
    customer_class: str
    changes: bool
    before: ServedOut
    after: ServedOut

    @classmethod
    def of(cls, tried: Tried, currency: str) -> TriedOut:
        return cls(
            order_id=tried.order_id,
            customer_id=tried.customer_id,
            customer_class=tried.customer_class,
            changes=tried.changes,
            before=ServedOut.of(tried.before, currency),
            after=ServedOut.of(tried.after, currency),
        )


class TrialOut(GoalsOut):
    """What other goals would change: quotes of orders as if placed now, and the plan of open orders, promises kept.

    `all_orders` is false where more orders are open than are planned at once.
    """

    quotes: list[TriedOut]
    orders: list[TriedOut]
    all_orders: bool

    @classmethod
    def of_trial(cls, trial: Trial) -> TrialOut:
        return cls(
            goals=GoalsIn.of(trial.goals),
            conflicts=[ConflictOut.model_validate(found) for found in trial.conflicts],
            quotes=[TriedOut.of(each, trial.currency) for each in trial.quotes],
            orders=[TriedOut.of(each, trial.currency) for each in trial.orders],
            all_orders=trial.all_orders,
        )


@router.get("/goals")
def show_goals(office: Reading) -> GoalsOut:
    """What the company wants of its promises and plans."""
    return GoalsOut.of(goals_told(office))


@router.put("/goals")
def put_goals(asked: Changing, body: GoalsBody) -> GoalsOut:
    """Set what the company wants, in place of all it wanted before. Open orders are planned again, promises stay."""
    told = set_goals(asked.under_key(body), asked.who, body.value(), asked.key)
    return GoalsOut.of(granted(told))


@router.post("/goals/trials")
def try_other_goals(
    office: Reading, body: Annotated[TrialIn, Body(examples=[{"goals": _EXAMPLE, "sample": ORDER_EXAMPLE}])]
) -> TrialOut:
    """What other goals would change if they were set now. Nothing is recorded."""
    sample = body.sample.value() if body.sample else None
    return TrialOut.of_trial(granted(try_goals(office, body.goals.value(), sample)))
