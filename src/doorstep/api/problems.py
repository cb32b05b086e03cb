"""What goes wrong, told in one shape: RFC 9457 problems. Each reason has one code, one status and one meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, and what it means to whoever asked."""

    code: str
    status: int
    means: str

    @property
    def type(self) -> str:
        """Where the kind is explained, relative to the server's address."""
        return f"/problems/{self.code.replace('_', '-')}"

    @property
    def title(self) -> str:
        return self.code.replace("_", " ").capitalize()


# 404: what the request is about is not there. 409: as things stand now, no; they may stand otherwise later.
# 422: no, however often it is asked; the request itself has to change.
_STATUS_AND_MEANING: Mapping[Why, tuple[int, str]] = {
    Why.MALFORMED: (422, "Something in the request cannot be read; `errors` lists each place."),
    Why.KEY_REUSED: (422, "The Idempotency-Key came with another request before. Use a new key for a new request."),
    Why.UNKNOWN_CUSTOMER: (422, "The request names a customer that is not there."),
    Why.UNKNOWN_ITEM: (422, "The request names an item that is not in the catalogue."),
    Why.UNKNOWN_SITE: (422, "The request names a site that is not there."),
    Why.UNKNOWN_PLACE: (422, "The request names a bin that is not there."),
    Why.UNKNOWN_CURRENCY: (422, "The currency is not one the company sells in."),
    Why.UNKNOWN_ORDER: (404, "There is no such order, or no such line in it."),
    Why.UNKNOWN_TASK: (404, "There is no such pick task or fulfilment order."),
    Why.UNKNOWN_PARCEL: (404, "There is no such parcel."),
    Why.UNKNOWN_CARRIER: (404, "There is no such carrier here."),
    Why.UNKNOWN_IMPORT: (404, "There is no such import."),
    Why.UNKNOWN_ACCOUNT: (404, "Nobody has such an account."),
    Why.UNKNOWN_INBOUND: (404, "No such inbound is expected."),
    Why.UNKNOWN_LINK: (404, "The link leads nowhere: it is wrong, has ended, or was taken back."),
    Why.ALREADY_THERE: (409, "What was to be made is there already."),
    Why.BAD_QUANTITY: (422, "The quantity cannot be meant."),
    Why.BAD_ADDRESS: (422, "Nothing can be delivered to an address like this."),
    Why.BAD_SERIAL: (422, "The serials named do not fit the item, the bin or the quantity."),
    Why.DATE_PAST: (422, "The date is past."),
    Why.MAY_NOT_SHIP: (422, "The goods may not be sent there this way; the rule is cited."),
    Why.DOES_NOT_FIT: (422, "An item fits no carton and cannot travel alone."),
    Why.NO_SERVICE: (422, "No carrier service takes these goods to that place."),
    Why.OUT_OF_STOCK: (409, "There is not enough on hand or on its way, and the customer does not wait."),
    Why.DATE_OUT_OF_REACH: (409, "It cannot be there by the wanted date with the wanted probability."),
    Why.CUT_OFF_PASSED: (409, "The last departure that would do has left."),
    Why.ON_HOLD: (409, "The order is on hold: nobody works on it until it is resumed."),
    Why.WRONG_STATE: (409, "It is not at a point where this can be done."),
    Why.TOO_LATE: (409, "It has gone too far for this change; the sentence says what can be done instead."),
    Why.APPROVAL_NEEDED: (409, "Somebody must say yes to this first; the sentence says who."),
    Why.CANNOT_BE_UNDONE: (409, "Something was built on it, or it never can be; the sentence says what."),
    Why.CARRIER_REFUSED: (409, "The carrier said no, in the words told."),
    Why.WRONG_PASSWORD: (403, "Login and password do not go together."),
    Why.TOO_MANY_TRIES: (429, "Too many passwords were tried; the sentence says when to try again."),
}

REFUSALS: Mapping[Why, Kind] = {
    why: Kind(why.name.lower(), status, means) for why, (status, means) in _STATUS_AND_MEANING.items()
}

KEY_MISSING = Kind("key_missing", 400, "A request that changes something needs an Idempotency-Key header.")
UNREADABLE_BODY = Kind("unreadable_body", 400, "The body is not JSON in UTF-8.")
UNAUTHORISED = Kind("unauthorised", 401, "The request needs an API key: `Authorization: Bearer <key>`.")
NOT_AUTHENTIC = Kind("not_authentic", 403, "The message's signature does not show that the carrier sent it, now.")
NOT_FOUND = Kind("not_found", 404, "There is nothing at this address.")
WRONG_METHOD = Kind("wrong_method", 405, "The address is right, the method is not; `Allow` names those that are.")
TOO_LARGE = Kind("too_large", 413, "The body is larger than this server reads.")
NOT_JSON = Kind("not_json", 415, "The body must be sent as application/json.")
WRONG_HOST = Kind("wrong_host", 421, "Without API keys this server answers only to this machine's own name.")
BAD_REQUEST = Kind("bad_request", 400, "The request breaks a rule of HTTP.")
BROKEN = Kind("broken", 500, "A mistake in the program. The request id finds it in the log; nothing was half done.")
DATABASE_DOWN = Kind("database_down", 503, "The database does not answer. Ask again; with the same key it is safe.")
DATABASE_UNFIT = Kind("database_unfit", 503, "The database cannot serve as it is; somebody has to mend it first.")
NOT_SET_UP = Kind("not_set_up", 503, "No company is set up here yet: run `doorstep load FILE`.")

OWN = (
    *(KEY_MISSING, UNREADABLE_BODY, BAD_REQUEST, UNAUTHORISED, NOT_AUTHENTIC, NOT_FOUND, WRONG_METHOD, TOO_LARGE),
    *(NOT_JSON, WRONG_HOST, BROKEN, DATABASE_DOWN, DATABASE_UNFIT, NOT_SET_UP),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (*REFUSALS.values(), *OWN)}


class Fault(BaseModel):
    """One thing that is wrong in a request: where, and what."""

    place: str
    says: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 tells it. `code` is for programs, `detail` one sentence for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/out-of-stock",
                    "title": "Out of stock",
                    "status": 409,
                    "detail": "10 MUG are free, 12 are wanted.",
                    "code": "out_of_stock",
                    "concerns": {"item_id": "MUG"},
                    "errors": [],
                    "request_id": "5f0c6a1be2d94a37",
                }
            ]
        }
    )

    type: str = Field(description="Where the kind of problem is explained, relative to this server.")
    title: str
    status: int
    detail: str
    code: str
    concerns: dict[str, str | int] = Field(description="What it is about: field or object, and its value.")
    errors: list[Fault] = Field(description="Every place of the request that cannot be read, where that is the matter.")
    request_id: str = Field(description="Finds the request in the server's log.")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        kind: Kind,
        says: str = "",
        concerns: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(says or kind.means)
        self.kind = kind
        self.says = says or kind.means
        self.concerns = dict(concerns or {})
        self.headers = dict(headers or {})


def granted(told: T | Refusal) -> T:
    """What flow told; a refusal becomes the problem that its reason has in the table."""
    if isinstance(told, Refusal):
        raise ProblemError(REFUSALS[told.why], told.says, told.concerns)
    return told


def problem_response(
    kind: Kind,
    says: str,
    request_id: str,
    *,
    concerns: Mapping[str, str | int] | None = None,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=says,
        code=kind.code,
        concerns=dict(concerns or {}),
        errors=list(errors),
        request_id=request_id,
    )
    return JSONResponse(problem.model_dump(), kind.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
