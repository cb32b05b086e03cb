"""Replaying history: past orders go through the flow, and what came of them is told."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import surroundings_of
from doorstep.cli.failures import DATA, StoppedError, granted
from doorstep.cli.files import bytes_of, name_of, parsed
from doorstep.cli.options import AsJson
from doorstep.cli.output import console, counting, put, say_json, table
from doorstep.cli.scores import days, per_cent

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.office import Office
    from doorstep.flow.replay.figures import Figures
    from doorstep.flow.replay.run import Played
    from doorstep.flow.replay.stage import Past, Staged
    from doorstep.flow.replay.treat import Odd
    from doorstep.intake.past import ReplayMap
    from doorstep.intake.tables.read import Bad
    from doorstep.intake.values import PastOrder

MOST_SHOWN = 5
TIMES = ("placed_at", "cleared_at", "handed_over_at", "delivered_at")
BEFORE_HISTORY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class _Told:
    """What history could not be taken for, and where it contradicts itself, for people to read."""

    rows: int = 0  # orders in the file
    silent: tuple[str, ...] = ()  # times that the map has no column for: nobody is asked to tell them
    bad: list[tuple[str, str]] = field(default_factory=list)  # order or place, why
    odd: list[tuple[str, int, Odd]] = field(default_factory=list)  # order, line, what

    def refuse(self, order: PastOrder, why: str) -> None:
        self.bad.append((f"order {order.reference}, line {order.line}", why))

    def contradiction(self, order: PastOrder, odd: Odd) -> None:
        if odd.of in self.silent:
            return
        self.odd.append((order.reference, order.line, odd))


def replay(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that holds the tables of the history.")],
    map_file: Annotated[
        str, typer.Option("--map", metavar="MAP", help="How they are read, in TOML; see examples/olist.toml.")
    ],
    odd_file: Annotated[
        Path | None,
        typer.Option("--odd", metavar="FILE", help="Write every contradiction there, as CSV.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge it; play and record nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play past orders through the flow at the times history tells, and tell how their promises were kept.

    Needs a database without live orders (see DOORSTEP_HOME and DOORSTEP_DATABASE_URL). The same history again changes
    nothing, and one that was stopped goes on. Exit code 65 where the history has no order that can be played.
    """
    from doorstep.flow.replay.figures import figures
    from doorstep.flow.replay.run import play
    from doorstep.flow.replay.stage import opening_of
    from doorstep.intake.by_time import ByTime
    from doorstep.intake.past import read_replay_map, replay_id
    from doorstep.intake.tables.opened import UnreadableTableError

    told = granted(read_replay_map(parsed(map_file)), name_of(map_file), as_json=as_json)
    found = _Told()
    try:
        with ExitStack() as leaving:
            waiting: ByTime[Any] = leaving.enter_context(ByTime())
            past, staged = _staged(told, folder, waiting, found, show=not as_json)
            if odd_file is not None:
                _write_odd(odd_file, found)
            if not len(waiting):
                _tell_bad(found, as_json)
                raise StoppedError(f"No order of {folder} can be played.", DATA)
            if dry_run:
                _show(told, found, None, None, as_json)
                return
            named = replay_id(told, bytes_of(map_file), folder)
            office, clock = leaving.enter_context(_history_office(context, named))
            with counting("Playing orders", len(waiting), show=not as_json) as tick:
                played = granted(
                    play(office, clock, opening_of(past, staged), waiting, named, tick), str(folder), as_json=as_json
                )
            zone = past.services[0].calendar.zone
            _show(told, found, played, figures(office, zone), as_json)
    except UnreadableTableError as wrong:
        raise StoppedError(str(wrong), DATA) from None


def _staged(told: ReplayMap, folder: Path, waiting: Any, found: _Told, *, show: bool) -> tuple[Past, Staged]:
    """The first pass: items, sites and orders, each row that cannot be taken noted with its reason."""
    from doorstep.flow.replay.stage import Past, stage
    from doorstep.intake.past import all_of, reader

    unread: list[Bad] = []
    items = all_of(told, "items", folder, unread)
    sites = all_of(told, "sites", folder, unread)
    found.bad += [(_place(bad), bad.problems[0].says) for bad in unread]
    past = Past(told.company, told.services, sites, items)
    with reader(told, "history", folder) as opened, counting("Reading orders", opened.table.total, show=show) as tick:
        found.silent = tuple(name for name in TIMES if name not in opened.map.columns)
        staged = stage(past, _orders(opened, found, tick), waiting, found.refuse, found.contradiction)
    return past, staged


