"""Properties are judged by what is true and never by how long an example took: said once, in tests/conftest.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from hypothesis import settings

from tests.house.source import Offence, Source, listed, nodes, planted, python_files, references


def own_deadlines(source: Source) -> Iterator[Offence]:
    named = {node for node, name in references(source.tree) if name == "hypothesis.settings"}
    for call in (node for node in nodes(source.tree) if isinstance(node, ast.Call)):
        if call.func in named and any(given.arg == "deadline" for given in call.keywords):
            yield Offence(source.file, call.lineno, "has a deadline of its own: tests/conftest.py says it for all")


def test_no_property_has_a_deadline() -> None:
    assert settings().deadline is None
    offences = [offence for source in python_files() for offence in own_deadlines(source)]
    assert not offences, listed(offences)


def test_a_property_with_a_deadline_of_its_own_is_caught() -> None:
    assert list(own_deadlines(planted("from hypothesis import settings\n@settings(deadline=200)\ndef test(): ...\n")))
    assert not list(own_deadlines(planted("desk.pay(deadline=200)\n")))
