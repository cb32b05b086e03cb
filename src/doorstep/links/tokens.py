"""Access tokens of carriers that give one for an id and a secret: asked for when needed, renewed before they end."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from doorstep.carriers.port import Reply

_RENEWED_BEFORE = timedelta(seconds=60)
_LONGEST = timedelta(days=1)
_PAYS_FOR = timedelta(hours=1)
_OK = 200
# Where each dialect's carrier gives tokens (OAuth 2.0, client credentials), and whether id and secret go in a header.
_PATHS: Mapping[str, tuple[str, bool]] = {
    "karrio-ups": ("/security/v1/oauth/token", True),
    "karrio-fedex": ("/oauth/token", False),
    "karrio-usps": ("/oauth2/v3/token", False),
}


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to a carrier that gives tokens, and where it does."""

    path: str
    client_id: str
    secret: str = field(repr=False)
    in_header: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, to a carrier that wants it shown for some requests by a second token; `body` is what it is asked with.

    Shown under the name `header` in requests whose path begins with `paths`.
    """

    path: str
    body: bytes
    header: str
    paths: str

    def wanted(self, path: str) -> bool:
        return path.startswith(self.paths)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and when it is to be renewed."""

    text: str = field(repr=False)
    until: datetime

    def holds(self, now: datetime) -> bool:
        return now < self.until


def client_of(dialect: str, client_id: str, secret: str) -> Client:
    """The client of a dialect's carrier; ValueError where it gives no tokens."""
    if dialect not in _PATHS:
        known = ", ".join(_PATHS)
        raise ValueError(f"no tokens are given for a client's id and secret in the dialect {dialect}, but in {known}")
    path, in_header = _PATHS[dialect]
    return Client(path, client_id, secret, in_header)


def payer_of(dialect: str, account: str) -> Payer | None:
    """Who pays USPS, from `ACCOUNT:CRID:MID` or `ACCOUNT:CRID:MID:MANIFEST-MID`; None for other carriers, or no CRID.

    ValueError for another form.
    """
    if dialect != "karrio-usps" or ":" not in account:
        return None
    number, crid, *mids = account.split(":")
    if not (number and crid and mids and all(mids)) or len(mids) > 2:
        raise ValueError("an account of USPS is said as ACCOUNT:CRID:MID or ACCOUNT:CRID:MID:MANIFEST-MID")
    pays = {"CRID": crid, "MID": mids[0], "accountType": "EPS", "accountNumber": number}
    owns = pays | {"roleName": "LABEL_OWNER", "manifestMID": mids[-1]}
    body = json.dumps({"roles": [owns, pays | {"roleName": "PAYER"}]}, sort_keys=True).encode()
    return Payer("/payments/v3/payment-authorization", body, "X-Payment-Authorization-Token", "/labels/")


def read_payment(reply: Reply, now: datetime) -> Token | str:
    """The token that shows who pays, or why there is none. It holds for eight hours; it is asked for every hour."""
    if reply.status != _OK:
        return f"nobody is let pay: status {reply.status} (is the account right, and funded?)"
    try:
        text = json.loads(reply.body)["paymentAuthorizationToken"]
    except (ValueError, KeyError, TypeError):
        return "what was given to pay with cannot be read"
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        return "what was given to pay with is none"
    return Token(text, now + _PAYS_FOR)


def asked(client: Client) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of the request for a token."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    form = {"grant_type": "client_credentials"}
    if client.in_header:
        shown = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
        return {**headers, "Authorization": f"Basic {shown}"}, urlencode(form).encode()
    return headers, urlencode({**form, "client_id": client.client_id, "client_secret": client.secret}).encode()


def read(reply: Reply, now: datetime) -> Token | str:
    """The token in a reply, or why there is none. What is said of it is never told: it may hold the secret."""
    if reply.status != _OK:
        return f"no token is given: status {reply.status}"
    try:
        told = json.loads(reply.body)
        text, seconds = told["access_token"], int(told["expires_in"])
    except (ValueError, KeyError, TypeError):
        return "what was given for a token cannot be read"
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text or seconds <= 0:
        return "what was given for a token is none"
    return Token(text, now + min(timedelta(seconds=seconds), _LONGEST) - _RENEWED_BEFORE)