def _orders(opened: Any, found: _Told, tick: Any) -> Iterator[PastOrder]:
    from doorstep.intake.tables.read import Good

    for row in opened.rows():
        found.rows += 1
        if found.rows % 500 == 0:
            tick(found.rows)
        if isinstance(row, Good):
            yield row.value
        else:
            found.bad.append((_place(row), row.problems[0].says))


def _place(bad: Bad) -> str:
    first = bad.problems[0]
    return f"{first.file}, line {first.line}" + (f", column {first.column}" if first.column else "")


@contextmanager
def _history_office(context: typer.Context, replay_id: str) -> Iterator[tuple[Office, Any]]:
    """An office under a false clock, on a database that may be slow to reach the disk: all of it can be done again."""
    from doorstep.flow.open import open_office
    from doorstep.terms.clock import FalseClock
    from doorstep.terms.ids import Ids

    clock = FalseClock(BEFORE_HISTORY)
    ids = Ids.seeded(clock, seed=int(replay_id[:15], 16))
    with open_office(surroundings_of(context).environ, clock, ids, pool_size=2, lazy=True) as office:
        yield office, clock


def _write_odd(path: Path, found: _Told) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order", "line", "what history says", "rule"])
        writer.writerows([reference, line, str(odd), odd.rule] for reference, line, odd in found.odd)


def _tell_bad(found: _Told, as_json: bool) -> None:
    if not as_json:
        put(console(), _bad(found))


def _show(told: ReplayMap, found: _Told, played: Played | None, made: Figures | None, as_json: bool) -> None:
    if as_json:
        say_json(_as_data(found, played, made))
        return
    put(console(), _page(told.company.name, found, played, made))


def _as_data(found: _Told, played: Played | None, made: Figures | None) -> Mapping[str, Any]:
    return {
        "orders_in_file": found.rows,
        "came_back": len(found.bad),
        "reasons": dict(Counter(why for _, why in found.bad)),
        "contradictions": [
            {"order": reference, "line": line, "what": str(odd), "rule": odd.rule} for reference, line, odd in found.odd
        ],
        "played": played,
        "figures": made,
    }


def _page(name: str, found: _Told, played: Played | None, made: Figures | None) -> Iterator[Part]:
    yield f"{name}: {found.rows:,} orders in the file."
    yield from _bad(found)
    yield from _odd(found)
    if found.silent:
        untold = ", ".join(found.silent)
        yield f"The map names no column for {untold}: taken from what comes next, and nothing is learned from it."
    if played is None or made is None:
        yield "Nothing was played: this was a dry run."
        return
    whole = made.whole
    told = f"{played.facts:,} events were recorded." if played.facts else "All of it was here before: nothing is new."
    yield f"Played {played.orders:,} orders in {played.moments:,} moments. {told}"
    rows = (
        ("Orders", f"{whole.orders:,}"),
        ("Delivered", f"{made.delivered:,}"),
        ("  of them with a date", f"{whole.delivered:,}"),
        ("On or before the promised day, of those with a date", per_cent(whole.kept_ppm, 3)),
        ("On or before the promised day, of all orders", per_cent(whole.kept_of_all_ppm, 3)),
        ("Late", f"{whole.late:,}, by {days(made.late_days)} days on average"),
        ("Never delivered", f"{whole.undelivered:,} whose promised day is over"),
        ("Days promised, from order (mean)", days(whole.promised_days, 3)),
        ("Days taken, from order (mean)", days(whole.actual_days, 3)),
    )
    yield table("Promises kept", "What", "#Figure", rows=rows)
    yield f"Days are those of {made.zone}. By month, lane and service: doorstep score"


def _bad(found: _Told) -> Iterator[Part]:
    if not found.bad:
        return
    reasons: dict[str, list[str]] = {}
    for place, why in found.bad:
        reasons.setdefault(why, []).append(place)
    rows = [(f"{len(places):,}", why, "; ".join(places[:MOST_SHOWN])) for why, places in _most_first(reasons)]
    yield table("Refused, and left out", "#Orders", "Why", "Where (the first)", rows=rows)


def _odd(found: _Told) -> Iterator[Part]:
    if not found.odd:
        return
    kinds: dict[Odd, list[str]] = {}
    for reference, _, odd in found.odd:
        kinds.setdefault(odd, []).append(reference)
    rows = [(f"{len(orders):,}", str(odd), odd.rule, "; ".join(orders[:2])) for odd, orders in _most_first(kinds)]
    yield table("History contradicts itself, and how it is read", "#Orders", "It says", "Rule", "Such as", rows=rows)
    yield "The days of order, promise and delivery are never moved. All of them: --odd FILE"


def _most_first(groups: Mapping[Any, list[str]]) -> Sequence[tuple[Any, list[str]]]:
    return sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))
