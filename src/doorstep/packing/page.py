"""Sheets to be printed, or opened on a phone: HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from doorstep.packing.why_left import in_words
from doorstep.terms.parcel import Placement, Unpackable

_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;color:#1c2733}table{border-collapse:collapse;width:100%}"
    ".wide{overflow-x:auto}@media(max-width:600px){body{margin:.8rem}th,td{padding:.3rem}}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #b9c2cc}td.n,th.n{text-align:right}"
    "section{break-after:page;margin-bottom:2rem}figure{display:inline-block;width:330px;max-width:100%;margin:.5rem}"
    "figure.whole{width:560px}figcaption{color:#5b6875}svg{width:100%}@page{margin:14mm}tr,figure{break-inside:avoid}"
)


def sides(unit: Placement) -> str:
    return " x ".join(map(str, unit.size))


def left_page(left: Sequence[Unpackable], names: Mapping[str, str]) -> Iterator[str]:
    if left:
        rows = [(names.get(no.ref, no.ref), str(no.quantity), in_words(no)) for no in left]
        yield f"<section><h2>Left behind</h2>{table(('What', 'Units', 'Because'), rows)}</section>"


def figure(svg: str, says: str, *, whole: bool = False) -> str:
    kind = ' class="whole"' if whole else ""
    return f"<figure{kind}>{svg}<figcaption>{escape(says)}</figcaption></figure>"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def document(title: str, pages: Sequence[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(pages)}</body></html>\n"
    )
