"""Where the pages are reached, and whom they believe about where a request came from."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from doorstep.flow.address import address_of
from doorstep.links.ends import BadSettingError

PROXIES = "DOORSTEP_PROXIES"


@dataclass(frozen=True, slots=True)
class Reached:
    """`address` is where people reach the pages, '' where only this machine does. `proxies` tell the truth about whom
    they pass on.
    """

    address: str = ""
    proxies: frozenset[str] = frozenset()

    @property
    def secure(self) -> bool:
        """Whether people come by https: then cookies travel no other way."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """What the Host header names."""
        return urlsplit(self.address).netloc


def read_settings(environ: Mapping[str, str]) -> Reached:
    """From DOORSTEP_ADDRESS and DOORSTEP_PROXIES. BadSettingError where they cannot be meant."""
    proxies = environ.get(PROXIES, "").split()
    for word in proxies:
        try:
            ipaddress.ip_address(word)
        except ValueError:
            raise BadSettingError(f"{PROXIES}: {word!r} is not an IP address") from None
    return Reached(address_of(environ), frozenset(proxies))


def is_loopback(host: str) -> bool:
    """Whether a host, as a Host header spells it with its port or without, can only be this machine."""
    name = (urlsplit(f"//{host}").hostname or "") if host.isascii() else ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def whence(peer: str, forwarded: str, proxies: frozenset[str]) -> str:
    """The address a request came from: of the machine that spoke to us, or before it, as long as those are our proxies.

    An IPv6 address stands for its /64, which one person has whole.
    """
    said = [peer, *reversed([word.strip() for word in forwarded.split(",") if word.strip()])]
    address = next((word for word in said if word not in proxies), said[-1])
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 6 and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known.ipv4_mapped or known) if known.version == 6 else str(known)
