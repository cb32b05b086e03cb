"""How a route's description names the problems it can answer with."""

from __future__ import annotations

from typing import Any

# A route names what only some routes answer; `describe` adds what all of them do.
DESCRIPTIONS = {
    400: "The request cannot be read: no Idempotency-Key, or a body that is not JSON.",
    401: "The API key is missing or not known.",
    403: "The message is not signed by the carrier, or not now.",
    404: "There is no such thing.",
    409: "As things stand now, no; `detail` says why and what can be done.",
    413: "The body is larger than this server reads.",
    415: "The body is not application/json.",
    421: "Without API keys this server answers only to this machine's own name.",
    422: "The request has to change: `detail` says what, `errors` lists each place that cannot be read.",
    500: "A mistake in the program; `request_id` finds it in the log.",
    503: "The database does not answer, or no company is set up. Nothing was done.",
}


def or_problem(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses, each with a problem as its body."""
    return {status: {"description": DESCRIPTIONS[status]} for status in statuses}
