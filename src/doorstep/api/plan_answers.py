"""Plans as the API tells them: of one order, and of all orders of a planning run."""

from __future__ import annotations

from doorstep.api.answers import Instant, MoneyOut, Out, money
from doorstep.flow import explain, plan


class RunOut(Out):
    """The planning run: how many orders were chosen together, their avoidable cost, the least of any plan, and what
    they would cost one after the other. `inputs` are the versions of what it rests on."""

    plan_id: str
    orders: int
    avoidable_cost: MoneyOut
    bound: MoneyOut
    apart: MoneyOut
    inputs: dict[str, str]


class WantedByOthersOut(Out):
    """What of the order's own best way others want too, and what it is worth now."""

    what: str
    price: MoneyOut


class PlanOut(Out):
    """The newest plan: its avoidable cost, the least it could have been, why it was chosen, what was rejected and why.

    `full_cost` is with handling by a shift that is paid in any case. `ceiling` is what the goals let such an order
    cost; null: any amount. `alone` is the way that the order would have got if it were alone; null: this one.
    """

    avoidable_cost: MoneyOut
    full_cost: MoneyOut
    bound: MoneyOut
    ceiling: MoneyOut | None
    run: RunOut | None
    alone: str | None
    wanted_by_others: list[WantedByOthersOut]
    reasons: list[str]
    rejected: list[str]
    planned_at: Instant


class ChangedPlanOut(Out):
    """An order's plan before and after, '' where there is none; whether it could have stayed."""

    order_id: str
    before: str
    after: str
    moved: bool


class PlannedOut(Out):
    """Orders that were planned, orders that wait, their avoidable cost and the least it could have been.

    `apart` is what they would cost planned one after the other; `changed` are the plans that are others than before.
    """

    orders: list[str]
    waiting: list[str]
    avoidable_cost: MoneyOut
    full_cost: MoneyOut
    bound: MoneyOut
    apart: MoneyOut
    changed: list[ChangedPlanOut]

    @classmethod
    def of(cls, planned: plan.Planned, currency: str) -> PlannedOut:
        return cls(
            orders=list(planned.orders),
            waiting=list(planned.waiting),
            avoidable_cost=money(planned.cost_minor, currency),
            full_cost=money(planned.full_minor, currency),
            bound=money(planned.bound_minor, currency),
            apart=money(planned.apart_minor, currency),
            changed=[ChangedPlanOut.model_validate(each) for each in planned.changed],
        )


def _run(run: explain.RunWhy, currency: str) -> RunOut:
    return RunOut(
        plan_id=run.plan_id,
        orders=run.orders,
        avoidable_cost=money(run.cost_minor, currency),
        bound=money(run.bound_minor, currency),
        apart=money(run.apart_minor, currency),
        inputs=dict(run.inputs),
    )


def plan_of(why: explain.PlanWhy, currency: str) -> PlanOut:
    return PlanOut(
        avoidable_cost=money(why.cost_minor, currency),
        full_cost=money(why.full_minor, currency),
        bound=money(why.bound_minor, currency),
        ceiling=None if why.ceiling_minor is None else money(why.ceiling_minor, currency),
        run=_run(why.run, currency) if why.run else None,
        alone=why.alone.way if why.alone else None,
        wanted_by_others=[
            WantedByOthersOut(what=each.what, price=money(each.minor, currency)) for each in why.wanted_by_others
        ],
        reasons=list(why.reasons),
        rejected=list(why.rejected),
        planned_at=why.planned_at,
    )
