"""Typefaces: which of them has a letter, and what is written where none has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb
from anyascii import anyascii

# What a country's own typeface writes Chinese characters like; elsewhere the simplified one comes first.
_HAN_ORDER = {"JP": "JP KR TC SC", "KR": "KR JP TC SC", "TW": "TC JP KR SC", "HK": "TC SC JP KR", "MO": "TC SC JP KR"}
_HAN_USUAL = "SC TC JP KR"
_JOINERS = "\u200c\u200d"


class Face:
    """One typeface in one weight, of the bytes of its file. `name` is '' for the common one, or SC, TC, JP, KR."""

    def __init__(self, name: str, bold: bool, content: bytes) -> None:
        self.name = name
        self.bold = bold
        self.hb_face = hb.Face(hb.Blob(content))
        self.hb_font = hb.Font(self.hb_face)
        self.units_per_em: int = self.hb_face.upem
        self._has: frozenset[int] = frozenset(self.hb_face.unicodes)

    def has(self, letter: str) -> bool:
        return ord(letter) in self._has


class Faces:
    """All typefaces of both weights."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._of = {(face.bold, face.name): face for face in faces}

    def in_order(self, bold: bool, country: str) -> tuple[Face, ...]:
        """The faces to look for a letter in: the common one, then those of Chinese characters, the country's first."""
        names = ("", *_HAN_ORDER.get(country, _HAN_USUAL).split())
        return tuple(self._of[bold, name] for name in names if (bold, name) in self._of)


@dataclass(frozen=True, slots=True)
class Unprintable:
    """A letter that no typeface here has, and what stands for it on the paper."""

    letter: str
    written: str

    def __str__(self) -> str:
        name = unicodedata.name(self.letter, "a character without a name")
        return f"U+{ord(self.letter):04X} ({name.lower()}) has no glyph here: '{self.written}' stands for it"


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive text of one face."""

    text: str
    face: Face


@lru_cache(maxsize=4096)
def pieces(text: str, faces: Faces, bold: bool, country: str) -> tuple[tuple[Piece, ...], tuple[Unprintable, ...]]:
    """The text cut by face, and the letters that had to be written otherwise: transliterated, or as code points."""
    order = faces.in_order(bold, country)
    common = order[0]
    if text.isascii() and text.isprintable():
        return (Piece(text, common),) if text else (), ()
    han = _one_for_all(text, order)
    cut: list[tuple[str, Face]] = []
    missing: dict[str, Unprintable] = {}
    for letter in _plain(text):
        before = cut[-1][1] if cut else None
        # A mark stays with its letter, and a sign between two Chinese letters in their face.
        stays = before if before is not None and _leans(letter) and before.has(letter) else None
        wide = unicodedata.east_asian_width(letter) in ("W", "F")
        candidates = (stays, *((han, common) if wide else (common, han)), *order[1:])
        face = next((face for face in candidates if face is not None and face.has(letter)), None)
        if face is None and letter in _JOINERS:
            continue
        if face is None:
            instead = missing.setdefault(letter, Unprintable(letter, _instead(letter)))
            cut += [(said, common) for said in instead.written]
        else:
            cut.append((letter, face))
    joined: list[Piece] = []
    for said, face in cut:
        if joined and joined[-1].face is face:
            joined[-1] = Piece(joined[-1].text + said, face)
        else:
            joined.append(Piece(said, face))
    return tuple(joined), tuple(missing.values())


def _plain(text: str) -> str:
    """The text in composed letters, without what commands a printer or a reader: controls, marks of direction."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        " " if unicodedata.category(letter) in ("Zs", "Zl", "Zp") or letter in "\t\n\r" else letter
        for letter in composed
        if letter in "\t\n\r" or letter in _JOINERS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )


def _leans(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter).startswith("M")


def _one_for_all(text: str, order: Sequence[Face]) -> Face | None:
    """The first face that has all the letters which the common one lacks, so that a name is in one hand."""
    lacking = {letter for letter in _plain(text) if unicodedata.east_asian_width(letter) in ("W", "F")}
    return next((face for face in order[1:] if lacking and all(face.has(letter) for letter in lacking)), None)


def _instead(letter: str) -> str:
    told = anyascii(letter).strip()
    if told.isprintable() and told:
        return told
    return "" if _leans(letter) else f"U+{ord(letter):04X}"
