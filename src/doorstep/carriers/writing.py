"""Requests to carriers that speak JSON: told once, for every dialect that does."""

from __future__ import annotations

import json

from doorstep.carriers.port import Request


def get(path: str) -> Request:
    return Request("GET", path, {"Accept": "application/json"})


def post(path: str, body: dict[str, object]) -> Request:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request("POST", path, headers, json.dumps(body, ensure_ascii=False, sort_keys=True).encode())
