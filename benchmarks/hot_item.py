"""A hot item: every order is for the same thing, beside the guarded UPDATE that this comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.console import Console

from benchmarks import shop
from benchmarks.clients import Job, Shape
from benchmarks.intake import Intake, raw_connection, rounds_of, scripts_of
from benchmarks.measuring import Figure
from doorstep.storage.embedded import EmbeddedServer

SHAPE = Shape(2, 8)
WHAT = "orders for one hot item"
_GUARDED = "UPDATE pool SET held = held + 1 WHERE item_id = %s AND held < on_hand"
_TIMES = 10  # how many updates are made ready for each order that is


class Guarded(Intake):
    """Raw is one guarded UPDATE that commits by itself, and nothing of an order."""

    def jobs(self, kind: str, client: int, count: int) -> Sequence[Job]:
        if kind != "raw":
            return super().jobs(kind, client, count)
        if client not in self.raw:
            self.raw[client] = raw_connection(self.dsn)
            self.raw[client].autocommit = True
        return [partial(self.raw[client].execute, _GUARDED, (shop.item_id(0),))] * (count * _TIMES)


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """Beside the bare UPDATE, which says what the row's lock allows, and beside the intake's own statements."""
    shop.open_shop(server, "hot").store.close()
    url, dsn = server.url("hot"), server.dsn("hot")
    console.print(f"{SHAPE} ...")
    bare = partial(Guarded, url, dsn, (), SHAPE.threads, 1, 1)
    whole = partial(Intake, url, dsn, scripts_of(url, items=1, lines=1), SHAPE.threads, 1, 1)
    return [
        *rounds_of(server, bare, SHAPE, WHAT, f"a guarded UPDATE alone; {SHAPE}"),
        *rounds_of(server, whole, SHAPE, WHAT, f"the same statements; {SHAPE}"),
    ]
