"""Loading a whole company from its file: master data first, then what stands in its bins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from doorstep.flow import collect, fleet, goals, master
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.receive import Coming, Receipt, expect_within, receipt_queries, receive_within
from doorstep.intake.company import CompanyIn
from doorstep.storage.jsonb import as_text
from doorstep.storage.queries import replies
from doorstep.storage.store import hash_of
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import stamp
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal, Why

_AT_ONCE = 1000  # rows of stock and inbound in one transaction


def load_company(office: Office, who: Who, file: CompanyIn) -> list[str] | Refusal:
    """Define everything in the file and book its stock; returns what was done. Loading it again books nothing twice.

    Stops at the first refusal: the steps before it stand, stock in thousands of rows, and the file can be loaded again
    when it is mended.
    """
    done: list[str] = []
    for step in _steps(office, who, file):
        told = step()
        if isinstance(told, Refusal):
            return told
        done.append(told)
    return done


def _steps(office: Office, who: Who, file: CompanyIn) -> Iterator[Callable[[], str | Refusal]]:
    yield partial(master.define_company, office, who, file.company)
    for site in file.sites:
        yield partial(
            master.define_site,
            *(office, who, site.site_id, site.name, site.address.value()),
            *(site.calendar, site.bins, site.daily_orders, site.kind, site.terms),
        )
    yield partial(master.define_items, office, who, file.items)
    customers = [master.ToDefine(each.customer_id, each.address.value(), each.terms) for each in file.customers]
    yield partial(master.define_customers, office, who, customers)
    yield partial(master.define_cartons, office, who, file.cartons)
    yield partial(master.define_services, office, who, file.services)
    if file.vehicles:
        yield partial(fleet.define_vehicles, office, who, file.vehicles)
    if file.collections:
        yield partial(collect.agree_collections, office, who, file.collections)
    if file.company_weights:
        yield partial(_weights, office, who, file.company_weights.model_dump(exclude_none=True))
    if file.goals:
        yield partial(_goals, office, who, file.goals.value())
    rows = [*_receipts(file), *_coming(file)]
    for first in range(0, len(rows), _AT_ONCE):
        yield partial(_book, office, who, rows[first : first + _AT_ONCE])


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of stock or inbound: the key under which it is booked once, however often its file is loaded."""

    key: str
    before: str  # how keys began that were the numbers of rows
    about: str
    value: Receipt | Coming

    @property
    def request_hash(self) -> bytes:
        return hash_of(self.value if isinstance(self.value, Receipt) else self.value.request)


def _receipts(file: CompanyIn) -> Iterator[_Row]:
    times: Counter[str] = Counter()
    for row in file.stock:
        receipt = Receipt(row.place_id, row.item_id, row.quantity, row.lot, row.expires_on, tuple(row.serials))
        about = " ".join(filter(None, (row.item_id, row.lot and f"of lot {row.lot}", f"in {row.place_id}")))
        yield _row(file.company.name, "stock", f"{row.place_id}/{row.item_id}/{row.lot}", about, receipt, times)


def _coming(file: CompanyIn) -> Iterator[_Row]:
    times: Counter[str] = Counter()
    for row in file.inbound:
        coming = Coming(row.supplier_id, row.site_id, row.item_id, row.quantity, row.due_at)
        name = f"{row.supplier_id}/{row.site_id}/{row.item_id}/{stamp(row.due_at)}"
        about = f"{row.item_id} of {row.supplier_id} for {row.site_id}"
        yield _row(file.company.name, "inbound", name, about, coming, times)


def _row(company: str, kind: str, name: str, about: str, value: Receipt | Coming, times: Counter[str]) -> _Row:
    """`times` counts how often a name stood in the file already: each of its rows is one of its own."""
    times[name] += 1
    again = f"#{times[name]}" if times[name] > 1 else ""
    return _Row(f"load/{company}/{kind}:{name}{again}", f"load/{company}/{kind}/", about, value)


def _book(office: Office, who: Who, rows: Sequence[_Row]) -> str | Refusal:
    """Book those of the rows that were not booked before, in one transaction."""

    def step(tx: Transaction) -> str | Refusal:
        new = _new(tx, rows)
        if isinstance(new, Refusal):
            return new
        if refusal := _serials_told_twice(new):
            return refusal
        scribe = Scribe(who, tx.now)
        tx.ahead(*(query for row in new if isinstance(row.value, Receipt) for query in receipt_queries(row.value)))
        for row in new:
            if isinstance(row.value, Receipt):
                told = receive_within(office, tx, scribe, row.value)
            else:
                told = expect_within(office, tx, scribe, row.value)
            if isinstance(told, Refusal):
                return told
            tx.answer(row.key, row.request_hash, as_text({"answer": told}))
        return f"{len(new)} of {len(rows)} rows of stock and inbound"

    return office.store.run(step)


def _new(tx: Transaction, rows: Sequence[_Row]) -> list[_Row] | Refusal:
    """The rows that were not booked before; ALREADY_THERE where one was, and said something else then."""
    kept = replies.by_key(tx, [row.key for row in rows])
    numbered = replies.hashes_under(tx, sorted({row.before for row in rows}))
    new = []
    for row in rows:
        before = kept.get(row.key)
        if before is None:
            if numbered[row.before, row.request_hash]:
                numbered[row.before, row.request_hash] -= 1
            else:
                new.append(row)
        elif before != row.request_hash:
            says = (
                f"{row.about} was loaded before, and the file says something else now. "
                "What has changed since is received, counted or expected: doorstep receive, count, expect."
            )
            return Refusal(Why.ALREADY_THERE, says, {"row": row.about})
    return new


def _serials_told_twice(rows: Sequence[_Row]) -> Refusal | None:
    seen: set[tuple[str, str]] = set()
    for receipt in (row.value for row in rows if isinstance(row.value, Receipt)):
        for serial in receipt.serials:
            if (receipt.item_id, serial) in seen:
                says = f"Serial {serial} of {receipt.item_id} stands in the file twice."
                return Refusal(Why.BAD_SERIAL, says, {"item_id": receipt.item_id, "serial": serial})
            seen.add((receipt.item_id, serial))
    return None


def _weights(office: Office, who: Who, given: Mapping[str, int]) -> str | Refusal:
    told = goals.set_weights(office, who, given)
    return told if isinstance(told, Refusal) else "goals: what planning weighs"


def _goals(office: Office, who: Who, wanted: Goals) -> str | Refusal:
    """The goals, with everything that does not go together in them."""
    told = goals.set_goals(office, who, wanted)
    if isinstance(told, Refusal):
        return told
    return "; ".join(["goals", *(f"{found.place}: {found.says}" for found in told.conflicts)])
