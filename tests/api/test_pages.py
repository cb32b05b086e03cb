from __future__ import annotations

import re

from tests.api.door import client_of


def test_the_page_of_the_api_needs_nothing_from_elsewhere() -> None:
    client = client_of(None)
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    start = client.get("/docs/start.js")
    assert not re.search(r"(https?:)?//\w", page.text + start.text), "names another host"
    asked = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert sorted(asked) == ["/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/openapi.json"]
    for path in asked:
        assert client.get(path).status_code == 200, path
    for name, kind in (("swagger-ui.css", "text/css"), ("swagger-ui-bundle.js", "text/javascript")):
        asset = client.get(f"/docs/{name}")
        assert asset.headers["content-type"].startswith(kind)
        assert len(asset.content) > 100_000


def test_the_page_may_run_only_what_is_served_from_here() -> None:
    policy = client_of(None).get("/docs").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "default-src 'none'" in policy


def test_the_style_and_script_of_the_page_fetch_nothing_by_themselves() -> None:
    style = client_of(None).get("/docs/swagger-ui.css").text
    assert not re.findall(r"url\((?!['\"]?data:)[^)]*\)|@import", style)


def test_the_description_is_made_without_a_database_and_tells_every_problem() -> None:
    description = client_of(None).get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in description["components"]["schemas"]
    for path, verbs in description["paths"].items():
        for verb, operation in verbs.items():
            assert operation["description"], f"{verb} {path} does not say what it does"
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    schema = response["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}, f"{verb} {path} {status}"


def test_money_and_instants_have_one_shape_each() -> None:
    schemas = client_of(None).get("/openapi.json").json()["components"]["schemas"]
    assert set(schemas["MoneyOut"]["properties"]) == {"minor", "currency"}
    # Goals are told as their file states them, so that they can be set again: in the company's own currency.
    goals = {"ClassIn", "WeightsIn"}
    said = {name: schema.get("properties", {}) for name, schema in schemas.items() if name not in goals}
    assert not [name for name, properties in said.items() for field in properties if field.endswith("_minor")]
    for name, properties in said.items():
        for field, schema in properties.items():
            if field.endswith("_at") or field == "ship_by":
                assert "date-time" in str(schema), f"{name}.{field}"


def test_what_comes_in_takes_nothing_that_it_does_not_name() -> None:
    schemas = client_of(None).get("/openapi.json").json()["components"]["schemas"]
    taken = {name: schema for name, schema in schemas.items() if name.endswith("In")}
    assert len(taken) >= 14
    assert all(schema["additionalProperties"] is False for schema in taken.values())
