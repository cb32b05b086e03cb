"""docs/events.md, made from the code: `.venv/bin/python -m tests.house.events_page` writes it anew."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from types import FunctionType, ModuleType

from doorstep.events.envelope import Body, Touch
from doorstep.events.registry import REGISTRY
from doorstep.events.steps import DEPARTMENT
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "events.md"
COMMAND = ".venv/bin/python -m tests.house.events_page"

HEAD = f"""# Events

Every fact the journal can hold, by the module that defines it. Made from the code by `{COMMAND}`; do not edit.

What an event carries besides (who, when, where, why) is the envelope's, `doorstep.events.envelope.Fact`. *Touches*
lists the objects the event is about, each as its type and, in brackets, what it was in the event.
"""


def page() -> str:
    """The whole of docs/events.md."""
    modules: dict[str, list[type[Body]]] = {}
    for kind in REGISTRY.kinds():
        modules.setdefault(kind.__module__, []).append(kind)
    return "\n".join([HEAD, *(_section(sys.modules[name], kinds) for name, kinds in sorted(modules.items()))])


def _section(module: ModuleType, kinds: list[type[Body]]) -> str:
    lines = [
        f"## {module.__name__.rpartition('.')[2]}",
        "",
        one_line(module.__doc__ or ""),
        "",
        "| kind | step (department) | what it says | touches |",
        "| --- | --- | --- | --- |",
        *(_line(kind) for kind in kinds),
    ]
    return "\n".join(lines) + "\n"


def _line(kind: type[Body]) -> str:
    version = f" (version {kind.VERSION})" if kind.VERSION > 1 else ""
    cells = [
        f"`{kind.__name__}`{version}",
        f"{kind.STEP} ({DEPARTMENT[kind.STEP]})",
        one_line(kind.__doc__ or ""),
        ", ".join(f"{what} ({' or '.join(how)})" for what, how in touched(kind).items()),
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def one_line(text: str) -> str:
    return " ".join(text.split())


def touched(kind: type[Body]) -> dict[str, list[str]]:
    """The object types that an event of this kind can touch, and as what, read from its `touches`."""
    found: dict[str, list[str]] = {}
    method = kind.touches
    assert isinstance(method, FunctionType)
    for what, how in _touches(method, {}):
        ways = found.setdefault(what, [])
        if how not in ways:
            ways.append(how)
    return found


def _touches(function: FunctionType, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every `Touch(type, ..., qualifier)` a function makes, itself or through a function that it calls.

    `given` are the texts its arguments stand for. A qualifier that is no text here or there is shown as it is written.
    """
    tree = ast.parse(inspect.cleandoc("\n" + _source(function)))
    found = []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        assert isinstance(call.func, ast.Name)
        called = function.__globals__.get(call.func.id)
        if called is Touch:
            found.append((_word(call.args[0], given), _word(call.args[2], given)))
        elif isinstance(called, FunctionType) and called.__module__.startswith("doorstep.events."):
            names = inspect.signature(called).parameters
            found += _touches(
                called, {name: _word(value, given) for name, value in zip(names, call.args, strict=False)}
            )
    return found


def _source(function: FunctionType) -> str:
    """Its text with the indentation of a method taken away."""
    lines = inspect.getsource(function).splitlines()
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] for line in lines)


def _word(node: ast.expr, given: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return given.get(node.id, node.id) if isinstance(node, ast.Name) else ast.unparse(node)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
