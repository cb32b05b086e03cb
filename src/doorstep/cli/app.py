"""The terminal's verbs, put together: `doorstep VERB ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from doorstep.cli import (
    accounts,
    calibration,
    cartons,
    changes,
    chart,
    collection,
    consolidate,
    exchange,
    floor,
    frontier,
    goals,
    history,
    imports,
    invoices,
    levers,
    loads,
    may_ship,
    nodes,
    orders,
    printing,
    route,
    routes,
    scarcity,
    scores,
    setting_up,
    shipping,
    stock,
    tariffs,
    today,
    upkeep,
)
from doorstep.cli.failures import INTERRUPTED, USAGE, complain, tell


class Group(TyperGroup):
    """A group of verbs whose own options are read without pydantic, which takes as long to load as all the rest."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False  # of None, Typer asks pydantic what it means
        return option


class Shell(Group):
    """The whole terminal, whose troubles end in one sentence and an exit code; `--trace` shows where they came from."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        args = sys.argv[1:] if args is None else args
        if any(not _is_text(word) for word in args):
            complain("The words of the command are not UTF-8 text.")
            sys.exit(USAGE)
        asked = (args, prog_name, complete_var, False, windows_expand_args)
        if not standalone_mode:
            return super().main(*asked, **extra)
        try:
            code = super().main(*asked, **extra)
        except typer.Abort:
            code = INTERRUPTED
        except typer.TyperException as misused:
            code = _tell_misuse(misused)
        sys.exit(code or 0)

    def invoke(self, context: Any) -> Any:
        try:
            return super().invoke(context)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:
            raise  # whoever read us has gone: Typer ends quietly
        except Exception as wrong:
            if context.params.get("trace"):
                raise
            raise typer.Exit(tell(wrong)) from wrong


def _is_text(word: str) -> bool:
    """False for bytes of the command line that are no text: Python hands them on as halves of pairs."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _tell_misuse(misused: typer.TyperException) -> int:
    complain(misused.format_message() or "A verb is missing.")
    within = getattr(misused, "ctx", None)
    if within is not None:
        typer.echo(f"  What to do: {within.command_path} --help", err=True)
    return USAGE


