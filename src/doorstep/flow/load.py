"""Loading a whole company from its file: master data first, then what stands in its bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from doorstep.flow import goals, master
from doorstep.flow.office import Office, Who
from doorstep.flow.receive import Receipt, expect_inbound, receive
from doorstep.intake.company import CompanyIn
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal


def load_company(office: Office, who: Who, file: CompanyIn) -> list[str] | Refusal:
    """Define everything in the file and book its stock; returns what was done. Loading it again books nothing twice.

    Stops at the first refusal: what came before it stands, and the file can be loaded again when it is mended.
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
            *(site.calendar, site.bins, site.daily_orders, site.kind),
        )
    yield partial(master.define_items, office, who, file.items)
    for customer in file.customers:
        yield partial(
            master.define_customer, office, who, customer.customer_id, customer.address.value(), customer.terms
        )
    yield partial(master.define_cartons, office, who, file.cartons)
    yield partial(master.define_services, office, who, file.services)
    if file.company_weights:
        yield partial(_weights, office, who, file.company_weights.model_dump(exclude_none=True))
    if file.goals:
        yield partial(_goals, office, who, file.goals.value())
    for number, stock in enumerate(file.stock):
        receipt = Receipt(
            stock.place_id, stock.item_id, stock.quantity, stock.lot, stock.expires_on, tuple(stock.serials)
        )
        yield partial(receive, office, who, receipt, f"load/{file.company.name}/stock/{number}", keep_no=False)
    for number, coming in enumerate(file.inbound):
        yield partial(
            expect_inbound,
            *(office, who, coming.supplier_id, coming.site_id, coming.item_id, coming.quantity, coming.due_at),
            f"load/{file.company.name}/inbound/{number}",
            keep_no=False,
        )


def _weights(office: Office, who: Who, given: Mapping[str, int]) -> str | Refusal:
    told = goals.set_weights(office, who, given)
    return told if isinstance(told, Refusal) else "goals: what planning weighs"


def _goals(office: Office, who: Who, wanted: Goals) -> str | Refusal:
    """The goals, with everything that does not go together in them."""
    told = goals.set_goals(office, who, wanted)
    if isinstance(told, Refusal):
        return told
    return "; ".join(["goals", *(f"{found.place}: {found.says}" for found in told.conflicts)])
