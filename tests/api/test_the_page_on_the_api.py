"""docs/api.md is true: its examples run, in its order, and its table of problems is the code's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

import httpx

from doorstep.api.problems import KINDS
from doorstep.flow.office import Who
from tests.api.door import SECRET, Door, client_of, problem, signed
from tests.corner_shop import Shop
from tests.house.source import ROOT
from tests.vans import home, with_vans

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
KEY = "a-key-of-whoever-reads"
MESSAGE = '{"id": "m-1", "tracking_number": "$NUMBER", "code": "AR", "at": "2026-03-02T09:00:00Z", "place": "Omaha"}'


def commands(page: str) -> Iterator[str]:
    """Every curl command of the page, its lines joined."""
    for block in re.findall(r"```sh\n(.*?)```", page, re.S):
        for command in re.split(r"\n(?=\w)", block.replace("\\\n", " ").strip()):
            if command.startswith("curl "):
                yield command


def run(client: Any, command: str, known: Mapping[str, str]) -> httpx.Response:
    """What curl would do, as far as the page needs it."""
    # A shell leaves what stands in single quotes alone; on the page no variable does.
    words = iter(shlex.split(command)[1:])
    method, headers, body, url = "GET", {}, None, ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = Template(next(words)).substitute(known).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-binary"):
            method, body = "POST" if method == "GET" else method, Template(next(words)).substitute(known).encode()
        elif not word.startswith("-"):
            url = Template(word).substitute(known)
    response: httpx.Response = client.request(method, url, headers=headers, content=body)
    return response


def remembered(told: Mapping[str, Any]) -> dict[str, str]:
    """What the page says to remember of an answer."""
    first = (told.get("tasks") or told.get("shipments") or [told])[0]
    routes = told.get("routes") or [""]
    flat = {**first, **first.get("parcel", {}), "route_id": routes[0] if isinstance(routes[0], str) else ""}
    names = {
        "inbound_id": "INBOUND",
        "task_id": "TASK",
        "fulfilment_id": "FULFILMENT",
        "sscc": "SSCC",
        "print_id": "PRINT",
        "route_id": "ROUTE",
        "pickup_id": "PICKUP",
        "carrier_id": "CARRIER",
        "tracking_number": "NUMBER",
    }
    return {names[field]: value for field, value in flat.items() if field in names and value}


def settings_of_the_reader(shop: Shop) -> dict[str, str]:
    unwanted = shop.place(("LAMP", 1)).order_id
    shop.settle()
    with_vans(shop)
    near = shop.to_the_dock(("MUG", 1), ship_to=home(0)).order_id
    reader = {"DOORSTEP": "http://localhost", "AUTH": f"Authorization: Bearer {KEY}"}
    return {**reader, "UNWANTED": unwanted, "STOP": near}


def test_the_examples_of_the_page_run_in_its_order_each_change_sent_twice(door: Door) -> None:
    client = client_of(door.shop.office, keys={KEY: Who("reader")})
    known = settings_of_the_reader(door.shop)
    ran = set()
    for command in commands(PAGE):
        if "/scans" in command:
            raw = Template(MESSAGE).substitute(known)
            headers = signed(raw.encode(), door.shop.clock, secret=SECRET)
            known |= {
                "MESSAGE": raw,
                "NOW": headers["X-Carrier-Timestamp"],
                "SIGNATURE": headers["X-Carrier-Signature"],
            }
        response = run(client, command, known)
        assert response.status_code < 300, f"{command}\n{response.text}"
        if "Idempotency-Key" in response.request.headers:
            facts = door.shop.journal()
            again = run(client, command, known)
            if "token" in response.json():  # a secret is told once
                problem(again, 409, "already_there", "cannot be told again")
            else:
                assert (again.status_code, again.content) == (response.status_code, response.content), command
            assert door.shop.journal() == facts
        ran.add(f"{response.request.method} {response.request.url.path}")
        if response.headers["content-type"] == "application/json":
            told = response.json()
            known |= remembered(told)
            if response.request.url.path == "/v1/orders" and response.status_code == 201:
                known["ORDER"] = told["order_id"]
        if command.startswith(("curl -s $DOORSTEP/v1/labels", "curl -s $DOORSTEP/v1/pickups")):
            door.shop.settle()  # the worker that asks carriers
    paths = client.get("/openapi.json").json()["paths"]
    patterns = {
        f"{verb.upper()} {path}": re.compile(f"{verb.upper()} {re.sub(r'{[^}]*}', '[^/]+', path)}")
        for path, verbs in paths.items()
        for verb in verbs
    }
    assert [route for route, pattern in patterns.items() if not any(map(pattern.fullmatch, ran))] == []


def test_the_page_tells_every_kind_of_problem_with_its_status() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE, re.M))
    assert told == {code: str(kind.status) for code, kind in KINDS.items()}
