"""What a route is given: the office, who asks, the key of a change. None of it is taken from the body."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from doorstep.api import problems
from doorstep.api.problems import ProblemError
from doorstep.flow.office import Office, Who
from doorstep.intake.problems import Problem, malformed
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")
KEY_HEADER = "Idempotency-Key"
NOBODY_IN_PARTICULAR = Who("local")
_BEARER = HTTPBearer(auto_error=False, description="An API key of DOORSTEP_API_KEYS.")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Keyring:
    """Knows who holds which key; keeps no key, only digests."""

    def __init__(self, keys: Mapping[str, Who]) -> None:
        self._holders = [(_digest(key), who) for key, who in keys.items()]

    def __bool__(self) -> bool:
        return bool(self._holders)

    def holder(self, key: str) -> Who | None:
        """Who holds `key`. Every digest is compared, whichever fits: the time taken tells nothing."""
        shown, found = _digest(key), None
        for digest, who in self._holders:
            if hmac.compare_digest(digest, shown):
                found = who
        return found


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def office_given(request: Request) -> Office:
    """The office of this app; an app that was made without one only describes itself."""
    office: Office | None = request.app.state.office
    if office is None:
        raise DatabaseUnavailable("This server was started without a database.")
    return office


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> Who:
    """Whom the API key names; without any keys (on loopback only) it is nobody in particular."""
    keyring: Keyring = request.app.state.keyring
    if not keyring:
        return NOBODY_IN_PARTICULAR
    who = keyring.holder(credentials.credentials) if credentials else None
    if who is None:
        says = "This API key is not known here." if credentials else problems.UNAUTHORISED.means
        raise ProblemError(problems.UNAUTHORISED, says, headers={"WWW-Authenticate": "Bearer"})
    return who


async def readable(request: Request) -> None:
    """A body, where there is one, is JSON and holds text only: no database keeps the character NUL."""
    if request.method in ("GET", "HEAD"):
        return  # nobody looks at its body, and nobody measured it: it is not read
    raw = await request.body()
    if raw and request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(problems.NOT_JSON)
    if b"\\u0000" in raw and _NUL.search(raw):
        refusal = malformed([Problem("(all)", "holds the character NUL, which no text has")])
        raise ProblemError(problems.REFUSALS[Why.MALFORMED], refusal.says, refusal.concerns)


class KeyedStore(Store):
    """The store as one request sees it: its one step runs under the caller's key, and the whole request is what must be
    the same when the key comes again, whatever of it the step itself would look at.
    """

    def __init__(self, store: Store, key: str, request: Any, answers: Any) -> None:
        super().__init__("", store.clock, store.ids, connected=store.engine)
        self._key, self._request, self._answers = key, request, answers

    def run(
        self,
        step: Callable[[Transaction], T | Refusal],
        *,
        answers: Any = None,
        key: str = "",
        request: Any = None,
        dry_run: bool = False,
        keep_no: bool = True,
        worth_keeping: Callable[[T], bool] = lambda _: True,
    ) -> T | Refusal:
        under, self._key = self._key, ""
        if not under:
            raise AssertionError("a request is one step: its key cannot stand for two")
        told = super().run(
            step,
            answers=answers or self._answers,
            key=under,
            request=self._request,
            dry_run=dry_run,
            keep_no=keep_no,
            worth_keeping=worth_keeping,
        )
        if isinstance(told, Refusal) and told.why is Why.KEY_REUSED:
            key = under.split("/", 2)[2]
            raise ProblemError(problems.REFUSALS[told.why], f"The key {key} came with another request before.")
        return told


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that was asked for: who asks, under which key, and what the request is beside its body."""

    who: Who
    key: str
    about: Sequence[str]
    office: Office

    def under_key(self, body: BaseModel | None = None, answers: Any = None) -> Office:
        """The office for this change: the same key and request give the same answer without a second effect.

        `answers` is what the step answers, for the steps that do not say so themselves.
        """
        request = [*self.about, body.model_dump(mode="json") if body else None]
        return replace(self.office, store=KeyedStore(self.office.store, self.key, request, answers))


async def asked(
    request: Request,
    office: Annotated[Office, Depends(office_given)],
    who: Annotated[Who, Depends(caller)],
    key: Annotated[
        str,
        Header(
            alias=KEY_HEADER,
            min_length=1,
            max_length=200,
            pattern="^[!-~]+$",
            description="Yours to choose, new for each new request: sent again with the same request it has no second "
            "effect and gives the same answer.",
            examples=["order-4711"],
        ),
    ],
) -> Asked:
    """What every route that changes something is given."""
    return Asked(who, f"api/{who.actor}/{key}", (request.method, request.url.path), office)


Changing = Annotated[Asked, Depends(asked)]
Reading = Annotated[Office, Depends(office_given)]

_ID = {"min_length": 1, "max_length": 64, "pattern": r"^[A-Za-z0-9._:@-]+$"}
OrderId = Annotated[str, Path(**_ID, examples=["ord_1s0xk5qj9e0q2m7c"])]
CarrierId = Annotated[str, Path(**_ID, examples=["swift"])]
TrackingNumber = Annotated[str, Path(**_ID)]
Sscc = Annotated[str, Path(pattern=r"^\d{18}$", description="The parcel's Serial Shipping Container Code.")]
LineNo = Annotated[int, Path(ge=1, le=1000)]
