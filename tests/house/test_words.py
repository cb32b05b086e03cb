"""One word per thing and one spelling (DESIGN 9); nothing left undone, swallowed, or tied to one machine.

The words that this file forbids are put together here from halves, so that it keeps its own rules.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.house.source import (
    ROOT,
    Offence,
    Source,
    docstrings,
    dotted,
    files,
    functions,
    house_files,
    listed,
    nodes,
    planted,
    python_files,
)

SPELLINGS = {
    r"fulfil" + r"lments?": "fulfilment",
    r"cance" + r"l(ed|ing)": "cancelled, cancelling",
    r"labe" + r"l(ed|ing)": "labelled, labelling",
    r"trave" + r"l(ed|ing|er)": "travelled, travelling, traveller",
    r"cata" + r"logs?": "catalogue",
    r"beha" + r"viors?": "behaviour",
    r"neigh" + r"bors?": "neighbour",
    r"fav" + r"or(s|ed|ite)?": "favour",
    r"col" + r"or(s|ed|ing)?": "colour",
    r"cen" + r"ter(s|ed)?": "centre",
    r"gr" + r"ay": "grey",
}
STYLE_WORDS = {
    "colour",
    "centre",
    "grey",
}  # CSS and SVG spell these their own way: not looked for in texts of a program

SYNONYMS = {
    "warehouse" + "_id": "site_id",
    "product" + "_id": "item_id",
    "s" + "ku": "item_id",
    "q" + "ty": "quantity",
    "cour" + "ier": "carrier",
    "tracking" + "_no": "tracking_number",
    "package" + "_id": "sscc",
    "box" + "_id": "carton_id",
    "cut" + "off": "cut_off",
    "shipping" + "_method": "service",
    "delivery" + "_estimate": "eta",
    "back" + "log": "backorder, or the queue of a step",
}

_SYNONYM = re.compile(rf"(^|_)({'|'.join(SYNONYMS)})(s|_|$)")
_MISSPELLING = re.compile("|".join(SPELLINGS), re.I)  # of any kind: the few that have one are looked at again

UNDONE = re.compile(
    r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImpl" + r"emented\w*"]) + r")\b"
)
MACHINE = re.compile(
    r"(?<![\w.~>-])/(" + "|".join(["wo" + "rk", "ro" + "ot", "mn" + "t", "Us" + "ers"]) + r")/\w|[A-Z]:\\Us" + "ers"
)
REGISTRIES = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "py" + "pi.org",
            "files.python" + "hosted.org",
            "registry.npm" + "js.org",
            "crates" + ".io",
            "anaconda" + ".org",
            "proxy.golang" + ".org",
            "ruby" + "gems.org",
            "--index" + "-url",
            "--extra-index" + "-url",
        )
    )
)

MAY_SWALLOW: dict[str, str] = {
    "src/doorstep/flow/later.py:_outcome": "raised together after the other runs had their turn",
    "src/doorstep/flow/label_lane.py:Lane._tried": "that label's outcome, raised by its own run; the others keep on",
}  # file:function: why nothing may come out of it


def misspellings(file: str, words: Iterator[tuple[int, str]], *, style: bool = True) -> Iterator[Offence]:
    """Banned spellings in prose or names; `style=False` leaves the words of style sheets alone."""
    for line, text in words:
        if not _MISSPELLING.search(text):
            continue
        for pattern, right in SPELLINGS.items():
            if not style and right in STYLE_WORDS:
                continue
            if found := re.search(rf"(?<![A-Za-z]){pattern}(?![A-Za-z])", text, re.I):
                yield Offence(file, line, f"{found[0]!r}: we write {right}")


def synonyms(source: Source) -> Iterator[Offence]:
    """Names that the file gives, and for which the house has another word."""
    for line, name in names_given(source.tree):
        if found := _SYNONYM.search(name):
            yield Offence(source.file, line, f"{name}: our word is {SYNONYMS[found[2]]}")


def names_given(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that the file defines, in snake case: classes, functions, arguments, variables, attributes."""
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, _snake(node.name)
        elif isinstance(node, ast.arg):
            yield node.lineno, _snake(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, _snake(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, _snake(node.attr)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def spaced_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    return ((line, name.replace("_", " ")) for line, name in names_given(tree))


def prose(source: Source) -> Iterator[tuple[int, str]]:
    """What people read in a Python file: comments and docstrings."""
    for start, text in docstrings(source.tree):
        yield from ((start + number, line) for number, line in enumerate(text.splitlines()))
    lines = io.StringIO(source.text).readline
    for token in tokenize.generate_tokens(lines) if "#" in source.text else ():
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def messages(source: Source) -> Iterator[tuple[int, str]]:
    """Texts of more than one word in the program: what it says to people, or SQL."""
    for node in nodes(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, node.value


def document(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a Markdown file without code."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line)


def undone(file: str, text: str) -> Iterator[Offence]:
    """Marks of work left lying, paths of one machine, hosts of package registries."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := UNDONE.search(line):
            yield Offence(file, number, f"{found[0]}: do it, or write it where work is planned")
        if found := MACHINE.search(line):
            yield Offence(file, number, f"{found[0]}...: a path of one machine")
        if found := REGISTRIES.search(line):
            yield Offence(file, number, f"{found[0]}: where packages come from is the user's choice")


def swallowed(source: Source) -> Iterator[Offence]:
    """Handlers that catch everything and raise nothing: a bug would pass for an answer."""
    for node in nodes(source.tree):
        if isinstance(node, ast.ExceptHandler):
            raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            if node.type is None:
                yield Offence(source.file, node.lineno, "a bare except: name what may go wrong")
            elif _catches_all(node.type) and not raises and _function_of(source, node.lineno) not in MAY_SWALLOW:
                yield Offence(source.file, node.lineno, f"catches {ast.unparse(node.type)}, raises nothing")
        elif isinstance(node, ast.Call) and dotted(node.func)[-1:] == ["suppress"]:
            yield from (
                Offence(source.file, node.lineno, "suppresses every exception")
                for argument in node.args
                if _catches_all(argument)
            )


def _catches_all(named: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in ast.walk(named))


def _function_of(source: Source, line: int) -> str:
    """The function around a line, as MAY_SWALLOW names it: `src/doorstep/jobs/run.py:Worker.run`."""
    around = [
        (function.lineno, name)
        for name, function in functions(source.tree)
        if function.lineno <= line <= (function.end_lineno or 0)
    ]
    return f"{source.file}:{max(around)[1] if around else ''}"


def undocumented(source: Source) -> Iterator[Offence]:
    """Modules and public classes that do not say what they are."""
    if not ast.get_docstring(source.tree):
        yield Offence(source.file, 1, "the module does not say what it is")
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield Offence(source.file, node.lineno, f"class {node.name} does not say what it is")


def texts() -> Iterator[tuple[str, str]]:
    return ((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files())


def test_one_spelling_in_what_people_read() -> None:
    offences = [offence for source in python_files() for offence in misspellings(source.file, prose(source))]
    offences += [
        offence for file, text in texts() if file.endswith(".md") for offence in misspellings(file, document(text))
    ]
    assert not offences, listed(offences)


def test_one_spelling_in_names_and_messages() -> None:
    offences = [offence for source in house_files() for offence in misspellings(source.file, spaced_names(source.tree))]
    offences += [o for source in house_files() for o in misspellings(source.file, messages(source), style=False)]
    assert not offences, listed(offences)


def test_one_word_per_thing() -> None:
    offences = [offence for source in python_files() for offence in synonyms(source)]
    assert not offences, listed(offences)


def test_nothing_is_left_undone_or_tied_to_a_machine_or_a_registry() -> None:
    offences = [offence for file, text in texts() for offence in undone(file, text)]
    offences += [Offence(file, 0, "names this very folder") for file, text in texts() if f"{ROOT}/" in text]
    assert not offences, listed(offences)


def test_no_exception_is_swallowed() -> None:
    offences = [offence for source in python_files() for offence in swallowed(source)]
    assert not offences, listed(offences)


def test_every_module_and_public_class_says_what_it_is() -> None:
    offences = [offence for source in house_files() for offence in undocumented(source)]
    assert not offences, listed(offences)


@pytest.mark.parametrize(
    "text",
    [
        "'''One " + "fulfil" + "lment of an order.'''",
        "x = 1  # cance" + "led by the customer",
        "class A:\n    '''Its " + "beha" + "vior.'''",
        "def f() -> None:\n    '''Says\n\n    which col" + "or it has.'''",
    ],
)
def test_another_spelling_in_prose_is_caught(text: str) -> None:
    source = planted(text)
    assert list(misspellings(source.file, prose(source)))


def test_another_spelling_in_a_document_is_caught_but_not_in_its_code() -> None:
    wrong = "gr" + "ay"
    assert list(misspellings("docs/a.md", document(f"A {wrong} page.")))
    assert not list(misspellings("docs/a.md", document(f"Say `{wrong}`:\n```\nfill: {wrong}\n```\n")))


@pytest.mark.parametrize(
    "text", ["Fulfil" + "lmentLine = 1", "def cance" + "led_at() -> None: ...", "row_col" + "or = 1"]
)
def test_another_spelling_in_a_name_is_caught(text: str) -> None:
    assert list(misspellings("a.py", spaced_names(planted(text).tree)))


def test_another_spelling_in_a_message_is_caught_but_style_sheets_spell_as_they_do() -> None:
    assert list(misspellings("a.py", messages(planted("x = 'The order was cance" + "led.'")), style=False))
    assert not list(misspellings("a.py", messages(planted("x = 'col" + "or: red'")), style=False))


@pytest.mark.parametrize("name", sorted(SYNONYMS))
def test_another_word_for_a_thing_is_caught(name: str) -> None:
    assert list(synonyms(planted(f"def f({name}: str) -> None: ...")))
    assert list(synonyms(planted(f"row.{name} = 1")))
    assert list(synonyms(planted(f"class {name.title().replace('_', '')}s: ...")))


@pytest.mark.parametrize("name", ["cut_off", "catalogue", "quantity", "skull", "cancelled_at", "recolour"])
def test_our_own_words_are_let_through(name: str) -> None:
    source = planted(f"def {name}() -> None:\n    '''Says {name}.'''")
    assert not [
        *synonyms(source),
        *misspellings("a.py", spaced_names(source.tree)),
        *misspellings("a.py", prose(source)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# TO" + "DO: later",
        "FIX" + "ME",
        "raise NotImpl" + "ementedError",
        "path = '/wo" + "rk/main/var'",
        "cd /ro" + "ot/doorstep",
        "pip install --index" + "-url https://mirror/simple doorstep",
        "See https://py" + "pi.org/project/doorstep",
    ],
)
def test_undone_work_and_ties_to_a_machine_are_caught(text: str) -> None:
    assert list(undone("run", text))


@pytest.mark.parametrize(
    "text", ["mktemp -d doorstep.XXXX" + "XX", "a hackney carriage", "src/wo" + "rk/flow", "under /root is not"]
)
def test_innocent_lines_are_let_through(text: str) -> None:
    assert not list(undone("run", text))


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    go()\nexcept:\n    raise",
        "try:\n    go()\nexcept Exception:\n    pass",
        "try:\n    go()\nexcept (KeyError, BaseException) as error:\n    print(error)",
        "import contextlib\nwith contextlib.suppress(Exception):\n    go()",
    ],
)
def test_a_swallowed_exception_is_caught(text: str) -> None:
    assert list(swallowed(planted(text)))


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    go()\nexcept Exception as error:\n    raise Gone from error",
        "try:\n    go()\nexcept (KeyError, ValueError):\n    pass",
        "import contextlib\nwith contextlib.suppress(FileNotFoundError):\n    go()",
    ],
)
def test_a_named_or_raised_exception_is_let_through(text: str) -> None:
    assert not list(swallowed(planted(text)))


def test_a_silent_module_or_class_is_caught() -> None:
    assert [offence.line for offence in undocumented(planted("import re\nclass Box: ...\nclass _Own: ..."))] == [1, 2]
    assert not list(undocumented(planted("'''Boxes.'''\nclass Box:\n    '''A box.'''")))


def test_every_swallower_still_swallows() -> None:
    there = {f"{source.file}:{name}" for source in python_files() for name, _ in functions(source.tree)}
    gone = set(MAY_SWALLOW) - there
    assert not gone, f"take these off MAY_SWALLOW: {gone}"
