"""What EasyPost offers for a shipment, and which of it is the service that we mean.

Our service id says carrier and service in any spelling: `usps-ground-advantage`, `USPS_GroundAdvantage` and `USPS
GroundAdvantage` all are the service GroundAdvantage of USPS.
"""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.carriers.port import CarrierSaysNo, RateOffered
from doorstep.carriers.reading import UnreadableError, read_amount, read_list, read_money, read_text, read_text_if_any

_LONGEST_SAYS = 500
_PREFIX = "easypost"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of a shipment under EasyPost's id."""

    rate_id: str
    offer: RateOffered


def rates_of(shipment: dict[str, object]) -> list[Rate]:
    """Every rate, cheapest first."""
    found = [_rate(one) for one in read_list(shipment, "rates")]
    return sorted(found, key=lambda rate: (rate.offer.cost_minor, rate.offer.service_id, rate.rate_id))


def rate_for(shipment: dict[str, object], service_id: str) -> Rate | None:
    """The cheapest rate of the service."""
    wanted = plain(service_id)
    names = {wanted, wanted.removeprefix(_PREFIX)}
    return next((rate for rate in rates_of(shipment) if plain(rate.offer.service_id) in names), None)


def no_rate(shipment: dict[str, object], service_id: str) -> CarrierSaysNo:
    """Why the service cannot be had, and what can."""
    offered = ", ".join(rate.offer.service_id for rate in rates_of(shipment)) or "nothing"
    said = "; ".join(messages_of(shipment))
    says = f"does not offer {service_id} for this parcel, but {offered}" + (f" ({said})" if said else "")
    return CarrierSaysNo("no_rate", says[:_LONGEST_SAYS], retry=False)


def messages_of(shipment: dict[str, object]) -> list[str]:
    """Whose rates are not among them and why, a sentence each, in the carriers' words."""
    if shipment.get("messages") is None:
        return []
    told = []
    for one in read_list(shipment, "messages"):
        carrier = read_text_if_any(one, "carrier") or "a carrier"
        message = one.get("message")
        told.append(f"{carrier}: {message if isinstance(message, str) else 'no rates'}"[:_LONGEST_SAYS])
    return told


def plain(name: str) -> str:
    """Letters and digits alone, in small letters."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _rate(one: dict[str, object]) -> Rate:
    carrier, service = read_text(one, "carrier"), read_text(one, "service")
    if (currency := read_text(one, "currency")) in ("JPY", "KRW"):
        raise UnreadableError(f"a rate in {currency}, which has no hundredths")
    days = next((read_amount(one, name) for name in ("delivery_days", "est_delivery_days") if one.get(name)), None)
    offer = RateOffered(f"{carrier}-{service}", f"{carrier} {service}", read_money(one, "rate"), currency, days)
    return Rate(read_text(one, "id"), offer)
