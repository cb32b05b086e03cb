"""Who records what: the functions of flow, and the kinds of event that each can record, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorstep.events.registry import REGISTRY
from tests.house.source import Source, house_files, origins

KINDS = frozenset(kind.__name__ for kind in REGISTRY.kinds())


@dataclass(slots=True)
class _Function:
    """What a function (or a class, whole) names in its body: kinds of event, and other parts of flow."""

    kinds: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def flow_files() -> list[Source]:
    return [source for source in house_files() if source.room == "flow"]


def recorders(sources: Iterable[Source]) -> Mapping[str, frozenset[str]]:
    """Each public function of flow, as `flow.pick.confirm_pick`, with the kinds it records itself or through others."""
    parts: dict[str, _Function] = {}
    public: list[str] = []
    for source in sources:
        module = _module(source)
        local = {node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        local |= {name for node in source.tree.body for name in _targets(node)}
        known = origins(source.tree) | {name: f"doorstep.{module}.{name}" for name in local}
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                parts[f"{module}.{node.name}"] = _named(node, known)
            for target in _targets(node):
                parts[f"{module}.{target}"] = _named(node, known)
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                public.append(f"{module}.{node.name}")
    return {name: frozenset(_reached(name, parts)) for name in sorted(public)}


def _module(source: Source) -> str:
    return source.place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _targets(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value."""
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _named(part: ast.AST, known: Mapping[str, str]) -> _Function:
    found = _Function()
    for node in ast.walk(part):
        if isinstance(node, ast.Call):  # a kind is recorded where it is made, not where it is only asked about
            name = _dotted(node.func, known)
            if name.startswith("doorstep.events.") and name.rpartition(".")[2] in KINDS:
                found.kinds.add(name.rpartition(".")[2])
        if isinstance(node, ast.Name | ast.Attribute):
            name = _dotted(node, known)
            if name.startswith("doorstep.flow."):
                found.names.add(name.removeprefix("doorstep."))
    return found


def _dotted(node: ast.expr, known: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([known.get(node.id, node.id), *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _reached(name: str, parts: Mapping[str, _Function]) -> set[str]:
    kinds: set[str] = set()
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at in seen or at not in parts:
            continue
        seen.add(at)
        kinds |= parts[at].kinds
        waiting += parts[at].names
    return kinds
