"""What is agreed with carriers about their bills: set, told, and read by whoever audits, claims or releases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.invoice import ClaimRules
from doorstep.carriers.rating import zone_of
from doorstep.events.invoices import BillingTermsSet
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.queries import invoices, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.billing import BillingTerms, Since, terms_with, wrong_with
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService


def set_billing_terms(
    office: Office, who: Who, agreed: Mapping[str, BillingTerms], key: str = ""
) -> Mapping[str, BillingTerms] | Refusal:
    """These are agreed from now on, by carrier ('': with all), each in place of what was; others stay as they are.

    MALFORMED where something cannot be meant, UNKNOWN_CARRIER where no service is of that carrier.
    """

    def step(tx: Transaction) -> dict[str, BillingTerms] | Refusal:
        services = master.services(tx)
        carriers = {service.carrier_id for service in services}
        scribe = Scribe(who, tx.now)
        known = invoices.billing_terms(tx)
        for carrier_id, terms in agreed.items():
            if carrier_id and carrier_id not in carriers:
                says = f"No service is of carrier {carrier_id}; there are {', '.join(sorted(carriers))}."
                return Refusal(Why.UNKNOWN_CARRIER, says, {"carrier_id": carrier_id})
            wrong = wrong_with(terms) or _no_such_service(terms, services, carrier_id)
            if wrong:
                return Refusal(Why.MALFORMED, f"{carrier_id or 'all carriers'}: {wrong}.", {"carrier_id": carrier_id})
            if known.get(carrier_id) != terms:
                tx.record(scribe(BillingTermsSet(carrier_id, terms)))
        return {**known, **agreed}

    return office.store.run(step, answers=dict[str, BillingTerms], key=key, request=agreed)


def _no_such_service(terms: BillingTerms, services: tuple[CarrierService, ...], carrier_id: str) -> str:
    there = {each.service_id for each in services if carrier_id in ("", each.carrier_id)}
    strange = sorted(set(terms.guarantees) - there)
    return f"there is no service {strange[0]}; there are {', '.join(sorted(there))}" if strange else ""


def billing_terms_told(office: Office) -> dict[str, BillingTerms]:
    """What holds with each carrier that has a service, everything said; '' is what holds with any other."""
    with office.store.reading() as tx:
        agreed = invoices.billing_terms(tx)
        carriers = {service.carrier_id for service in master.services(tx)}
        return {carrier_id: terms_with(agreed, carrier_id) for carrier_id in ("", *sorted(carriers))}


class Billing:
    """The terms of all carriers, with what deadlines and guarantees are counted from."""

    def __init__(self, tx: Transaction) -> None:
        self._agreed = invoices.billing_terms(tx)
        self._services: dict[str, CarrierService] = {each.service_id: each for each in master.services(tx)}
        self._of: dict[str, BillingTerms] = {}

    def of(self, carrier_id: str) -> BillingTerms:
        if carrier_id not in self._of:
            self._of[carrier_id] = terms_with(self._agreed, carrier_id)
        return self._of[carrier_id]

    def rules(self, carrier_id: str) -> ClaimRules:
        terms = self.of(carrier_id)
        return ClaimRules(terms.least_minor or 0, terms.tolerance_g or 0, terms.tolerance_mm or 0)

    def guaranteeing(self) -> list[str]:
        """The services that guarantee a day."""
        return sorted(
            service_id
            for service_id, service in self._services.items()
            if service_id in self.of(service.carrier_id).guarantees
        )

    def starts(self, row: Any) -> dict[Since, date]:
        """What a label's clocks start with, as far as it has happened; `row` has its parcel's times and `billed_on`."""
        site = ZoneInfo(master.calendar_of(row.site_calendar).zone)
        service = self._services.get(row.service_id)
        carrier = ZoneInfo(service.calendar.zone) if service else site
        left_at = row.handed_over_at or (row.packed_at if row.parcel_state in ("handed_over", "delivered") else None)
        days = {
            Since.HAND_OVER: left_at and left_at.astimezone(site).date(),
            Since.DELIVERY: row.delivered_at and row.delivered_at.astimezone(carrier).date(),
            Since.INVOICE: getattr(row, "billed_on", None),
        }
        return {since: day for since, day in days.items() if day is not None}

    def today(self, row: Any, now: datetime) -> date:
        """The day on the wall of the site that a label's parcel left."""
        return now.astimezone(ZoneInfo(master.calendar_of(row.site_calendar).zone)).date()

    def guaranteed(self, row: Any) -> tuple[date | None, int]:
        """The day by which its carrier guaranteed delivery (None: it did not), and the share that it refunds."""
        service = self._services.get(row.service_id)
        if service is None or row.handed_over_at is None:
            return None, 0
        guarantee = self.of(service.carrier_id).guarantees.get(service.service_id)
        if guarantee is None:
            return None, 0
        zone = zone_of(getattr(service.tariff, "zones", ()), row.origin, row.area) or ""
        days = guarantee.days.get(zone, guarantee.days.get(""))
        if days is None:
            return None, 0
        left_on = self.starts(row)[Since.HAND_OVER]
        return service.calendar.working_day(left_on, days), guarantee.refund_ppm
