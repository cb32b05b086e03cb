"""The description of the API for programs (OpenAPI 3.1): what FastAPI makes of the routes, with our problems in it."""

from __future__ import annotations

from typing import Any

from doorstep.api.problems import MEDIA_TYPE, Problem
from doorstep.api.statuses import DESCRIPTIONS

_NOT_OURS = ("HTTPValidationError", "ValidationError")
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def described(made: dict[str, Any]) -> dict[str, Any]:
    """The description with a problem for every status of 400 and above."""
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for name in _NOT_OURS:
        schemas.pop(name, None)
    for path in made["paths"].values():
        for operation in path.values():
            _describe(operation)
    return made


def _describe(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in _statuses(operation):
        responses.setdefault(str(status), {"description": ""})
    for status, response in responses.items():
        if int(status) >= 400:
            response["description"] = DESCRIPTIONS[int(status)]
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
    operation["responses"] = dict(sorted(responses.items()))


def _statuses(operation: dict[str, Any]) -> set[int]:
    """What a route like this can always answer with."""
    found = {421, 500}
    if operation["tags"] != ["health"]:
        found |= {422}
    if operation["operationId"].startswith("alive"):
        return found
    found |= {503}
    if "security" in operation:
        found |= {401}
    if "requestBody" in operation or any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", ())):
        found |= {400, 413, 415}
    return found
