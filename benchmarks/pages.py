"""How long the pages take to be made: request in, HTML out, in one process, on a demo or on a million orders.

`python -m benchmarks.pages --database NAME` measures on a database that was filled before (see filling), and writes the
result.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import make_url

from benchmarks.machine import machine
from benchmarks.measuring import Figure, write
from doorstep.flow.look_orders import OrderQuery, order_page
from doorstep.flow.office import Office, Who
from doorstep.flow.tracking_link import make_link
from doorstep.storage import schema
from doorstep.storage.server import open_server
from doorstep.storage.store import Store
from doorstep.terms.clock import ContinuedClock, SystemClock, stamp
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.host import way_in
from doorstep.web.app import make_pages

TIMES = 25
ADDRESS = "http://127.0.0.1:8000"


def measured(office: Office, note: str = "") -> list[Figure]:
    """Each page asked for `TIMES` times by a signed-in visitor: median and slowest in milliseconds."""
    with TestClient(make_pages(office), base_url=ADDRESS, headers={"Origin": ADDRESS}) as client:
        _sign_in(client, way_in(office))
        found = order_page(office, OrderQuery(), at_most=TIMES)
        if isinstance(found, Refusal):
            raise ValueError(found.says)
        newest = found.rows
        link = make_link(office, Who("benchmark"), newest[0].order_id, f"bench-{time.time_ns()}")
        if isinstance(link, Refusal):
            raise ValueError(link.says)
        pages = {
            "Today": ["/today"],
            "orders": ["/orders"],
            "orders, late ones": ["/orders?late=late"],
            "an order": [f"/orders/{row.order_id}" for row in newest],
            "stock": ["/stock"],
            "the chart": ["/chart"],
            "the customer's page": [f"/t/{link.token}"],
        }
        return [_asked(client, what, paths, note) for what, paths in pages.items()]


def _asked(client: TestClient, what: str, paths: Sequence[str], note: str) -> Figure:
    taken = []
    for number in range(TIMES + 1):
        began = time.perf_counter()
        answer = client.get(paths[number % len(paths)])
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise ValueError(f"{answer.url} answers {answer.status_code}")
    first, *taken = taken  # it fills caches that a server has filled
    size = f"{len(answer.content) // 1000} kB, slowest {max(taken):.0f} ms, the very first {first:.0f} ms{note}"
    return Figure(what, "ms", round(median(taken), 1), None, None, size, tuple(round(each, 1) for each in taken))


def _sign_in(client: TestClient, token: str) -> None:
    page = client.get(f"/sign-in/{token}")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    if found is None:
        raise ValueError("the sign-in page has no form")
    client.post(f"/sign-in/{token}", data={"csrf": found.group(1)})


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description="Measure on a filled database.")
    parser.add_argument("--database", required=True, help="its name, on the server that the settings name")
    parser.add_argument("--named", default="pages", help="what the result is called")
    told = parser.parse_args(arguments)
    with open_server() as server_url:
        url = make_url(server_url).set(database=told.database).render_as_string(hide_password=False)
        clock: Any = SystemClock()
        store = Store(url, clock, Ids.secret(clock))
        schema.ensure(store.engine)
        with store.reading() as tx:
            last = tx.one("SELECT recorded_at FROM journal ORDER BY event_id DESC LIMIT 1").recorded_at
            orders = tx.one("SELECT count(*)::int AS orders FROM orders").orders
        store.clock = ContinuedClock(last, clock)
        about = {"machine": machine(), "orders": orders, "at": stamp(last)}
        figures = measured(Office(store))
        for figure in figures:
            print(f"{figure.what:22} {figure.ours:8.1f} ms median; {figure.beside}")
        print(f"{orders:,} orders, at {last:%Y-%m-%d %H:%M}")
        print(f"written: {write(told.named, about, figures).name}")
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
