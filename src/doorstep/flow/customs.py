"""Customs papers of an order, with what it costs at the receiver's door, by the company's own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from doorstep.flow.office import Office
from doorstep.flow.papers import faces
from doorstep.papers.customs import (
    Consignment,
    DutyRate,
    Incoterm,
    Landed,
    TaxRule,
    TradeGoods,
    cn23,
    commercial_invoice,
    landed_cost,
)
from doorstep.papers.values import Paper
from doorstep.storage.queries import master
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class Trade:
    """What an order's export is agreed to be; amounts in the order's currency, `rates` ppm of 1 of it in another."""

    incoterm: Incoterm
    freight_minor: int = 0
    insurance_minor: int = 0
    eori: str = ""
    ioss: str = ""
    vat: str = ""
    reason: str = "sale of goods"
    rates: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomsPapers:
    """The invoice, the declaration, and what they rest on."""

    invoice: Paper
    declaration: Paper
    landed: Landed


def customs_papers(
    office: Office,
    order_id: str,
    trade: Trade,
    goods: Sequence[TradeGoods],
    duties: Sequence[DutyRate],
    taxes: Sequence[TaxRule],
) -> CustomsPapers | Refusal:
    """Invoice and CN 23 of an order whose goods cross a border. Gross weight is that of its parcels, once packed."""
    with office.store.reading() as tx:
        order = tx.one("SELECT * FROM orders WHERE order_id = %s", order_id)
        if order is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        part = tx.one(
            "SELECT s.site_id, s.person_ref, (SELECT coalesce(sum(p.weight_g), 0)::bigint FROM parcel p WHERE "
            "p.order_id = f.order_id AND p.state <> 'unpacked') AS gross_g, (SELECT min(p.sscc) FROM parcel p WHERE "
            "p.order_id = f.order_id AND p.state <> 'unpacked') AS sscc FROM fulfilment f JOIN site s USING (site_id) "
            "WHERE f.order_id = %s AND f.state <> 'cancelled' ORDER BY f.fulfilment_id LIMIT 1",
            order_id,
        )
        if part is None:
            says = f"Order {order_id} is not planned yet: nobody knows which site it leaves from."
            return Refusal(Why.WRONG_STATE, says, {"order_id": order_id})
        kept = master.addresses(tx, {order.person_ref, part.person_ref})
        zone = master.sites(tx)[part.site_id].calendar.zone
        day = tx.now.astimezone(ZoneInfo(zone)).date()
    if order.person_ref not in kept or part.person_ref not in kept:
        says = f"No address is kept (any more) of where order {order_id} goes, or of the site it leaves."
        return Refusal(Why.BAD_ADDRESS, says, {"order_id": order_id})
    to = kept[order.person_ref]
    of = Consignment(
        number=f"INV-{order_id}",
        order_id=order_id,
        day=day,
        sender=kept[part.person_ref],
        to=to,
        goods=tuple(goods),
        currency=order.currency,
        freight_minor=trade.freight_minor,
        insurance_minor=trade.insurance_minor,
        incoterm=trade.incoterm,
        incoterm_place=to.city,
        gross_g=int(part.gross_g) or sum(line.quantity * line.unit_g for line in goods),
        sscc=part.sscc or "",
        eori=trade.eori,
        ioss=trade.ioss,
        sender_vat=trade.vat,
        reason=trade.reason,
        rates=trade.rates,
    )
    landed = landed_cost(of, duties, taxes)
    if isinstance(landed, Refusal):
        return landed
    return CustomsPapers(commercial_invoice(of, landed, faces()), cn23(of, faces()), landed)
