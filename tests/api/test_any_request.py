"""Whatever is sent, the answer is one that the description names: no failure of ours, no other shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from doorstep.api.app import make_app
from doorstep.flow.office import Who
from tests.api.door import ADA, SECRET, Door
from tests.corner_shop import Shop

KEY = "a-key-for-anything-at-all"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_PLAIN: dict[str, Any] = {
    "lines": [{"item_id": "MUG", "quantity": 1}],
    "quantity": 1,
    "asked_from": None,
    "asked_by": None,
    "expires_on": None,
    "inbound_id": "",
}


def what_is_there(shop: Shop) -> dict[str, Any]:
    """Names of things in the shop, by the fields and parameters that name them."""
    shop.to_the_dock(("MUG", 1))
    parcel = shop.one("SELECT sscc, carrier_id, tracking_number, fulfilment_id FROM label")
    order_id = shop.place(("MUG", 2), ("TEA", 1)).order_id
    shop.settle()
    shop.release()
    return {
        **parcel._asdict(),
        "order_id": order_id,
        "line_no": 1,
        "task_id": shop.tasks()[0].task_id,
        "site_id": "CS",
        "site": "CS",
        "place_id": "CS/A-01",
        "item_id": "MUG",
        "lot": "",
        "serials": [],
        "customer_id": "ada",
        "currency": "USD",
        "ship_to": ADA,
    }


def about(known: Mapping[str, Any], value: Any) -> Any:
    """The same with every known field about something that is there."""
    if isinstance(value, dict):
        return {name: known[name] if name in known else about(known, inner) for name, inner in value.items()}
    return [about(known, inner) for inner in value] if isinstance(value, list) else value


def ask_anything(door: Door, examples: int) -> Counter[int]:
    """Send generated requests, right and wrong ones, to every operation; returns how many answers of each status."""
    known = what_is_there(door.shop)
    app = make_app(door.shop.office, keys={KEY: Who("anyone")}, secrets={known["carrier_id"]: (SECRET,)})
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    statuses: Counter[int] = Counter()

    def send(case: Any) -> None:
        number = statuses.total()
        if number % 4:
            meant = known | (_PLAIN if number % 4 == 1 else {})
            case.path_parameters = about(meant, case.path_parameters)
            case.query = about(meant, case.query)
            case.body = about(meant, case.body)
        headers = {"Authorization": f"Bearer {KEY}"}
        if number % 8:
            headers["Idempotency-Key"] = str(number)
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    limits = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    for operation in sorted(operations, key=lambda each: each.path.endswith("/cancel")):
        limits(given(case=operation.as_strategy())(send))()
    return statuses


def test_any_request_gets_an_answer_that_the_description_names(door: Door) -> None:
    statuses = ask_anything(door, 4)
    assert statuses.total() > 100
    assert {200, 201, 404, 409, 422} <= set(statuses)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_requests_get_answers_that_the_description_names(door: Door) -> None:
    assert ask_anything(door, 100).total() > 2000
