"""What the company wants: shown, set, and tried before it is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.files import name_of, parsed
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import progress, table
from doorstep.cli.words import chance, many, money, short_window

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.goals import GoalsTold
    from doorstep.flow.goals_tried import Served, Trial, Tried
    from doorstep.goals.conflicts import Conflict
    from doorstep.terms.goals import ClassGoals

MOST_SHOWN = 30


def show(context: typer.Context, as_json: AsJson = False) -> None:
    """What the company wants: how surely, how fast, at which cost. `doorstep goals set FILE` sets it."""
    if context.invoked_subcommand is not None:
        return
    from doorstep.flow.goals import goals_told

    with opened(context, as_json=as_json) as desk:
        told = goals_told(desk.office)
        desk.show(_data(told), lambda: _page(told, desk.currency()))


def set_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The goals in TOML or JSON; - for standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and set nothing.")] = False,
    sample: Annotated[
        str,
        typer.Option(
            metavar="ORDER_FILE",
            help="With --dry-run: the order to quote. Without it, the newest of each class of customers.",
        ),
    ] = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Set what the company wants, in place of all it wanted before. Open orders are planned again, promises stay."""
    if sample and not dry_run:
        raise MisusedError("--sample is an order to try the goals on: it goes with --dry-run.")
    raw, raw_sample = parsed(file), parsed(sample) if sample else None
    from doorstep.flow.goals import set_goals
    from doorstep.flow.goals_tried import try_goals
    from doorstep.intake.goals import read_goals

    with opened(context, acting=acting, as_json=as_json) as desk:
        goals = desk.granted(read_goals(raw), name_of(file))
        if not dry_run:
            told = desk.granted(set_goals(desk.office, desk.who, goals))
            desk.show(_data(told), lambda: _set(told))
            return
        asked = desk.granted(_sample(raw_sample), name_of(sample)) if sample else None
        with progress("Planning everything twice", show=not as_json):
            tried = desk.granted(try_goals(desk.office, goals, asked))
        desk.show({**_data(tried), "quotes": tried.quotes, "orders": tried.orders}, lambda: _tried(tried))


def _sample(raw: Any) -> Any:
    from doorstep.intake.orders import read_order

    return read_order(raw)


def _data(told: GoalsTold | Trial) -> dict[str, Any]:
    """Goals as a file holds them, and what does not go together in them."""
    from doorstep.intake.goals import GoalsIn

    return {"goals": GoalsIn.of(told.goals).model_dump(mode="json", exclude_none=True), "conflicts": told.conflicts}


def _page(told: GoalsTold, currency: str) -> Iterator[Part]:
    from doorstep.flow.goals import weights_told
    from doorstep.intake.goals import per_cent

    def share(ppm: int | None) -> str:
        return "-" if ppm is None else f"{per_cent(ppm)} %"

    goals = told.goals
    if goals.classes:
        columns = ("Class", "#Wanted", "#Target", "#A day late", "Ceiling of an order", "Promised")
        rows = [
            (
                wants.name,
                share(wants.wanted_ppm),
                share(wants.target_ppm),
                money(goals.late_day_minor(wants.name), currency),
                _ceiling(wants, share, currency),
                f"the {wants.preference}",
            )
            for wants in goals.classes
        ]
        yield table("What is wanted for each class of customers", *columns, rows=rows)
        yield "Wanted -: as surely as the company's terms say. Target, ceiling -: none."
    else:
        yield "Nothing is wanted for any class of customers. For instance: doorstep goals set examples/goals_cheap.toml"
    weights = [(says, money(minor, currency)) for says, minor in weights_told(goals)]
    yield table("What planning weighs", "What", "#Costs", rows=weights)
    yield f"Of plans that stand, {goals.weights.most_moved} at most are changed in one planning run."
    if goals.supply.fill_ppm is not None or goals.supply.days is not None:
        days = "any amount" if goals.supply.days is None else many(goals.supply.days, "day")
        yield f"On hand when it is ordered: {share(goals.supply.fill_ppm)}; at most {days} of supply lie there."
    for limit in goals.capacity:
        yield f"{limit.site_id} sends {many(limit.daily_orders, 'shipment')} a day at most."
    yield from _conflicts(told.conflicts)


def _ceiling(wants: ClassGoals, share: Any, currency: str) -> str:
    of_value = [] if wants.ceiling_ppm is None else [f"{share(wants.ceiling_ppm)} of its value"]
    amount = [] if wants.ceiling_minor is None else [money(wants.ceiling_minor, currency)]
    return " or ".join(of_value + amount) or "-"


def _set(told: GoalsTold) -> Iterator[Part]:
    names = ", ".join(wants.name for wants in told.goals.classes) or "no class of its own"
    yield f"These goals hold now ({names}). Promises stay as they are; open orders are planned again by the worker,"
    yield "or now: doorstep run-due"
    yield from _conflicts(told.conflicts)


def _conflicts(found: Sequence[Conflict]) -> Iterator[Part]:
    if found:
        yield "This does not go together:"
    for number, conflict in enumerate(found, 1):
        yield f"  {number}. {conflict.place}: {conflict.says}{'' if conflict.says.endswith('?') else '.'}"
        for relax in conflict.relax:
            yield f"     either {relax.place}: {relax.says}."
        if conflict.rests_on:
            yield f"     ({conflict.rests_on})"


def _tried(told: Trial) -> Iterator[Part]:
    if told.quotes:
        yield _table("As if ordered now", told.quotes, told.currency, named=False)
    else:
        yield "There is no order to quote yet: name one with --sample examples/orders/ada.toml"
    changed = [each for each in told.orders if each.changes]
    if changed:
        yield _table("Open orders that would be served otherwise", changed[:MOST_SHOWN], told.currency)
    yield from _counted(told, len(changed))
    yield "The cost is what the goals weigh: freight, cartons, handling and the risk of being late. Nothing was set."
    yield from _conflicts(told.conflicts)


def _counted(told: Trial, changed: int) -> Iterator[Part]:
    if not told.orders:
        yield "No order is open."
        return
    of = many(len(told.orders), "open order") + ("" if told.all_orders else " that are planned first")
    left = f" (the first {MOST_SHOWN} are shown; --json tells all)" if changed > MOST_SHOWN else ""
    yield f"{changed} of {of} would be served otherwise{left}; all keep their promises."


def _table(title: str, tried: Sequence[Tried], currency: str, *, named: bool = True) -> Part:
    columns = ("Order", "Customer", "Class", "Goals", "Delivered", "#Probability", "How", "#Freight, cartons", "#Cost")
    rows: list[tuple[str, ...]] = []
    for each in tried:
        rows.append((each.order_id, each.customer_id, each.customer_class, "now", *_cells(each.before, currency)))
        rows.append(("", "", "", "new", *_cells(each.after, currency)))
    first = 0 if named else 1
    return table(title, *columns[first:], rows=[row[first:] for row in rows])


def _cells(served: Served, currency: str) -> tuple[str, ...]:
    if served.says or served.last_day is None:
        return ("-", "-", served.says, "-", "-")
    return (
        short_window(served.first_day, served.last_day),
        chance(served.ppm),
        " + ".join(f"{site} with {service}" for site, service in zip(served.sites, served.services, strict=True)),
        money(served.sent_minor, currency),
        money(served.cost_minor, currency),
    )
