"""How promises were kept, and what was learned from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import NO_COMPANY, opened
from doorstep.cli.options import AsJson
from doorstep.cli.output import table
from doorstep.cli.words import many

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_score import Kept, Scores
    from doorstep.flow.look_targets import ClassKept


def score(
    context: typer.Context,
    lanes: Annotated[int, typer.Option(min=0, max=10_000, help="How many lanes to show, the busiest first.")] = 20,
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Whose days and months; of the first site if not named.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """How promises were kept, by month, lane and service, and on how many orders each share rests."""
    from doorstep.flow.look_score import scores

    with opened(context, as_json=as_json) as desk:
        told = scores(desk.office, zone or desk.zone())
        desk.show(told, lambda: pages(told, lanes) if told.whole.orders else _nothing(bool(desk.sites())))


def learn(context: typer.Context, as_json: AsJson = False) -> None:
    """Count transit, handling, suppliers and bills again from the journal; plans rest on it. A worker does it daily."""
    from doorstep.flow.learn import learn as count_again

    with opened(context, as_json=as_json) as desk:
        told = count_again(desk.office, desk.who)
        found = (
            *((told.lanes, "lane"), (told.sites, "site"), (told.suppliers, "supplier")),
            *((told.bills, "service's bill"), (told.books, "site's stock record")),
        )
        named = [many(count, one) for count, one in found if count]
        desk.show(told, lambda: f"Known better now: {', '.join(named)}." if named else "Nothing new was learned.")


def _nothing(set_up: bool) -> str:
    return "There are no orders yet, so no promise was kept or broken." if set_up else NO_COMPANY


def pages(told: Scores, lanes: int) -> Iterator[Part]:
    """The tables of a score, for the terminal."""
    yield _table("Promises by month of ordering", "Month", (*told.months, told.whole))
    if lanes:
        busiest = sorted(told.lanes, key=lambda row: (-row.orders, row.group))[:lanes]
        left = len(told.lanes) - len(busiest)
        yield _table("By lane, from region to region", "Lane", busiest)
        yield f"{many(left, 'more lane')} with fewer orders: --lanes {len(told.lanes)}" if left else ""
    yield _table("By carrier service", "Service", told.services)
    if len(told.classes) > 1 or any(row.target_ppm is not None or row.above_ceiling for row in told.classes):
        yield _classes(told.classes)
    yield (
        "Kept: of those delivered, against the promise first made; between: where the true share lies, at 95 %. "
        f"Of all: cancelled and never delivered count as not kept. Months and days are those of {told.zone}."
    )


def _classes(rows: Sequence[ClassKept]) -> Part:
    """Each class against its target: of all orders that can be judged, those never delivered among them."""
    columns = ("Class", "#Orders", "#Judged", "#Kept", "#Share", "#Between", "#Target", "Reached", "#Above the ceiling")
    cells = [
        (
            row.customer_class or "-",
            *(f"{number:,}" for number in (row.orders, row.judged, row.kept)),
            per_cent(row.kept_ppm),
            f"{per_cent(row.low_ppm, 0)} to {per_cent(row.high_ppm, 0)}" if row.judged else "-",
            per_cent(row.target_ppm),
            row.reached or "-",
            "-" if row.above_ceiling is None else f"{row.above_ceiling:,}",
        )
        for row in rows
    ]
    return table("By class of customers, against its target", *columns, rows=cells)


def _table(title: str, first: str, rows: Sequence[Kept]) -> Part:
    columns = (first, "#Orders", "#Delivered", "#Late", "#Early", "#Never", "#Kept", "#Between", "#Of all")
    days = ("#Promised days", "#Actual days")
    return table(title, *columns, *days, rows=[_row(row) for row in rows])


def _row(row: Kept) -> tuple[object, ...]:
    between = f"{per_cent(row.low_ppm, 0)} to {per_cent(row.high_ppm, 0)}" if row.delivered else "-"
    return (
        row.group or "All",
        *(f"{number:,}" for number in (row.orders, row.delivered, row.late, row.early, row.undelivered)),
        per_cent(row.kept_ppm),
        between,
        per_cent(row.kept_of_all_ppm),
        days(row.promised_days),
        days(row.actual_days),
    )


def per_cent(ppm: int | None, decimals: int = 1) -> str:
    """Parts per million as per cent, rounded half up: `92.5 %`; a dash for none."""
    if ppm is None:
        return "-"
    unit = 10 ** (4 - decimals)
    whole, rest = divmod((ppm + unit // 2) // unit, 10**decimals)
    return f"{whole}.{rest:0{decimals}d} %" if decimals else f"{whole} %"


def days(thousandths: int | None, decimals: int = 1) -> str:
    """Thousandths of a day as days."""
    if thousandths is None:
        return "-"
    unit = 10 ** (3 - decimals)
    whole, rest = divmod((thousandths + unit // 2) // unit, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"
