"""Where the doors are put together: `doorstep VERB`. Only this file knows several; each loads when asked for.

`serve` and `work` go to the API and the workers, `demo` to the twin; every other verb is the terminal's own.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.cli.app import app
from doorstep.cli.desk import surroundings_of
from doorstep.cli.failures import CONFIGURATION, DATA, UNAVAILABLE, VIOLATED, StoppedError

__all__ = ["app", "main"]

BESIDE = 2
EXAMPLE = Path(__file__).parents[2] / "examples" / "heating_parts"


@app.command(rich_help_panel="Running")
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    work_beside: Annotated[
        bool, typer.Option("--work/--no-work", help="With a worker in the same process, for a small company.")
    ] = True,
    of_demo: Annotated[bool, typer.Option("--demo", help="The demo's company, where its days ended.")] = False,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes answer; one for each core is most that is of use.")
    ] = 1,
    joining: Annotated[str, typer.Option(hidden=True, help="Descriptors of a socket and of a lifeline.")] = "",
) -> None:
    """Serve the pages, and the API with its page /docs, until stopped."""
    if of_demo:
        if processes > 1:
            raise StoppedError("The demo is served by one process: leave --processes out.", CONFIGURATION)
        _serve_demo(context, host, port)
        return
    from doorstep.api.serve import AddressTakenError, CannotServeError
    from doorstep.api.serve import serve as serve_api
    from doorstep.web.app import make_pages
    from doorstep.web.settings import read_settings

    around = surroundings_of(context)
    reached = read_settings(around.environ)
    with ExitStack() as leaving:
        if work_beside:
            from doorstep.flow.open import open_office
            from doorstep.jobs.worker import worker_beside

            office = leaving.enter_context(open_office(around.environ, around.clock, around.ids, pool_size=BESIDE + 3))
            leaving.enter_context(worker_beside(office, concurrency=BESIDE))
        try:
            serve_api(
                around.environ,
                host,
                port,
                pages=lambda office: make_pages(office, reached),
                **_together(host, port, processes, joining),
            )
        except AddressTakenError as taken:
            raise StoppedError(str(taken), UNAVAILABLE) from None
        except CannotServeError as unfit:
            raise StoppedError(str(unfit), CONFIGURATION) from None


def _together(host: str, port: int, processes: int, joining: str) -> dict[str, Any]:
    """How `serve` shares its address: it joins those who answer there, or has others answer beside it."""
    from doorstep.api.crew import crew, join_crew

    if joining:
        listener, lifeline = joining.split(",")
        return {"listening": join_crew(int(listener), int(lifeline)), "tell": lambda _: None}
    if processes == 1:
        return {}

    def command(listener: int, lifeline: int) -> list[str]:
        where = ["--host", host, "--port", str(port)]
        return [sys.executable, "-m", "doorstep", "serve", "--no-work", *where, "--joining", f"{listener},{lifeline}"]

    return {"crew": lambda listener: crew(listener, command, processes - 1)}


def _serve_demo(context: typer.Context, host: str, port: int) -> None:
    """The demo's office, lived first where nobody has; whoever comes by the link that is told may see everything."""
    from doorstep.api.serve import POOL_SIZE, CannotServeError
    from doorstep.api.serve import serve as serve_api
    from doorstep.flow.office import Office
    from doorstep.jobs.worker import worker_beside
    from doorstep.twin.demo import DemoInUseError, ended
    from doorstep.twin.demo import demo as live
    from doorstep.twin.host import open_demo, way_in
    from doorstep.web.app import make_pages

    def greet(office: Office, address: str) -> str:
        return f"Come in, once, within ten minutes: {address}/sign-in/{way_in(office)}\nTake it all away: ./run reset"

    around = surroundings_of(context)
    try:
        if ended(around.environ) is None:
            live(around.environ, EXAMPLE)
        with open_demo(around.environ, around.clock, POOL_SIZE) as office, worker_beside(office, concurrency=1):
            serve_api(around.environ, host, port, pages=make_pages, office=nullcontext(office), greet=greet)
    except (CannotServeError, DemoInUseError) as unfit:
        raise StoppedError(str(unfit), UNAVAILABLE) from None


@app.command(rich_help_panel="Running")
def work(
    context: typer.Context,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="How many runs at once.")] = 4,
) -> None:
    """Run what is due, all the time, until stopped: planning, labels, timers. Any number of workers may run."""
    from doorstep.flow.open import open_office
    from doorstep.jobs.worker import work as work_on

    around = surroundings_of(context)
    with open_office(around.environ, around.clock, around.ids, pool_size=concurrency + 3) as office:
        raise typer.Exit(work_on(office, concurrency=concurrency))


@app.command(rich_help_panel="Running")
def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="The same seed lives the same days.")] = 1,
    orders: Annotated[
        int | None, typer.Option(min=0, help="Only the first so many of the drawn orders, for a shorter look.")
    ] = None,
    company: Annotated[Path, typer.Option(help="The folder of a company and its world.")] = EXAMPLE,
) -> None:
    """A company lives two weeks in a database of its own: orders, promises, stock, cost, and a report."""
    from doorstep.twin.demo import DemoFailedError, DemoInUseError
    from doorstep.twin.demo import demo as live

    try:
        told = live(surroundings_of(context).environ, company, seed=seed, orders=orders)
    except DemoInUseError as held:
        raise StoppedError(str(held), UNAVAILABLE) from None
    except DemoFailedError as failed:
        raise StoppedError(str(failed), DATA) from None
    raise typer.Exit(VIOLATED if told.figures.violations or told.figures.stock.difference else 0)


@app.command(rich_help_panel="Running")
def reset(context: typer.Context) -> None:
    """Take the demo away, its database and its report. Your own company is not touched."""
    from doorstep.twin.demo import DemoInUseError
    from doorstep.twin.demo import reset as take_away

    try:
        gone = take_away(surroundings_of(context).environ)
    except DemoInUseError as held:
        raise StoppedError(str(held), UNAVAILABLE) from None
    typer.echo("The demo is gone. Another one: ./run demo" if gone else "There is no demo to take away.")


def main() -> None:
    """The command `doorstep`."""
    app(prog_name="doorstep")


if __name__ == "__main__":
    main()
