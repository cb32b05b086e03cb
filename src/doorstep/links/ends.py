"""Where carriers are reached, from settings: `swift=https://api.swift.example post=easypost+https://api.easypost.com`."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from doorstep.carriers import dialects, karrio_bridge
from doorstep.links.sender import End
from doorstep.links.tokens import Client, client_of, payer_of

ADDRESSES = "DOORSTEP_CARRIERS"
KEYS = "DOORSTEP_CARRIER_KEYS"
SERVICES = "DOORSTEP_CARRIER_SERVICES"
ACCOUNTS = "DOORSTEP_CARRIER_ACCOUNTS"


_CLIENT = "client:"
_BASIC = (dialects.EASYPOST, dialects.KARRIO + "dhl")


class BadSettingError(ValueError):
    """A setting cannot be read; the message says which and how it should look."""


def ends_of(addresses: str, keys: str = "", services: str = "", accounts: str = "") -> dict[str, End]:
    """The ends by carrier id. All but `services` are words of the form carrier=value, parted by blanks; `services` are
    words of the form service=what its carrier calls it.

    An address may begin with the dialect that is spoken there and a plus. Without one a carrier speaks the dialect that
    is called as it is (`easypost=https://...`), else the local one.
    """
    found = {}
    known, called = _pairs(KEYS, keys), _pairs(SERVICES, services, "service=what the carrier calls it")
    billed = _pairs(ACCOUNTS, accounts)
    for carrier_id, address in _pairs(ADDRESSES, addresses).items():
        dialect, url = _dialect(carrier_id, address)
        try:
            key, account = known.get(carrier_id), billed.get(carrier_id, "")
            client = _client(dialect, key) if key and key.startswith(_CLIENT) else None
            headers = {} if client else _authorised(dialect, key)
            found[carrier_id] = End(
                *(carrier_id, url, headers),
                dialect=dialect,
                services=called,
                account=account,
                client=client,
                payer=payer_of(dialect, account),
            )
        except ValueError as wrong:
            raise BadSettingError(f"{ADDRESSES}: {wrong}") from wrong
    return found


def _dialect(carrier_id: str, address: str) -> tuple[str, str]:
    scheme, _, _ = address.partition("://")
    named, plus, _ = scheme.rpartition("+")
    if not plus:
        return carrier_id if carrier_id in dialects.NAMES else dialects.LOCAL, address
    if named not in dialects.NAMES:
        known = ", ".join(dialects.NAMES)
        raise BadSettingError(f"{ADDRESSES}: {carrier_id} speaks {named!r}, which nobody here does; use one of {known}")
    if named.startswith(dialects.KARRIO) and not karrio_bridge.installed():
        raise BadSettingError(f"{ADDRESSES}: {carrier_id} speaks {named}, an extra; {karrio_bridge.HOW_TO_INSTALL}")
    return named, address[len(named) + 1 :]


def _client(dialect: str, key: str) -> Client:
    """`client:ID:SECRET`: tokens are asked for, and renewed, by whoever sends."""
    client_id, colon, secret = key.removeprefix(_CLIENT).partition(":")
    if not (client_id and colon and secret):
        raise ValueError(f"{KEYS}: a client is said as {_CLIENT}ID:SECRET")
    return client_of(dialect, client_id, secret)


def _authorised(dialect: str, key: str | None) -> Mapping[str, str]:
    """The header that shows the key; EasyPost takes it as a user's name without a password, DHL as name:password."""
    if not key:
        return {}
    if dialect in _BASIC:
        shown = key if ":" in key else f"{key}:"
        return {"Authorization": f"Basic {base64.b64encode(shown.encode()).decode()}"}
    return {"Authorization": f"Bearer {key}"}


def _pairs(setting: str, text: str, form: str = "carrier=value") -> dict[str, str]:
    pairs = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise BadSettingError(f"{setting}: {word!r} is not of the form {form}")
        pairs[name] = value
    return pairs
