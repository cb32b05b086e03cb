"""The address at which people reach the pages, as the company sets it: links begin with it, forms must come from it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from doorstep.links.ends import BadSettingError

ADDRESS = "DOORSTEP_ADDRESS"


def address_of(environ: Mapping[str, str]) -> str:
    """`https://orders.example.com`, without a path; '' where it is not set. BadSettingError where it is no address."""
    text = environ.get(ADDRESS, "").strip().rstrip("/").lower()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.path or parts.query or parts.fragment or parts.username is not None:
        raise BadSettingError(f"{ADDRESS}: {text!r} is not of the form https://orders.example.com")
    return text
