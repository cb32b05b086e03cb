"""Whatever pages show, they look for it by index: nothing they ask reads all the orders there ever were."""

from __future__ import annotations

from benchmarks.filling import fill
from benchmarks.reading import NOW, listening, make_busy, once, pages, walked_through
from doorstep.flow.office import Office
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids


def test_no_page_reads_a_large_table_from_end_to_end(database_url: str) -> None:
    fill(database_url, 150)
    clock = FalseClock(NOW)
    office = Office(Store(database_url, clock, Ids.seeded(clock, seed=9)))
    make_busy(office)
    for name, show in pages(office).items():
        with listening() as heard:
            show()
        assert heard, name
        for query in once(heard):
            assert not walked_through(office.store, query, if_it_must=True), f"{name}: {query[0]}"
    whole = ("SELECT count(*) FROM orders WHERE currency = 'USD'",)
    assert walked_through(office.store, whole, if_it_must=True) == ["orders"], "what must read all would be noticed"
    office.store.close()