app = typer.Typer(
    name="doorstep",
    cls=Shell,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def doorstep(
    context: typer.Context,
    trace: Annotated[bool, typer.Option("--trace", help="Show where an error came from.")] = False,
) -> None:
    """Doorstep: a company's orders, from promise to doorstep."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _orders() -> typer.Typer:
    """The verbs under `doorstep order`."""
    order = _group("Orders: place, find, show, change.", ORDER)
    order.add_typer(_group("Change an order after its promise.", CHANGE), name="change")
    return order


def _goals() -> typer.Typer:
    """`doorstep goals`, which shows them, and the verb under it."""
    wanted = typer.Typer(cls=Group, help="Goals: what the company wants; shown where no verb is given.")
    wanted.callback(invoke_without_command=True)(goals.show)
    wanted.command("set")(goals.set_)
    return wanted


def _group(says: str, verbs: Mapping[str, Callable[..., None]]) -> typer.Typer:
    """Verbs under one word."""
    group = typer.Typer(cls=Group, help=says, no_args_is_help=True)
    for name, verb in verbs.items():
        group.command(name)(verb)
    return group


ORDER: Mapping[str, Callable[..., None]] = {
    "place": orders.place,
    "list": orders.list_orders,
    "show": orders.show,
    "timeline": orders.timeline,
    "account": chart.account,
    "clear": orders.clear,
    "cancel": changes.cancel,
    "hold": changes.hold,
    "resume": changes.resume,
}
CHANGE: Mapping[str, Callable[..., None]] = {
    "quantity": changes.quantity,
    "address": changes.address,
    "date": changes.day,
}
ACCOUNT: Mapping[str, Callable[..., None]] = {
    "add": accounts.add,
    "list": accounts.list_accounts,
    "roles": accounts.roles,
    "password": accounts.password,
    "close": accounts.close,
    "link": accounts.link,
}
TARIFF: Mapping[str, Callable[..., None]] = {"check": tariffs.check, "quote": tariffs.quote, "load": tariffs.load}
INVOICE: Mapping[str, Callable[..., None]] = {
    "take": invoices.take,
    "claims": invoices.claims,
    "file": invoices.file,
    "settle": invoices.settle,
    "withdraw": invoices.withdraw,
    "claim": invoices.claim,
    "terms": invoices.terms,
    "account": invoices.account,
}
MAY_SHIP: Mapping[str, Callable[..., None]] = {
    "check": may_ship.check,
    "load": may_ship.load,
    "lists": may_ship.lists,
    "drop": may_ship.drop,
    "screen": may_ship.screen,
    "clear": may_ship.clear,
    "confirm": may_ship.confirm,
    "reviews": may_ship.reviews,
    "threshold": may_ship.threshold,
    "rules": may_ship.rules,
}
EXCHANGE: Mapping[str, Callable[..., None]] = {
    "load": exchange.load,
    "rates": exchange.rates,
    "convert": exchange.convert,
}
ROUTES: Mapping[str, Callable[..., None]] = {
    "plan": routes.plan,
    "show": routes.show,
    "leave": routes.leave,
    "stop": routes.stop,
    "end": routes.end,
    "vehicles": routes.vehicles,
}
MANIFEST: Mapping[str, Callable[..., None]] = {"close": collection.close, "list": collection.list_manifests}
PICKUP: Mapping[str, Callable[..., None]] = {
    "book": collection.book,
    "cancel": collection.cancel,
    "list": collection.list_pickups,
    "agree": collection.agree,
}
PRINT: Mapping[str, Callable[..., None]] = {
    "make": printing.make,
    "queue": printing.queue,
    "again": printing.again,
    "list": printing.list_,
    "take": printing.take,
    "done": printing.done,
    "failed": printing.failed,
    "customs": printing.customs,
}
PANELS: Mapping[str, Sequence[Callable[..., None]]] = {
    "Orders": (today.today, levers.levers, orders.quote, orders.explain, frontier.frontier, orders.tracking_link),
    "Stock": (stock.stock, stock.receive, stock.count, stock.expect, stock.redate, scarcity.share),
    "Floor": (
        *(floor.plan, consolidate.consolidate, floor.release, nodes.asked, nodes.answer),
        *(floor.tasks, floor.pick, floor.pack),
    ),
    "Shipping": (
        shipping.label,
        shipping.hand_over,
        shipping.scan,
        shipping.track,
        shipping.rates,
        shipping.draw,
        cartons.cartonize,
        loads.palletize,
        loads.stow,
        route.route,
    ),
    "Imports": (imports.import_, imports.import_undo, imports.imports, imports.import_map),
    "History": (history.replay, scores.score, scores.learn, calibration.calibration, chart.chart),
    "Upkeep": (setting_up.load, *(upkeep.run_due, upkeep.troubles, upkeep.check, upkeep.rebuild, upkeep.seal)),
}
app.add_typer(_orders(), name="order", rich_help_panel="Orders")
app.add_typer(_goals(), name="goals", rich_help_panel="Orders")
for name, panel, says, group in (
    ("tariff", "Shipping", "Tariffs: check a price list, quote by it, load it.", TARIFF),
    ("exchange", "Shipping", "Exchange rates: load them, those that hold, an amount converted.", EXCHANGE),
    ("invoice", "Shipping", "Carriers' invoices, and claims on carriers.", INVOICE),
    ("may-ship", "Shipping", "May it ship: ask, lists of bans and denied parties, reviews.", MAY_SHIP),
    ("routes", "Shipping", "Own vehicles: a day's routes, and what became of them.", ROUTES),
    ("manifest", "Shipping", "Manifests: lists of what a carrier's driver takes.", MANIFEST),
    ("pickup", "Shipping", "Pickups: a carrier's driver, booked and sent away.", PICKUP),
    ("print", "Shipping", "Papers: into files, to printers, for customs.", PRINT),
    ("account", "Upkeep", "Accounts: who may sign in on the pages.", ACCOUNT),
):
    app.add_typer(_group(says, group), name=name, rich_help_panel=panel)
for panel, verbs in PANELS.items():
    for verb in verbs:
        app.command(verb.__name__.rstrip("_").replace("_", "-"), rich_help_panel=panel)(verb)
