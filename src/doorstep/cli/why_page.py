"""The page of `doorstep explain`: why an order stands where it stands, in the order in which people ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from doorstep.cli.order_page import AGAINST, heading, zone_of
from doorstep.cli.output import table
from doorstep.cli.words import chance, day, many, moment, money, plainly, short_day, slack, span
from doorstep.flow.reasons import in_words, rejected_ways
from doorstep.packing.why_left import kilograms

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.explain import Explanation, LegWhy, PlanWhy, PromiseWhy
    from doorstep.flow.look_site import SiteView


def why_page(told: Explanation, sites: Mapping[str, SiteView]) -> Iterator[Part]:
    """Promise and parts, plan and what was rejected, holds, cartons, time left at each hand-off, end, story."""
    zone = zone_of(told.order, sites)
    yield heading(told.order, zone)
    for chapter in (_promise, _plan, _freight, _holds, _parcels, _hand_offs, _story):
        yield from chapter(told, zone)


def _title(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def _promise(told: Explanation, zone: str) -> Iterator[Part]:
    yield _title("What was promised, and what it stands on")
    for number, made in enumerate(told.promises):
        newest = number == len(told.promises) - 1
        name = f"Promise {made.revision}" + ("" if newest else " (replaced)")
        yield f"  {name}: there by {day(made.last_day)}, {_surely(made)}."
        if made.cause:
            yield f"    Made anew because: {made.cause}."
        if not newest:
            continue
        for place, leg in enumerate(made.legs, 1):
            yield from _leg(leg, f"Shipment {place}. " if len(made.legs) > 1 else "", zone)
        yield f"    Its parts are known from: {made.basis}. " + (
            "Reckoned again from what was stored, it comes to the same days."
            if made.computed_again
            else "Reckoned again from what was stored, it does NOT come to the same days: run doorstep check."
        )


def _surely(made: PromiseWhy) -> str:
    return f"with a probability of {chance(made.ppm)} (wanted: {chance(made.wanted_ppm)})"


def _leg(leg: LegWhy, before: str, zone: str) -> Iterator[str]:
    half, most = leg.handling_hours
    yield f"    {before}Work on it can begin {moment(leg.release_at, zone)},"
    yield f"      takes {half} h in half of all cases and {most} h in nine of ten, and leaves at {leg.cut_off};"
    likely, late = (many(days, "working day") if days is not None else "no end in sight" for days in leg.transit_days)
    yield f"      the way takes {likely} in half of all cases and {late} in nine of ten."
    if leg.goods_there_ppm < 1_000_000:
        yield f"      The goods are there in time in {chance(leg.goods_there_ppm)} of cases."


def _plan(told: Explanation, zone: str) -> Iterator[Part]:
    yield _title("How it is planned")
    plan, currency = told.plan, told.order.currency
    if plan is None and told.order.state in ("cancelled", "delivered"):
        yield "  There is nothing left to plan."
        return
    if plan is None:
        yield "  Not planned yet. Planning runs with `doorstep run-due`, or now with `doorstep plan`."
        return
    ways = ", then ".join(f"{made.service_id} from {made.site_id}" for made in told.order.fulfilments) or "nothing left"
    yield f"  {ways}, planned {moment(plan.planned_at, zone)}."
    over = plan.cost_minor - plan.bound_minor
    least = f"no way costs less than {money(plan.bound_minor, currency)}"
    yield f"  Its avoidable cost is {money(plan.cost_minor, currency)}; {least}" + (
        f", so {money(over, currency)} is the most there is to gain." if over > 0 else ": there is nothing to gain."
    )
    if plan.full_minor != plan.cost_minor:
        full = money(plan.full_minor, currency)
        yield f"  Its full cost is {full}, with handling by a shift that is paid in any case."
    yield from _together(plan, currency)
    if plan.ceiling_minor is not None:
        above = plan.cost_minor - plan.ceiling_minor
        allowed = f"The goals let such an order cost {money(plan.ceiling_minor, currency)}"
        yield f"  {allowed}: it is {money(above, currency)} above that." if above > 0 else f"  {allowed}."
    for reason in plan.reasons:
        yield f"  Chosen because {in_words(reason)}."
    rows = [
        (one.way, one.because, "" if one.cost_minor is None else money(one.cost_minor, currency))
        for one in rejected_ways(plan.rejected)
    ]
    if rows:
        yield table("Rejected", "Way", "Because", "#Cost", rows=rows)


def _together(plan: PlanWhy, currency: str) -> Iterator[Part]:
    run = plan.run
    if run and run.orders > 1:
        whole = f"{money(run.cost_minor, currency)} in all, at least {money(run.bound_minor, currency)} in any plan"
        apart = f"{money(run.apart_minor, currency)} one after the other"
        yield f"  Chosen together with {many(run.orders - 1, 'other order')}: {whole}, {apart}."
    if plan.alone and plan.alone.cost_minor is not None:
        yield f"  Alone it would go by {plan.alone.way} for {money(plan.alone.cost_minor, currency)}."
    for each in plan.wanted_by_others:
        yield f"  Others want that too: {each.what} is worth {money(each.minor, currency)} now."


def _freight(told: Explanation, zone: str) -> Iterator[Part]:
    if not told.freight:
        return
    yield _title("What its freight is made of")
    if any(each.source == "tariff" for each in told.freight):
        yield "  Not bought yet: as it is reckoned by today's prices, in the parcels it will probably take."
    rows = [
        (each.service_id, plainly(each.kind), each.name, each.basis or "-", money(each.minor, each.currency))
        for each in told.freight
    ]
    yield table("", "Service", "Kind", "Charge", "Why", "#Amount", rows=rows)


def _holds(told: Explanation, zone: str) -> Iterator[Part]:
    yield _title("What is held for it")
    if not told.holds:
        yield "  Nothing: what it needs has left, was cancelled, or waits for stock."
        return
    rows = [
        (held.line_no, held.item_id, held.quantity, held.where, moment(held.expires_at, zone), held.reason or "-")
        for held in told.holds
    ]
    yield table("", "#Line", "Item", "#Units", "Where", "Until", "Why", rows=rows)


def _parcels(told: Explanation, zone: str) -> Iterator[Part]:
    for parcel in told.parcels:
        yield _title(f"How parcel {parcel.sscc} is packed")
        if not parcel.units:
            yield "  Nobody wrote down what lies where in it."
            continue
        own = parcel.carton_id.startswith("own:")
        yield f"  {'As it is' if own else f'In carton {parcel.carton_id}'}: {parcel.because}."
        yield f"  {chance(parcel.fill_ppm)} of its inside is filled; it weighs {kilograms(parcel.weight_g)}." + (
            ""
            if parcel.centre_mm is None
            else f" It balances at {' x '.join(map(str, parcel.centre_mm))} mm from its near left bottom corner."
        )
        units = [
            (
                unit.number,
                unit.item_id,
                unit.position,
                " x ".join(map(str, unit.at_mm)),
                " x ".join(map(str, unit.size_mm)),
            )
            for unit in parcel.units
        ]
        yield table("In this order", "#No.", "Item", "Where", "Corner, mm", "Measures, mm", rows=units)
        rows = [
            (one.carton_id, one.because, "" if one.more_minor is None else money(one.more_minor, told.order.currency))
            for one in parcel.rejected
        ]
        if rows:
            yield table("Cartons rejected", "Carton", "Because", "#Costs more by", rows=rows)
        yield f"  Drawn, step by step: doorstep draw {parcel.sscc} --svg parcel.svg --upto 1"


def _hand_offs(told: Explanation, zone: str) -> Iterator[Part]:
    made = told.order.hand_offs
    if not made:
        return
    yield _title("Where its time went: what was left of it at each hand-off")
    rows = []
    for number, hand_off in enumerate(made):
        spent = made[number - 1].slack_seconds - hand_off.slack_seconds if number else 0
        change = f"{span(spent)} spent" if spent > 0 else "-"
        passed = f"{plainly(hand_off.from_step)} to {plainly(hand_off.to_step).lower()}"
        rows.append((passed, moment(hand_off.made_at, zone), slack(hand_off.slack_seconds), change))
    yield table("", "Passed on", "When", "#Left", "#Since the last", rows=rows)
    yield from _end(told)


def _end(told: Explanation) -> Iterator[Part]:
    for score in told.order.scores:
        ended = "was kept" if score.kept else f"was broken ({plainly(score.reason).lower()})"
        there = f", delivered {short_day(score.delivered_on)}" if score.delivered_on else ", never delivered"
        measure = AGAINST.get(score.against, score.against)
        yield f"  Measured by {measure} ({short_day(score.last_day)}) it {ended}{there}."


def _story(told: Explanation, zone: str) -> Iterator[Part]:
    yield _title("Its story")
    rows = [
        (moment(one.at, zone, seconds=True), plainly(one.what), one.who, one.department, one.cause or "-")
        for one in told.story
        if one.what != "HandOffMade"  # these have their own table above
    ]
    yield table("", "When", "What", "Who", "For", "Why", rows=rows)
    yield f"Times are those of {zone}."
