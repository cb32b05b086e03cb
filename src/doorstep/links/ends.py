"""Where carriers are reached, from settings: `swift=https://api.swift.example steady=https://...`."""

from __future__ import annotations

from doorstep.links.sender import End


class BadSettingError(ValueError):
    """A setting cannot be read; the message says which and how it should look."""


def ends_of(addresses: str, keys: str = "") -> dict[str, End]:
    """The ends by carrier id. `addresses` and `keys` are words of the form carrier=value, parted by blanks."""
    found = {}
    known = _pairs("DOORSTEP_CARRIER_KEYS", keys)
    for carrier_id, url in _pairs("DOORSTEP_CARRIERS", addresses).items():
        key = known.get(carrier_id)
        try:
            found[carrier_id] = End(carrier_id, url, {"Authorization": f"Bearer {key}"} if key else {})
        except ValueError as wrong:
            raise BadSettingError(f"DOORSTEP_CARRIERS: {wrong}") from wrong
    return found


def _pairs(setting: str, text: str) -> dict[str, str]:
    pairs = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise BadSettingError(f"{setting}: {word!r} is not of the form carrier=value")
        pairs[name] = value
    return pairs
