"""The checker of a sourcing plan: reckons it again from the question, line by line, with nothing of what made it."""

from __future__ import annotations

from collections import Counter, defaultdict

from doorstep.planning.joint.sourcing import Sourced, Sourcing

_MOST_SHIPMENTS = 2


def check_sourced(question: Sourcing, plan: Sourced) -> list[str]:
    """Every way in which the plan breaks its question, one sentence each; empty: none."""
    lines, orders = len(question.line_item), len(question.order_ptr) - 1
    sites = question.stock.shape[1]
    if len(plan.line_site) != lines or plan.service.shape != (orders, sites):
        return ["it does not tell each line's site and each shipment's service"]
    wrong = sorted({int(site) for site in plan.line_site if not -1 <= site < sites})
    if wrong:
        return [f"there is no site {site}" for site in wrong]
    taken: Counter[tuple[int, int]] = Counter()
    loaded: Counter[int] = Counter()
    problems: list[str] = []
    mills = 0
    for order in range(orders):
        cost, more = _order(question, plan, order, taken, loaded)
        mills += cost
        problems += more
    for (item, site), units in taken.items():
        if units > question.stock[item, site]:
            problems.append(f"takes {units} of item {item} from site {site}, which has {question.stock[item, site]}")
    for site, units in loaded.items():
        if units > question.room[site]:
            problems.append(f"has site {site} ship {units} units, which has room for {question.room[site]}")
    if mills != plan.cost_mills:
        problems.append(f"costs {mills} thousandths, not {plan.cost_mills}")
    if plan.bound_mills > mills:
        problems.append(f"its bound {plan.bound_mills} is above its cost {mills}")
    return problems


def _order(
    question: Sourcing, plan: Sourced, order: int, taken: Counter[tuple[int, int]], loaded: Counter[int]
) -> tuple[int, list[str]]:
    """What the order costs, in thousandths of a minor unit, and what is wrong with it by itself."""
    mg: dict[int, int] = defaultdict(int)
    units: Counter[int] = Counter()
    mills = 0
    for line in range(int(question.order_ptr[order]), int(question.order_ptr[order + 1])):
        site, item, quantity = (
            int(plan.line_site[line]),
            int(question.line_item[line]),
            int(question.line_quantity[line]),
        )
        if site < 0:
            mills += question.backorder_minor * 1_000
            continue
        mg[site] += int(question.item_mg[item]) * quantity
        units[site] += quantity
        taken[item, site] += quantity
        loaded[site] += quantity
    problems = []
    if len(units) > _MOST_SHIPMENTS:
        problems.append(f"order {order} comes in {len(units)} shipments")
    told = {site for site, service in enumerate(plan.service[order]) if service >= 0}
    if told != set(units):
        problems.append(f"order {order} has services from {sorted(told)} and goods from {sorted(units)}")
    for site in units:
        service = int(plan.service[order, site])
        by_weight = int(question.per_kg_minor[service, question.zone[order, site]]) * mg[site]
        fixed = int(question.fixed_minor[order, site, service]) + int(question.unit_minor[site]) * units[site]
        mills += fixed * 1_000 + (by_weight + 500) // 1_000
    return mills, problems
