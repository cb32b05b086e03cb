"""Code 128 and GS1-128: a text as the widths of bars and spaces, in modules.

Source: ISO/IEC 15417 (patterns, start and shift characters, check character); GS1 General Specifications 5.4 (FNC1
after the start, and after each element of no fixed length that another follows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
_FNC1, _TO_B, _TO_C, _START_B, _START_C, _STOP = 102, 100, 99, 104, 105, 106
QUIET_MODULES = 10
SEPARATOR = "\x1d"

# Elements of fixed length by their application identifier; the others end at FNC1 or at the symbol's end.
_FIXED = frozenset({"00", "01", "02", "410", "413"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode: widths of bars and spaces by turns, a bar first, and what stands under it for people."""

    widths: tuple[int, ...]
    says: str

    @property
    def modules(self) -> int:
        """How wide it is without its quiet zones."""
        return sum(self.widths)


def gs1_128(elements: Sequence[tuple[str, str]]) -> Symbol:
    """The symbol of (application identifier, value) pairs; ValueError for what it cannot hold."""
    text = ""
    for place, (identifier, value) in enumerate(elements, 1):
        open_ended = identifier not in _FIXED and place < len(elements)
        text += identifier + value + (SEPARATOR if open_ended else "")
    says = "".join(f"({identifier}){value}" for identifier, value in elements)
    return Symbol(_widths(_values(SEPARATOR + text)), says)


def code_128(text: str) -> Symbol:
    """The symbol of a text of printable ASCII; ValueError for any other."""
    return Symbol(_widths(_values(text)), text)


def _values(text: str) -> list[int]:
    """Character values with their start: set C for runs of digits where it is shorter, else B."""
    leading = text.startswith(SEPARATOR)
    body = text[1:] if leading else text
    in_c = _pairs(body, 0) >= 2 or (len(body) == 2 and body.isdigit())
    values = [_START_C if in_c else _START_B, *([_FNC1] if leading else [])]
    place = 0
    while place < len(body):
        letter = body[place]
        digits = _pairs(body, place)
        if letter == SEPARATOR:
            values.append(_FNC1)
            place += 1
        elif in_c and digits:
            values.append(int(body[place : place + 2]))
            place += 2
        elif in_c:
            values.append(_TO_B)
            in_c = False
        elif digits >= 3 and _run(body, place) % 2 == 0:
            values.append(_TO_C)
            in_c = True
        elif " " <= letter <= "~":
            values.append(ord(letter) - 32)
            place += 1
        else:
            raise ValueError(f"{letter!r} has no place in a Code 128 symbol")
    if not body:
        raise ValueError("a barcode of nothing")
    return values


def _run(text: str, place: int) -> int:
    end = place
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return end - place


def _pairs(text: str, place: int) -> int:
    return _run(text, place) // 2


def _widths(values: Sequence[int]) -> tuple[int, ...]:
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    return tuple(int(width) for value in (*values, check, _STOP) for width in _PATTERNS[value])
