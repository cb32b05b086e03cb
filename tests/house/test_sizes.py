"""A file has one reason to be opened: at most 400 lines, functions 60 (DESIGN 2). What is longer may only shrink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.house.source import ROOT, Source, files, functions, listed, planted, python_files

TREES = ("src", "tests", "benchmarks")
FILE_LINES = 400
FILE_LINES_AT_ALL = 450
FUNCTION_LINES = 60

LONG_FILES: dict[str, int] = {}  # file: lines today
LONG_FUNCTIONS: dict[str, int] = {}  # file:function: lines today


def beyond(sizes: Mapping[str, int], limit: int, listed_today: Mapping[str, int]) -> Iterator[str]:
    """What is too long and not listed, has grown, or is listed with lines it no longer has."""
    for name, size in sizes.items():
        if name not in listed_today and size > limit:
            yield f"{name} has {size} lines, {size - limit} too many: split it by what it is opened for"
        elif size > listed_today.get(name, limit):
            yield f"{name} grew from {listed_today[name]} to {size} lines: what is too long may only shrink"
    for name, size in listed_today.items():
        now = sizes.get(name, 0)
        if now <= limit:
            yield f"{name} is no longer too long: take it off the list, well done"
        elif now < size:
            yield f"{name} shrank from {size} to {now} lines: write that into the list"


def file_sizes() -> dict[str, int]:
    ours = [path for path in files() if path.relative_to(ROOT).parts[0] in TREES]
    return {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in ours}


def function_sizes(source: Source) -> dict[str, int]:
    """Lines from `def` to the last of the body; a function inside another counts for both."""
    return {
        f"{source.file}:{name}": (function.end_lineno or function.lineno) - function.lineno + 1
        for name, function in functions(source.tree)
    }


def test_files_are_short_enough_to_be_read() -> None:
    offences = list(beyond(file_sizes(), FILE_LINES, LONG_FILES))
    assert not offences, listed(offences)


def test_no_file_is_ever_longer_than_450_lines() -> None:
    assert not list(beyond(file_sizes(), FILE_LINES_AT_ALL, {})), listed(beyond(file_sizes(), FILE_LINES_AT_ALL, {}))


def test_functions_are_short_enough_to_be_read() -> None:
    sizes = {name: size for source in python_files() for name, size in function_sizes(source).items()}
    offences = list(beyond(sizes, FUNCTION_LINES, LONG_FUNCTIONS))
    assert not offences, listed(offences)


@pytest.mark.parametrize(
    ("size", "listed_today", "told"),
    [
        (401, {}, "1 too many"),
        (410, {"a.py": 405}, "grew from 405 to 410"),
        (402, {"a.py": 405}, "shrank from 405 to 402"),
        (400, {"a.py": 405}, "no longer too long"),
    ],
)
def test_a_file_too_long_or_a_stale_list_is_told(size: int, listed_today: dict[str, int], told: str) -> None:
    (said,) = beyond({"a.py": size}, FILE_LINES, listed_today)
    assert told in said


@pytest.mark.parametrize(("size", "listed_today"), [(400, {}), (405, {"a.py": 405})])
def test_a_short_file_and_a_listed_one_are_let_through(size: int, listed_today: dict[str, int]) -> None:
    assert not list(beyond({"a.py": size}, FILE_LINES, listed_today))


def test_a_long_method_is_measured_under_its_name() -> None:
    body = "        self.x = 1\n" * FUNCTION_LINES
    sizes = function_sizes(planted(f"class Store:\n    def write(self) -> None:\n{body}"))
    assert sizes == {"src/doorstep/stock/offender.py:Store.write": FUNCTION_LINES + 1}
    assert list(beyond(sizes, FUNCTION_LINES, {}))
