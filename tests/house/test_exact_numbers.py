"""Money, quantities, weights, lengths, shares and seconds are whole numbers (DESIGN 5)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import (
    Offence,
    Source,
    dotted,
    functions,
    house_files,
    listed,
    nodes,
    origins,
    planted,
    references,
)

EXACT_NAME = re.compile(r"(^|_)(minor|g|mm|mm3|ppm|seconds|quantity|on_hand|held)$")
FLOAT_NAMES = {"float", "float16", "float32", "float64", "floating", "Float", "REAL", "Double", "DOUBLE_PRECISION"}
FLOAT_CAST = re.compile(r"(::|\bAS\s+)(double precision|float[48]?|real)\b", re.I)
KEEPS_KIND = {"round", "int", "abs", "sum", "min", "max", "ceil", "floor", "trunc", "rint", "divmod"}

NO_DIVISION = {"terms", "events", "stock", "planning", "storage"}
NO_FLOAT = {"terms", "events", "stock"}


def inexact(source: Source) -> Iterator[Offence]:
    """Where a name that says a whole number is given a float, by annotation or by value."""
    for node in nodes(source.tree):
        for name, annotation, value in _given(node):
            if EXACT_NAME.search(name):
                if annotation is not None and _says_float(annotation):
                    yield Offence(source.file, node_line(node), f"{name} is annotated as a float")
                if value is not None and (why := _comes_out_as_float(value)):
                    yield Offence(source.file, node_line(node), f"{name} is given {why}")
    for name, function in functions(source.tree):
        if EXACT_NAME.search(name.split(".")[-1]):
            for back in (node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value):
                if back.value is not None and (why := _comes_out_as_float(back.value)):
                    yield Offence(source.file, back.lineno, f"{name} returns {why}")


def node_line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0) or next((child.lineno for child in ast.walk(node) if hasattr(child, "lineno")), 0)


_Given = tuple[str, ast.expr | None, ast.expr | None]


def _given(node: ast.AST) -> list[_Given]:
    """Each name that this node annotates or gives a value: (name, annotation, value)."""
    match node:
        case ast.arguments():
            return _arguments(node)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [(node.name, node.returns, None)]
        case ast.AnnAssign():
            return [(_name(node.target), node.annotation, node.value)]
        case ast.Assign():
            return [pair for target in node.targets for pair in _assigned(target, node.value)]
        case ast.NamedExpr():
            return [(node.target.id, None, node.value)]
        case ast.AugAssign():
            return [(_name(node.target), None, ast.BinOp(node.target, node.op, node.value))]
        case ast.keyword():
            return [(node.arg or "", None, node.value)]
        case ast.Dict():
            return [(_text(key), None, value) for key, value in zip(node.keys, node.values, strict=True)]
    return []


def _arguments(node: ast.arguments) -> list[_Given]:
    plain = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(node.defaults)), *node.defaults, *node.kw_defaults]
    both = zip([*plain, *node.kwonlyargs], defaults, strict=True)
    return [(argument.arg, argument.annotation, default) for argument, default in both]


def _assigned(target: ast.expr, value: ast.expr) -> list[_Given]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [(_name(one), None, of) for one, of in zip(target.elts, value.elts, strict=True)]
    return [(_name(target), None, value)]


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name():
            return target.id
        case ast.Attribute():
            return target.attr
        case ast.Subscript():
            return _text(target.slice) or _name(target.value)
    return ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _says_float(annotation: ast.expr) -> bool:
    if text := _text(annotation):
        return bool(FLOAT_NAMES & set(re.findall(r"\w+", text)))
    return any(
        isinstance(node, ast.Name | ast.Attribute) and _name(node) in FLOAT_NAMES for node in ast.walk(annotation)
    )


def _comes_out_as_float(value: ast.expr) -> str:
    """Why the arithmetic of `value` goes through a float; '' where it does not, as far as one line can tell."""
    match value:
        case ast.Constant() if isinstance(value.value, float):
            return f"the float {value.value}"
        case ast.BinOp(op=ast.Div()):
            return "a true division"
        case ast.BinOp():
            return _comes_out_as_float(value.left) or _comes_out_as_float(value.right)
        case ast.UnaryOp():
            return _comes_out_as_float(value.operand)
        case ast.IfExp():
            return _comes_out_as_float(value.body) or _comes_out_as_float(value.orelse)
        case ast.BoolOp():
            return next(filter(None, map(_comes_out_as_float, value.values)), "")
        case ast.GeneratorExp() | ast.ListComp():
            return _comes_out_as_float(value.elt)
        case ast.Tuple() | ast.List():
            return next(filter(None, map(_comes_out_as_float, value.elts)), "")
        case ast.Call():
            return _call_comes_out_as_float(value)
    return ""


def _call_comes_out_as_float(call: ast.Call) -> str:
    name = dotted(call.func)[-1] or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
    if name in FLOAT_NAMES:
        return f"{name}(...)"
    if name == "astype" and any(_says_float(argument) for argument in call.args):
        return "an array of floats"
    if name in KEEPS_KIND:
        return next(filter(None, map(_comes_out_as_float, call.args)), "")
    return ""


def divisions(source: Source) -> Iterator[Offence]:
    """True divisions of numbers. Joining paths is none: some part is a text or a Path, here or where it was named."""
    paths = {
        name.id
        for node in nodes(source.tree)
        if isinstance(node, ast.Assign) and _is_path(node.value)
        for name in node.targets
        if isinstance(name, ast.Name)
    }
    seen: set[int] = set()
    for node in nodes(source.tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and not _is_path(node.value):
            yield Offence(source.file, node.lineno, "a true division; whole numbers divide by // or divmod")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and id(node) not in seen:
            parts = list(_parts(node, seen))
            if not any(_is_path(part) or (isinstance(part, ast.Name) and part.id in paths) for part in parts):
                yield Offence(source.file, node.lineno, "a true division; whole numbers divide by // or divmod")
    for node, name in references(source.tree):
        if name in {"operator.truediv", "operator.itruediv", "numpy.divide", "numpy.true_divide", "statistics.mean"}:
            yield Offence(source.file, node.lineno, f"a true division: {name}")


def _parts(node: ast.expr, seen: set[int]) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        seen.add(id(node))
        yield from _parts(node.left, seen)
        yield from _parts(node.right, seen)
    else:
        yield node


def _is_path(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()):
            return _is_path(node.left) or _is_path(node.right)
        case ast.Call():
            return dotted(node.func)[-1] == "Path"
    return isinstance(node, ast.JoinedStr) or bool(_text(node))


def floats(source: Source) -> Iterator[Offence]:
    """Any float at all: the type by name, or written as a number."""
    for node in nodes(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield Offence(source.file, node.lineno, f"the float {node.value}")
    for node, name in references(source.tree):
        if name.split(".")[-1] in FLOAT_NAMES:
            yield Offence(source.file, node.lineno, f"the type {name}")


def float_columns(source: Source) -> Iterator[Offence]:
    """Columns and casts of the database that are not exact: nothing we store is a float."""
    known = origins(source.tree)
    for node, name in references(source.tree):
        if name.startswith("sqlalchemy") and name.split(".")[-1] in FLOAT_NAMES | {"Numeric"}:
            yield Offence(source.file, node.lineno, f"a column of type {name}")
    if any(origin.startswith(("sqlalchemy", "psycopg")) for origin in known.values()):
        for text in (node for node in nodes(source.tree) if isinstance(node, ast.Constant)):
            if found := FLOAT_CAST.search(_text(text)):
                yield Offence(source.file, text.lineno, f"a cast in SQL: {found[0]}")


def test_no_float_under_a_name_that_says_a_whole_number() -> None:
    offences = [offence for source in house_files() for offence in inexact(source)]
    assert not offences, listed(offences)


def test_the_rooms_of_stock_and_money_never_divide_truly() -> None:
    offences = [offence for source in house_files() if source.room in NO_DIVISION for offence in divisions(source)]
    assert not offences, listed(offences)


def test_terms_events_and_stock_know_no_float_at_all() -> None:
    offences = [offence for source in house_files() if source.room in NO_FLOAT for offence in floats(source)]
    assert not offences, listed(offences)


def test_the_database_holds_no_float() -> None:
    offences = [offence for source in house_files() for offence in float_columns(source)]
    assert not offences, listed(offences)


@pytest.mark.parametrize(
    "text",
    [
        "price_minor: float",
        "weight_g: float | None = None",
        "class Item:\n    length_mm: 'float'",
        "def pay(price_minor: float) -> None: ...",
        "def pay(*, price_minor: list[float]) -> None: ...",
        "def pay(price_minor=1.5): ...",
        "def cost_minor() -> float: ...",
        "def cost_minor(a, b):\n    return a / b",
        "import numpy as np\nheld: np.float64",
        "price_minor = 1.5",
        "weight_g = kilograms * 1000.0",
        "weight_g = round(pounds * 453.59237)",
        "share_ppm = int(part / whole * 1_000_000)",
        "item.quantity = float(text)",
        "on_hand = -float(text) if text else 0",
        "quantity, lot = 2.5, 'A'",
        "total_minor /= 3",
        "total_minor *= 1.1",
        "pay(price_minor=total / 3)",
        "row = {'price_minor': 1.5}",
        "row['price_minor'] = total / 3",
        "if (held := total / 2): pass",
        "prices_minor_by = 0\ntotal_minor = sum(price / 2 for price in prices)",
        "import numpy as np\nweights_g = weights.astype(np.float64)\nweight_g = weights.astype(float)",
        "wait_seconds: float = 3",
        "volume_mm3 = 2.0",
    ],
)
def test_a_float_under_an_exact_name_is_caught(text: str) -> None:
    assert list(inexact(planted(text)))


@pytest.mark.parametrize(
    "text",
    [
        "price_minor: int = 150",
        "share_ppm = part * 1_000_000 // whole",
        "weight_g = tariff.weigh(parcel, spread=0.1)",
        "probability = part / whole",
        "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)",
        "heading: float = 1.0",
        "quantity = 3 if share > 0.5 else 2",
    ],
)
def test_whole_numbers_and_honest_floats_are_let_through(text: str) -> None:
    assert not list(inexact(planted(text, "promising/mass.py")))


@pytest.mark.parametrize(
    "text",
    [
        "half = total / 2",
        "total /= 2",
        "folder = 1\nhalf = folder / other",
        "def split(name, of):\n    return name / of / 3",
        "import operator\nhalf = operator.truediv(3, 2)",
    ],
)
def test_a_true_division_is_caught(text: str) -> None:
    assert list(divisions(planted(text)))


@pytest.mark.parametrize(
    "text",
    [
        "half, rest = divmod(total, 2)",
        "log = folder / 'server.log'",
        "copy = folder / PACKAGE / f'{name}.lock'",
        "PACKAGE = 'server'\ncopy = folder / PACKAGE / install.name",
        "LIBRARIES = Path('lib')\ncopy = folder / LIBRARIES",
    ],
)
def test_whole_division_and_paths_are_let_through(text: str) -> None:
    assert not list(divisions(planted(text)))


@pytest.mark.parametrize("text", ["half = 0.5", "def f(x: float) -> int: ...", "import numpy as np\nkind = np.float32"])
def test_any_float_in_an_exact_room_is_caught(text: str) -> None:
    assert list(floats(planted(text, "terms/money.py")))


@pytest.mark.parametrize(
    "text",
    [
        "import sqlalchemy as sa\nprice = sa.Column('price', sa.Float)",
        "from sqlalchemy import Column, Numeric\nprice = Column('price', Numeric(10, 2))",
        "from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION\nprice = DOUBLE_PRECISION()",
        "from sqlalchemy import text\nq = text('SELECT sum(price_minor)::float8')",
        "from sqlalchemy import text\nq = text('SELECT CAST(price AS double precision)')",
    ],
)
def test_a_float_in_the_database_is_caught(text: str) -> None:
    assert list(float_columns(planted(text, "storage/tables.py")))
