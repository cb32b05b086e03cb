"""Docs are tested (DESIGN 8): every event, setting, command and route is named where people look for it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import pytest

from doorstep.events.envelope import Body
from doorstep.events.registry import REGISTRY
from doorstep.events.steps import Step
from doorstep.storage.folds import FOLDS
from tests.house import imports_page
from tests.house.events_page import COMMAND, PAGE, one_line, page, touched
from tests.house.source import HOUSE, ROOT, files

DOCS = ROOT / "docs"
SETTING = re.compile(r"\bDOORSTEP_[A-Z][A-Z0-9_]*\b")
VERBS = ("get", "put", "post", "patch", "delete")


def unnamed(names: Iterable[str], text: str) -> list[str]:
    """The names that a document does not hold as whole words."""
    return sorted(name for name in set(names) if not re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w{{/-])", text))


def document(name: str) -> str:
    """The text of docs/<name>; '' where nobody has written it, so that all is missing from it."""
    return (DOCS / name).read_text(encoding="utf-8") if (DOCS / name).exists() else ""


def settings() -> set[str]:
    """Every environment variable of ours that the program, the run script or CI names."""
    read = [path for path in files() if path.relative_to(ROOT).parts[0] in {"src", "run", ".ci"}]
    return {found for path in read for found in SETTING.findall(path.read_text(encoding="utf-8"))}


def room_there(name: str) -> bool:
    return any((ROOT / HOUSE / name).glob("*.py")) or (ROOT / HOUSE / f"{name}.py").exists()


def commands_of(command: Any, name: str) -> Iterator[str]:
    """Each verb under a command, by the words that call it: 'doorstep order place'. Hidden ones need no document."""
    below: Mapping[str, Any] = getattr(command, "commands", {})
    if not below:
        yield name
    for word, one in below.items():
        if not one.hidden:
            yield from commands_of(one, f"{name} {word}")


def commands() -> set[str]:
    typer = importlib.import_module("typer")
    homes = ["doorstep.cli.app", *(["doorstep.__main__"] if room_there("__main__") else [])]
    apps = [value for home in homes for value in vars(importlib.import_module(home)).values()]
    made = [typer.main.get_command(app) for app in apps if isinstance(app, typer.Typer)]
    assert made, "doorstep.cli.app holds no typer.Typer"
    return {name for command in made for name in commands_of(command, "doorstep")}


def routes_of(description: Mapping[str, Any]) -> set[str]:
    """Each route of an OpenAPI description: 'GET /orders/{order_id}'."""
    paths: Mapping[str, Mapping[str, Any]] = description["paths"]
    return {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs if verb in VERBS}


def routes() -> set[str]:
    """The routes of the whole app where it can be made of nothing, else of every router in the room, put together."""
    fastapi = importlib.import_module("fastapi")
    make_app = importlib.import_module("doorstep.api.app").make_app
    wanted = [each for each in inspect.signature(make_app).parameters.values() if each.default is each.empty]
    app = make_app() if not wanted else fastapi.FastAPI()
    for router in routers(fastapi.APIRouter) if wanted else ():
        app.include_router(router)
    return routes_of(app.openapi())


def routers(kind: type) -> list[Any]:
    api = importlib.import_module("doorstep.api")
    modules: list[ModuleType] = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(api.__path__, "doorstep.api.")
    ]
    return list(
        {id(value): value for module in modules for value in vars(module).values() if isinstance(value, kind)}.values()
    )


def kind_names() -> list[str]:
    return [kind.__name__ for kind in REGISTRY.kinds()]


def test_every_event_is_named_in_the_docs() -> None:
    assert not unnamed(kind_names(), document("events.md")), f"write docs/events.md anew: {COMMAND}"


def test_the_page_of_events_is_what_the_code_says() -> None:
    assert document("events.md") == page(), f"{PAGE.relative_to(ROOT)} is out of date; write it anew: {COMMAND}"


def test_the_page_of_imports_names_every_field_as_it_is_declared() -> None:
    told = document("imports.md")
    assert told == imports_page.page(told), f"docs/imports.md is out of date; write it anew: {imports_page.COMMAND}"


def test_every_event_says_what_it_means_and_touches_something() -> None:
    silent = [kind.__name__ for kind in REGISTRY.kinds() if not says_something(kind)]
    assert not silent, f"these events have no docstring or touch nothing: {silent}"


def says_something(kind: type[Body]) -> bool:
    """Whether a kind touches objects and has a docstring of its own; a dataclass without one is given its signature."""
    own = one_line(vars(kind).get("__doc__") or "")
    return bool(own) and not own.startswith(f"{kind.__name__}(") and bool(touched(kind))


def unfolded(kinds: Iterable[type[Body]], folds: Iterable[type[Body]]) -> tuple[list[str], list[str]]:
    """The events without a fold, and the folds without an event."""
    events, folded = set(kinds), set(folds)
    return sorted(kind.__name__ for kind in events - folded), sorted(kind.__name__ for kind in folded - events)


def test_every_event_has_its_fold_and_every_fold_its_event() -> None:
    assert unfolded(REGISTRY.kinds(), FOLDS) == ([], [])


def test_every_setting_is_named_in_the_docs() -> None:
    missing = unnamed(settings(), document("settings.md"))
    assert not missing, f"docs/settings.md does not name {missing}"


def test_every_command_is_named_in_the_docs() -> None:
    if not room_there("cli"):
        pytest.skip("the room cli is not built yet")
    missing = unnamed(commands(), document("commands.md"))
    assert not missing, f"docs/commands.md does not name {missing}"


def test_every_route_is_named_in_the_docs() -> None:
    if not room_there("api"):
        pytest.skip("the room api is not built yet")
    missing = unnamed(routes(), document("api.md"))
    assert not missing, f"docs/api.md does not name {missing}"


@dataclass(frozen=True, slots=True)
class Forgotten(Body):
    """An event that nobody registered, folded or wrote down."""

    STEP: ClassVar[Step] = Step.PICK


@dataclass(frozen=True, slots=True)
class Mute(Body):
    STEP: ClassVar[Step] = Step.PICK


def test_an_event_nobody_wrote_down_or_folded_is_caught() -> None:
    assert unnamed([*kind_names(), "Forgotten"], document("events.md")) == ["Forgotten"]
    assert unfolded([*REGISTRY.kinds(), Forgotten], FOLDS) == (["Forgotten"], [])
    assert unfolded(REGISTRY.kinds(), [*FOLDS, Forgotten]) == ([], ["Forgotten"])


def test_an_event_that_says_or_touches_nothing_is_caught() -> None:
    assert not says_something(Mute)
    assert not says_something(Forgotten)


def test_a_page_that_lags_behind_the_code_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    written = page()
    monkeypatch.setattr(REGISTRY.kinds()[0], "__doc__", "Something else now.")
    assert page() != written


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DOORSTEP_HOME", "`DOORSTEP_HOMES` and `OLD_DOORSTEP_HOME`"),
        ("doorstep order show", "Run `doorstep order` or `doorstep order show-all`."),
        ("GET /orders", "`GET /orders/{order_id}`, `POST /orders`"),
        ("GET /orders/{order_id}", "`GET /orders`"),
        ("Picked", "`PickedShort`"),
    ],
)
def test_a_name_that_only_looks_like_one_in_the_docs_is_caught(name: str, text: str) -> None:
    assert unnamed([name], text) == [name]
    assert not unnamed([name], f"{text} and `{name}`.")


def test_the_commands_of_a_terminal_are_found_with_their_groups() -> None:
    typer = importlib.import_module("typer")
    app, orders = typer.Typer(), typer.Typer()
    for group, name in ((orders, "place"), (orders, "show"), (app, "status")):
        group.command(name)(lambda: None)
    app.command("secret", hidden=True)(lambda: None)
    app.add_typer(orders, name="order")
    found = set(commands_of(typer.main.get_command(app), "doorstep"))
    assert found == {"doorstep order place", "doorstep order show", "doorstep status"}
    assert unnamed(found, "`doorstep order place`, `doorstep status`") == ["doorstep order show"]


def test_the_routes_of_an_app_are_found_with_their_verbs() -> None:
    description = {"paths": {"/orders": {"get": {}, "post": {}}, "/orders/{order_id}": {"get": {}, "parameters": []}}}
    found = routes_of(description)
    assert found == {"GET /orders", "POST /orders", "GET /orders/{order_id}"}
    assert unnamed(found, "`GET /orders` and `POST /orders`") == ["GET /orders/{order_id}"]


def test_a_setting_is_found_where_the_program_names_it() -> None:
    assert SETTING.findall("venv=${DOORSTEP_VENV:-.venv}; environ.get('DOORSTEP_HOME')") == [
        "DOORSTEP_VENV",
        "DOORSTEP_HOME",
    ]
    assert {"DOORSTEP_DATABASE_URL", "DOORSTEP_VENV"} <= settings()
