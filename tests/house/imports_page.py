"""Writes the tables of kinds and fields in docs/imports.md anew from their declarations."""

from __future__ import annotations

from doorstep.intake.tables.kinds import KINDS, Kind
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "imports.md"
COMMAND = ".venv/bin/python -m tests.house.imports_page"
BEGIN, END = "<!-- fields: begin -->\n", "<!-- fields: end -->\n"
HOW = {
    "id": "name",
    "site_id": "name",
    "text": "text",
    "phone": "text",
    "whole": "whole number",
    "whole1": "whole number from 1",
    "money": "amount",
    "length": "length",
    "weight": "weight",
    "day": "day",
    "instant": "time",
    "noon": "time",
    "yes_no": "yes or no",
    "site_kind": "own, store, 3pl or vendor",
    "tracking": "word",
    "preference": "word",
    "ended": "word",
    "country": "country",
    "zone": "time zone",
    "wall_time": "time of day",
    "weekdays": "weekdays",
    "several": "names",
    "sides": "length, width, height",
    "parts": "parts",
    "per_cent": "per cent",
    "latitude": "degrees",
    "longitude": "degrees",
}


def section(kind: Kind) -> str:
    rows = [
        f"| `{field.name}`{' *' if field.needed else ''} | {HOW[field.reads]} | {field.says} |" for field in kind.fields
    ]
    return "\n".join([f"### {kind.name}: {kind.says}", "", "| field | is | |", "| --- | --- | --- |", *rows, ""])


def fields() -> str:
    """The part of the page that is made."""
    return "\n".join(section(kind) for kind in KINDS.values())


def page(now: str) -> str:
    """The whole page with its made part anew."""
    before, _, rest = now.partition(BEGIN)
    return before + BEGIN + fields() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
