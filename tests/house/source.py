"""What the house checks read: the files of the repository, their syntax trees, the rows of rooms."""

from __future__ import annotations

import ast
import gc
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HOUSE = "src/doorstep"
TREES = ("src", "tests", "benchmarks", "docs", "requirements", ".ci")
UNREAD = {"__pycache__", "results"}  # benchmarks/results holds measurements, not our words
TEXT_ENDINGS = set(" .py .md .toml .txt .in .html .css .js .svg .sql .sh .ini .yml .yaml".split(" "))


class Offence(NamedTuple):
    """One thing a check found: where, and what is wrong with it."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class Source(NamedTuple):
    """One Python file: its path from the root of the repository, its text and its tree."""

    file: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room of the house it lies in: `stock` for src/doorstep/stock/..., '' outside the house."""
        inside = self.file.removeprefix(f"{HOUSE}/")
        return "" if inside == self.file else inside.split("/")[0].removesuffix(".py")

    @property
    def place(self) -> str:
        """Its path inside the house: `terms/clock.py`."""
        return self.file.removeprefix(f"{HOUSE}/")


def planted(text: str, place: str = "stock/offender.py") -> Source:
    """A file that is not there, as if it lay at `place` in the house: what proves that a check can fail."""
    return Source(f"{HOUSE}/{place}", text, ast.parse(text))


def files() -> list[Path]:
    """Every text file of the repository that is ours to write, caches and measurements left out."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    below = [path for tree in TREES if (ROOT / tree).is_dir() for path in (ROOT / tree).rglob("*")]
    return sorted(
        path
        for path in [*top, *below]
        if path.is_file() and path.suffix in TEXT_ENDINGS and not UNREAD & set(path.relative_to(ROOT).parts)
    )


@cache
def python_files() -> tuple[Source, ...]:
    """All of ours. Their trees stay to the end: a collector that walked through them time and again took most of it."""
    gc.disable()
    try:
        return tuple(_read(path) for path in files() if path.suffix == ".py")
    finally:
        gc.freeze()
        gc.enable()


def house_files() -> list[Source]:
    """The Python files of src/doorstep."""
    return [source for source in python_files() if source.file.startswith(f"{HOUSE}/")]


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text, filename=str(path)))


@cache
def import_rules() -> Mapping[str, Mapping[str, Any]]:
    """The contracts of pyproject.toml by id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def rows() -> list[list[str]]:
    """The rows of rooms from top to bottom, as pyproject.toml orders them."""
    return [[room.strip(" ()") for room in row.split("|")] for row in import_rules()["rows"]["layers"]]


def doors() -> set[str]:
    return set(_row_of("api"))


def pure_rooms() -> set[str]:
    """The rooms from planning down: they see values only."""
    return {room for row in rows()[rows().index(_row_of("planning")) :] for room in row}


def _row_of(room: str) -> list[str]:
    return next(row for row in rows() if room in row)


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All of a file's tree: a dozen checks walk through the same thousand files."""
    return tuple(ast.walk(tree))


def origins(tree: ast.AST) -> dict[str, str]:
    """What the imported names of a file stand for: {'dt': 'datetime.datetime', 'np': 'numpy'}."""
    found = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.split(".")[0]] = name.name if name.asname else name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


@cache
def references(tree: ast.AST) -> tuple[tuple[ast.expr, str], ...]:
    """Every whole dotted name that the file reads, with its full origin: (node, 'datetime.datetime.now').

    A name that was not imported is `here.name` where the file binds it (an argument, a variable), else `builtins.name`.
    """
    return tuple(_references(tree))


def _references(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    known = {name: f"here.{name}" for name in _bound(tree)} | origins(tree)
    inner = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Attribute)}
    for node in nodes(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner and isinstance(node.ctx, ast.Load):
            head, *rest = dotted(node)
            if head:
                yield node, ".".join([known.get(head, f"builtins.{head}"), *rest])


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def dotted(node: ast.expr) -> list[str]:
    """The parts of `a.b.c`; [''] where it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else [""]


@cache
def functions(tree: ast.AST) -> tuple[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef], ...]:
    """Every function with its name inside the file: `Store.write`, `cartonize`, `outer.inner`."""
    return tuple(_functions(tree))


def _functions(tree: ast.AST) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    stack: list[tuple[str, ast.AST]] = [("", tree)]
    while stack:
        inside, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            within = inside
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                within = f"{inside}.{child.name}".lstrip(".")
                if not isinstance(child, ast.ClassDef):
                    yield within, child
            stack.append((within, child))


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every docstring with the line it begins on; texts that stand under a constant count too."""
    for node in nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def listed(offences: Iterable[object]) -> str:
    """The offences one a line, as a failing test shows them."""
    return "\n" + "\n".join(str(offence) for offence in offences)
