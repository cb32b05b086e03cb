"""Too little for all: the rules side by side, and one of them put into effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.options import Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import many, money, short_day

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.scarcity import Share, Shared

RULES = ("oldest_promise", "priority", "fair_share", "margin")


def share(
    context: typer.Context,
    item_id: Annotated[str, typer.Argument(metavar="ITEM", help="The item that is short.")],
    now: Annotated[bool, typer.Option("--now", help="Put it into effect. Without it, it is only told.")] = False,
    rule: Annotated[
        str, typer.Option(metavar="RULE", help=f"One of {', '.join(RULES)}; without it, what the goals say.")
    ] = "",
    approved_by: Annotated[
        str, typer.Option(metavar="NAME", help="Who said yes, where the goals name who must.", show_default=False)
    ] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Too little of an item for all: who would wait by each rule. With --now it is done, and who loses is told."""
    if rule and rule not in RULES:
        raise MisusedError(f"--rule is one of {', '.join(RULES)}, not {rule}.")
    from doorstep.flow.scarcity import compare_rules, share_scarce_stock
    from doorstep.terms.goals import Rule

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        if now:
            told = desk.granted(
                share_scarce_stock(desk.office, desk.who, item_id, desk.key, Rule(rule) if rule else None, approved_by)
            )
            desk.show(data(told), lambda: _page(told, done=True))
            return
        rules = desk.granted(compare_rules(desk.office, item_id))
        if rule:
            rules = tuple(each for each in rules if each.rule == rule)
        desk.show([data(each) for each in rules], lambda: _compared(rules))


def data(told: Shared) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(told), "enough": told.enough, "waiting": told.waiting, "late_minor": told.late_minor}


def _compared(rules: Sequence[Shared]) -> Iterator[Part]:
    own = rules[0]
    yield f"{own.units} {own.item_id} on hand, {own.wanted} wanted by {many(len(own.shares), 'order')} not picked yet."
    if own.enough:
        yield "There is enough: nobody need wait."
        return
    if len(rules) > 1:
        columns = ("Rule", "#Orders that wait", "#Lose units", "#Gain units", "#Promised later", "#Days later costs")
        rows = [
            (
                _name(each.rule) + ("*" if each is own else ""),
                each.waiting,
                len(each.losers),
                sum(share.gains for share in each.shares),
                sum(share.days_later > 0 for share in each.shares),
                money(each.late_minor, each.currency),
            )
            for each in rules
        ]
        yield table("The rules side by side", *columns, rows=rows)
        yield "*: what the goals say. An order waits that has not got all on hand. Nothing was done."
    yield from _page(own)


def _page(told: Shared, *, done: bool = False) -> Iterator[Part]:
    if told.enough:
        yield f"There is enough of {told.item_id}: nobody need wait."
    columns = ("Order", "Customer", "Class", "#Wants", "#Had", "#Gets", "Promised", "Before", "#Costs")
    rows = [
        (
            share.order_id,
            share.customer_id,
            share.customer_class,
            share.wanted,
            share.before,
            share.after,
            _promise(share),
            short_day(share.promised_before) if share.days_later else "",
            money(share.late_minor, told.currency) if share.late_minor else "-",
        )
        for share in told.shares
    ]
    if rows:
        title = f"{'Shared out' if done else 'Who would get what'} by {_name(told.rule)}"
        yield table(title, *columns, rows=rows)
    if any(share.waits for share in told.shares):
        yield "waits: nothing is due that it could be promised from. Order more (doorstep expect), or ask the customer."
    if told.approver and told.losers and not done:
        yield f"{told.approver} must say yes first: doorstep share {told.item_id} --now --approved-by '{told.approver}'"
    elif not done and not told.enough:
        yield f"To do it: doorstep share {told.item_id} --now"


def _promise(share: Share) -> str:
    return f"waits, for {short_day(share.promised)}" if share.waits else short_day(share.promised)


def _name(rule: str) -> str:
    return rule.replace("_", " ")
