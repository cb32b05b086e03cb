"""The terminal's verbs, put together: `doorstep VERB ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from doorstep.cli import (
    accounts,
    changes,
    chart,
    floor,
    goals,
    history,
    imports,
    invoices,
    orders,
    printing,
    route,
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
    order = typer.Typer(cls=Group, help="Orders: place, find, show, change.", no_args_is_help=True)
    order.command("place")(orders.place)
    order.command("list")(orders.list_orders)
    order.command("show")(orders.show)
    order.command("timeline")(orders.timeline)
    order.command("account")(chart.account)
    order.command("clear")(orders.clear)
    order.command("cancel")(changes.cancel)
    order.command("hold")(changes.hold)
    order.command("resume")(changes.resume)
    change = typer.Typer(cls=Group, help="Change an order after its promise.", no_args_is_help=True)
    change.command("quantity")(changes.quantity)
    change.command("address")(changes.address)
    change.command("date")(changes.day)
    order.add_typer(change, name="change")
    return order


def _goals() -> typer.Typer:
    """`doorstep goals`, which shows them, and the verb under it."""
    wanted = typer.Typer(cls=Group, help="Goals: what the company wants; shown where no verb is given.")
    wanted.callback(invoke_without_command=True)(goals.show)
    wanted.command("set")(goals.set_)
    return wanted


def _accounts() -> typer.Typer:
    """The verbs under `doorstep account`."""
    account = typer.Typer(cls=Group, help="Accounts: who may sign in on the pages.", no_args_is_help=True)
    account.command("add")(accounts.add)
    account.command("list")(accounts.list_accounts)
    account.command("roles")(accounts.roles)
    account.command("password")(accounts.password)
    account.command("close")(accounts.close)
    account.command("link")(accounts.link)
    return account


def _tariffs() -> typer.Typer:
    """The verbs under `doorstep tariff`."""
    tariff = typer.Typer(cls=Group, help="Tariffs: check a price list, quote by it, load it.", no_args_is_help=True)
    tariff.command("check")(tariffs.check)
    tariff.command("quote")(tariffs.quote)
    tariff.command("load")(tariffs.load)
    return tariff


def _invoices() -> typer.Typer:
    """The verbs under `doorstep invoice`."""
    group = typer.Typer(cls=Group, help="Carriers' invoices, and claims on carriers.", no_args_is_help=True)
    group.command("take")(invoices.take)
    group.command("claims")(invoices.claims)
    group.command("file")(invoices.file)
    group.command("settle")(invoices.settle)
    return group


def _prints() -> typer.Typer:
    """The verbs under `doorstep print`."""
    prints = typer.Typer(cls=Group, help="Papers: into files, to printers, for customs.", no_args_is_help=True)
    prints.command("make")(printing.make)
    prints.command("queue")(printing.queue)
    prints.command("again")(printing.again)
    prints.command("list")(printing.list_)
    prints.command("take")(printing.take)
    prints.command("done")(printing.done)
    prints.command("failed")(printing.failed)
    prints.command("customs")(printing.customs)
    return prints


PANELS: Mapping[str, Sequence[Callable[..., None]]] = {
    "Orders": (today.today, orders.quote, orders.explain, orders.tracking_link),
    "Stock": (stock.stock, stock.receive, stock.count, stock.expect, stock.redate),
    "Floor": (floor.plan, floor.release, floor.tasks, floor.pick, floor.pack),
    "Shipping": (shipping.label, shipping.hand_over, shipping.scan, shipping.track, shipping.draw, route.route),
    "Imports": (imports.import_, imports.import_undo, imports.imports, imports.import_map),
    "History": (history.replay, scores.score, scores.learn, chart.chart),
    "Upkeep": (setting_up.load, *(upkeep.run_due, upkeep.troubles, upkeep.check, upkeep.rebuild, upkeep.seal)),
}
app.add_typer(_orders(), name="order", rich_help_panel="Orders")
app.add_typer(_goals(), name="goals", rich_help_panel="Orders")
app.add_typer(_tariffs(), name="tariff", rich_help_panel="Shipping")
app.add_typer(_invoices(), name="invoice", rich_help_panel="Shipping")
app.add_typer(_prints(), name="print", rich_help_panel="Shipping")
app.add_typer(_accounts(), name="account", rich_help_panel="Upkeep")
for panel, verbs in PANELS.items():
    for verb in verbs:
        app.command(verb.__name__.rstrip("_").replace("_", "-"), rich_help_panel=panel)(verb)
