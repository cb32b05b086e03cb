"""Two weeks of a company in a database of its own: told with a progress bar, a table of figures and a report.

The database stays, so that it can be served and looked at; the next demo, or a reset, begins anew.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.storage import schema
from doorstep.storage.collector import calm_collector
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.file_locks import lock_file, try_lock
from doorstep.storage.server import doorstep_home
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock, read_stamp, stamp
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.figures import Figures, figures
from doorstep.twin.fortnight import Fortnight, Lived
from doorstep.twin.report import report
from doorstep.twin.setting import Setting, read_setting
from doorstep.twin.telling import tell

DATABASE = "doorstep_demo"
REPORT = "report.html"
_ENDED = "ended.json"


class DemoFailedError(Exception):
    """The demo cannot be told as it must: this says what is broken."""


class DemoInUseError(DemoFailedError):
    """Somebody else looks at the demo, or makes it anew: this says what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it."""

    lived: Lived
    figures: Figures
    page: Path


def home_of(environ: Mapping[str, str]) -> Path:
    """Where the demo keeps its database and its report."""
    return doorstep_home(environ) / "demo"


def demo(
    environ: Mapping[str, str], folder: Path, console: Console | None = None, seed: int = 1, orders: int | None = None
) -> Told:
    """Live the days, tell their end and write the report. `orders`: only the first so many of those drawn."""
    console = console or Console(highlight=False)
    setting = read_setting(folder)
    if isinstance(setting, Refusal):
        raise DemoFailedError(setting.says)
    home = home_of(environ)
    home.mkdir(parents=True, exist_ok=True)
    with own_database(environ, anew=True) as url:
        (home / _ENDED).unlink(missing_ok=True)
        console.print(
            f"[bold]{setting.company.company.name}[/]: {setting.world.days} days from {_day(setting)}, seed {seed}."
        )
        clock = FalseClock(setting.begins_at)
        store = Store(url, clock, Ids.seeded(clock, seed), pool_size=2, lazy=True)
        try:
            schema.create(store.engine)
            lived = _live(store, clock, setting, seed, orders, console)
            found = figures(store, dict(lived.taken))
            page = home / REPORT
            page.write_text(report(Office(store), setting, lived, found), encoding="utf-8")
        finally:
            store.close()
    (home / _ENDED).write_text(json.dumps({"at": stamp(setting.ends_at), "folder": str(folder.resolve())}))
    tell(console, lived, found)
    _ending(console, found, page)
    return Told(lived, found, page)


def ended(environ: Mapping[str, str]) -> datetime | None:
    """The instant at which the last demo ended; None where there is none to look at."""
    file = home_of(environ) / _ENDED
    return read_stamp(json.loads(file.read_text())["at"]) if file.is_file() else None


def reset(environ: Mapping[str, str]) -> bool:
    """Take the demo away, database and report; False where there was none. DemoInUseError while it is looked at."""
    home = home_of(environ)
    if not home.is_dir():
        return False
    with _held(home, alone=True), EmbeddedServer.start(home / "postgresql") as server:
        _drop(server)
    found = [file for file in (home / _ENDED, home / REPORT) if file.is_file()]
    for file in found:
        file.unlink()
    return bool(found)


@contextmanager
def own_database(environ: Mapping[str, str], anew: bool = False) -> Iterator[str]:
    """The demo's own database on an embedded server of its own; emptied first where it is to be `anew`.

    Any number of processes may look at it, one alone makes it anew: else DemoInUseError.
    """
    home = home_of(environ)
    home.mkdir(parents=True, exist_ok=True)
    with _held(home, alone=anew), EmbeddedServer.start(home / "postgresql") as server:
        if anew:
            _drop(server)
        server.ensure_database(DATABASE)
        yield server.url(DATABASE)


@contextmanager
def _held(home: Path, alone: bool) -> Iterator[None]:
    with lock_file(home / "held.lock") as file:
        if not try_lock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
            says = "The demo is looked at (./run serve) or lived just now, in another process: end that first."
            raise DemoInUseError(says if alone else "The demo is made anew just now: wait until that has ended.")
        yield


def _drop(server: EmbeddedServer) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())


def _live(store: Store, clock: FalseClock, setting: Setting, seed: int, orders: int | None, console: Console) -> Lived:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    fortnight = Fortnight(store, clock, setting, seed)
    calm_collector()
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("Loading", total=int((setting.ends_at - setting.begins_at).total_seconds()))
            done = load_company(Office(store), Who("demo"), setting.company)
            if isinstance(done, Refusal):
                raise DemoFailedError(done.says)
            before = setting.begins_at

            def watch(now: datetime) -> None:
                nonlocal before
                if now - before >= timedelta(minutes=30):
                    before = now
                    told = now.astimezone(setting.zone)
                    gone = int((now - setting.begins_at).total_seconds())
                    bar.update(task, description=f"{told:%a} {told.day} {told:%b}, {told:%H:%M}", completed=gone)

            return fortnight.live(orders, watch)
    finally:
        fortnight.close()


def _day(setting: Setting) -> str:
    begins = setting.begins_at.astimezone(setting.zone)
    return f"{begins:%A} {begins.day} {begins:%B %Y}"


def _ending(console: Console, found: Figures, page: Path) -> None:
    for number, says in found.violations.items():
        console.print(f"[red]Invariant {number}[/]: {says[0]}")
    replayed = "" if found.violations else "; the tables equal a replay of the journal"
    console.print(f"{found.invariants} invariants checked, {len(found.violations)} violated{replayed}.")
    console.print(f"{found.facts:,} facts sealed; the last seal is {found.seal[:16]}.")
    console.print(f"The report: [link={page.as_uri()}]{page.as_uri()}[/link]", soft_wrap=True)
    console.print("Look around in it: ./run serve")
