"""What pages show, on a filled database: the day, pages of orders, stories, the customer's page; milliseconds.

    python -m benchmarks.reading --on NAME [--busy]

The database was made by `benchmarks.filling`, where all but the last orders are closed. `--busy` turns its views, for
good, into those of a company that sent everything within the last ten weeks, and has much to do today: its journal
agrees with them no more.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from rich.console import Console
from sqlalchemy import make_url

from benchmarks.filling import fill
from benchmarks.lives import ENDS
from benchmarks.measuring import Figure, alone
from doorstep.flow.collect import agree_collections
from doorstep.flow.look_dispatch import dispatch_day
from doorstep.flow.look_orders import Late, OrderQuery, OrdersView, Sort, order_page, order_timeline
from doorstep.flow.look_today import today
from doorstep.flow.office import Office, Who
from doorstep.flow.tracking_link import Link, make_link, tracked
from doorstep.planning.change import State
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.queries import master
from doorstep.storage.server import open_server
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock
from doorstep.terms.collection import Collection
from doorstep.terms.ids import Ids

ORDERS = 20_000
TIMES = 9
NOW = ENDS + timedelta(days=1, hours=15)  # a Monday, nine in the morning in Chicago
# Tables that hold a row or more for every order there ever was.
LARGE = frozenset(
    "cost_entry demand fulfilment hand_off hold journal label order_line orders parcel parcel_content pick_task "
    "promise scan score touched".split()
)

_NOW = f"timestamptz '{NOW.isoformat()}'"
_BUSY = (
    f"UPDATE cost_entry SET incurred_at = {_NOW} - (abs(hashtext(order_id)) % 70) * interval '1 day'",
    "DELETE FROM score s USING orders o WHERE o.order_id = s.order_id AND o.state = 'open'",
    f"UPDATE score SET last_day = {_NOW}::date - (abs(hashtext(order_id)) % 70)",
    f"UPDATE orders SET agreed_by = {_NOW}::date + (abs(hashtext(order_id)) % 9 - 1), first_by = {_NOW}::date "
    "+ (abs(hashtext(order_id)) % 9 - 1) WHERE state = 'open'",
    "UPDATE fulfilment SET state = (ARRAY['planned', 'released', 'picked', 'packed', 'labelled'])"
    f"[1 + abs(hashtext(order_id)) % 5], ship_by = {_NOW} + (abs(hashtext(fulfilment_id)) % 90000 - 14000) "
    f"* interval '1 second', departs = {_NOW} + (abs(hashtext(fulfilment_id)) % 90000 - 15000) * interval '1 second', "
    f"since = {_NOW} - (abs(hashtext(fulfilment_id)) % 90000) * interval '1 second' WHERE state = 'planned'",
    "UPDATE hold SET state = 'posted' WHERE state = 'active' AND order_id NOT IN "
    "(SELECT order_id FROM fulfilment WHERE state = 'planned')",
    f"UPDATE parcel SET eta = {_NOW}::date + (abs(hashtext(sscc)) % 6), milestone = CASE WHEN abs(hashtext(sscc)) % 50 "
    "= 0 THEN 'held' ELSE milestone END WHERE state = 'handed_over'",
    f"UPDATE fulfilment SET since = {_NOW} - (abs(hashtext(order_id)) % 6000000) * interval '1 second' "
    "WHERE state IN ('handed_over', 'delivered')",
    "UPDATE demand SET waiting = waiting + held, held = 0 WHERE held > 0 AND order_id IN "
    "(SELECT order_id FROM fulfilment WHERE state = 'planned' AND abs(hashtext(order_id)) % 4 = 0)",
    "UPDATE orders SET stopped = true WHERE order_id IN "
    "(SELECT order_id FROM fulfilment WHERE state = 'picked' AND abs(hashtext(order_id)) % 8 = 0)",
)


def make_busy(office: Office) -> None:
    """Turn a filled database into that of a busy day, on which every carrier collects everywhere."""
    store = office.store
    with store.reading() as tx:
        services, sites = master.services(tx), master.sites(tx)
    agreed = sorted({(site_id, each.carrier_id) for each in services for site_id in each.cut_offs if site_id in sites})
    agree_collections(office, Who("benchmark"), [Collection(*each, pickup=True) for each in agreed])
    with store.connection() as raw:
        for statement in _BUSY:
            raw.execute(statement.encode())
            raw.commit()
    tidy(store)


def tidy(store: Store) -> None:
    """As autovacuum leaves a database that nobody has just filled."""
    with store.connection() as raw:
        raw.autocommit = True
        raw.execute("VACUUM ANALYZE")
        raw.autocommit = False


def pages(office: Office) -> dict[str, Callable[[], Any]]:
    """What is measured, by its name."""

    def orders(**query: Any) -> Callable[[], Any]:
        return lambda: order_page(office, OrderQuery(**query))

    told = order_page(office, OrderQuery(state=State.DELIVERED))
    assert isinstance(told, OrdersView)
    newest = told.rows[0]
    link = make_link(office, Who("benchmark"), newest.order_id, office.ids.new("key"))
    assert isinstance(link, Link)
    return {
        "today, all sites": lambda: today(office),
        "today, one site": lambda: today(office, newest.sites[0]),
        "orders, newest": orders(),
        "orders, most urgent": orders(sort=Sort.URGENT),
        "orders on their way": orders(state=State.HANDED_OVER),
        "orders to be planned": orders(state=State.PROMISED),
        "orders delivered": orders(state=State.DELIVERED),
        "orders late, broken or predicted": orders(late=Late.EITHER),
        "orders of a site": orders(site_id=newest.sites[0]),
        "orders of a customer": orders(customer_id=newest.customer_id),
        "an order by its reference": orders(text=newest.reference),
        "orders by a reference's beginning": orders(text=newest.reference[:4]),
        "an order's story": lambda: order_timeline(office, newest.order_id),
        "a day of routes": lambda: dispatch_day(office, newest.sites[0]),
        "the customer's page": lambda: tracked(office, link.token),
    }


@contextmanager
def listening() -> Iterator[list[tuple[Any, ...]]]:
    """Every query that is asked meanwhile, with its parameters."""
    heard: list[tuple[Any, ...]] = []
    rows, ahead = Transaction.rows, Transaction.ahead

    def hear_rows(self: Transaction, sql: str, *parameters: Any) -> list[Any]:
        heard.append((sql, *parameters))
        return rows(self, sql, *parameters)

    def hear_ahead(self: Transaction, *queries: Any) -> None:
        heard.extend(queries)
        ahead(self, *queries)

    Transaction.rows, Transaction.ahead = hear_rows, hear_ahead  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        Transaction.rows, Transaction.ahead = rows, ahead  # type: ignore[method-assign]


def walked_through(store: Store, query: tuple[Any, ...], *, if_it_must: bool = False) -> list[str]:
    """Large tables that a query reads from end to end; with `if_it_must` those only that no index lets it into."""
    with store.reading() as tx:
        tx.connection.execute("SELECT set_config('enable_seqscan', %s, true)", ("off" if if_it_must else "on",))
        told = tx.one(f"EXPLAIN (FORMAT json) {query[0]}", *query[1:])
    found: list[str] = []
    waiting = [told[0][0]["Plan"]]
    while waiting:
        node = waiting.pop()
        if node["Node Type"].endswith("Seq Scan") and node["Relation Name"] in LARGE:
            found.append(node["Relation Name"])
        waiting += node.get("Plans", [])
    return found


def measure(office: Office, note: str) -> list[Figure]:
    """Median milliseconds of each page, after one that nobody measures, and the tables it reads from end to end."""
    figures = []
    for name, show in pages(office).items():
        with listening() as heard:
            show()
        whole = sorted({table for query in once(heard) for table in walked_through(office.store, query)})
        spent = []
        for _ in range(TIMES):
            begin = time.perf_counter()
            show()
            spent.append((time.perf_counter() - begin) * 1_000)
        walks = f"; reads whole: {', '.join(whole)}" if whole else ""
        figures.append(alone(name, "ms", median(spent), f"{note}, slowest {max(spent):.0f} ms{walks}"))
    return figures


def once(queries: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Each text of a query once, with the parameters it came with first."""
    return list({query[0]: query for query in reversed(queries)}.values())


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    console.print(f"filling in {ORDERS:,} orders ...")
    server.ensure_database("reading")
    fill(server.url("reading"), ORDERS)
    office = _office(server.url("reading"))
    tidy(office.store)
    figures = measure(office, f"{ORDERS:,} orders")
    make_busy(office)
    figures += [
        alone(f"{figure.what}, busy", "ms", figure.ours, figure.beside)
        for figure in measure(office, f"{ORDERS:,} orders, a busy day")
    ]
    office.store.close()
    return figures


def _office(url: str) -> Office:
    clock = FalseClock(NOW)
    return Office(Store(url, clock, Ids.seeded(clock, 11)))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description="Measure what pages show.")
    parser.add_argument("--on", required=True, help="the name of a filled database")
    parser.add_argument("--busy", action="store_true", help="make its last day a busy one first")
    told = parser.parse_args(arguments)
    with open_server() as server_url:
        office = _office(make_url(server_url).set(database=told.on).render_as_string(hide_password=False))
        if told.busy:
            make_busy(office)
        for figure in measure(office, told.on):
            print(f"{figure.what:36} {figure.ours:8.1f} ms  {figure.beside}", flush=True)
        office.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
