"""Setting type: which way a line runs, which glyphs it takes, how wide it is, where it is broken.

Sources: UAX 9 for the order of right-to-left text (python-bidi's levels), HarfBuzz for the shapes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb
from bidi import algorithm as bidi

from doorstep.papers.faces import Face, Faces, Piece, Unprintable, pieces

_COMMON = frozenset({"DIGIT", "SPACE", "COMMA", "FULL", "HYPHEN-MINUS", "SOLIDUS", "COMBINING"})
_WIDE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH"})


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph where it stands: all in units of its face's em, from the end of the glyph before. `says` is its text."""

    glyph_id: int
    advance: int
    right: int
    up: int
    says: str


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Glyphs of one face from left to right. One run equals itself alone: comparing glyphs would take longer."""

    face: Face
    glyphs: tuple[Glyph, ...]

    @property
    def ems(self) -> float:
        """Its width in sizes of its type."""
        return sum(glyph.advance for glyph in self.glyphs) / self.face.units_per_em


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is seen, its runs from left to right. `leftwards` where it is read from the right."""

    runs: tuple[Run, ...]
    ems: float
    leftwards: bool
    missing: tuple[Unprintable, ...]
    says: str


@lru_cache(maxsize=8192)
def set_line(text: str, faces: Faces, bold: bool = False, country: str = "") -> Line:
    """One line of text, however wide it becomes."""
    cut, missing = pieces(text, faces, bold, country)
    says = "".join(piece.text for piece in cut)
    levels, base = _levels(says)
    spans = _spans(cut, levels)
    runs = tuple(_shape(part, face, level) for part, face, level in _as_seen(spans))
    return Line(runs, sum(run.ems for run in runs), base % 2 == 1, missing, says)


def _levels(text: str) -> tuple[list[int], int]:
    """The embedding level of each letter, and of the line."""
    if not any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text):
        return [0] * len(text), 0
    storage = bidi.get_empty_storage()
    base = bidi.get_base_level(text)
    storage["base_level"], storage["base_dir"] = base, ("L", "R")[base]
    bidi.get_embedding_levels(text, storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    levels = [int(told["level"]) for told in storage["chars"]]
    if len(levels) != len(text):
        raise ValueError("a sign of direction was left in the text")
    return levels, base


def _spans(cut: Sequence[Piece], levels: Sequence[int]) -> list[tuple[str, Face, int]]:
    """The text in parts of one face, one script and one level, as it is read."""
    spans: list[tuple[str, Face, int, str]] = []
    place = 0
    for piece in cut:
        for letter in piece.text:
            script, level = _script(letter), levels[place]
            place += 1
            if spans:
                said, face, before, its = spans[-1]
                if face is piece.face and level == before and (not script or not its or script == its):
                    spans[-1] = (said + letter, face, level, its or script)
                    continue
            spans.append((letter, piece.face, level, script))
    return [(said, face, level) for said, face, level, _ in spans]


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The script a letter is of, '' for what every script uses."""
    if not letter.isalpha() and not unicodedata.category(letter).startswith("M"):
        return ""
    first = unicodedata.name(letter, "?").split()[0]
    return "" if first in _COMMON else "CJK" if first in _WIDE else first


def _as_seen(spans: list[tuple[str, Face, int]]) -> list[tuple[str, Face, int]]:
    """Rule L2: from the highest level down, turn round what stands together at that level or above."""
    seen = list(spans)
    for level in range(max((span[2] for span in seen), default=0), 0, -1):
        start = 0
        while start < len(seen):
            end = start
            while end < len(seen) and seen[end][2] >= level:
                end += 1
            seen[start:end] = reversed(seen[start:end])
            start = max(end, start + 1)
    return seen


@lru_cache(maxsize=8192)
def _shape(text: str, face: Face, level: int) -> Run:
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    hb.shape(face.hb_font, buffer, {"liga": False, "dlig": False, "clig": True})
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    starts = sorted({info.cluster for info in infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    told: set[int] = set()
    glyphs = []
    for info, position in zip(infos, positions, strict=True):
        # Where several glyphs make one letter, the first says it; the others say nothing that is seen.
        says = "\u200b" if info.cluster in told else text[info.cluster : ends[info.cluster]]
        told.add(info.cluster)
        glyphs.append(Glyph(info.codepoint, position.x_advance, position.x_offset, position.y_offset, says))
    return Run(face, tuple(glyphs))


def wrap(text: str, faces: Faces, ems: float, bold: bool = False, country: str = "") -> list[str]:
    """The text in lines of at most so many sizes of type: broken at spaces, within a word only where it must be."""
    whole = text.strip()
    if set_line(whole, faces, bold, country).ems <= ems:
        return [whole] if whole else []
    lines: list[str] = []
    line = ""
    for word in _words(text):
        longer = line + word
        if set_line(longer.strip(), faces, bold, country).ems <= ems:
            line = longer
            continue
        if line.strip():
            lines.append(line.strip())
        line = word
        while set_line(line.strip(), faces, bold, country).ems > ems:
            line = line.lstrip()
            fits = _fitting(line, faces, ems, bold, country)
            lines.append(line[:fits])
            line = line[fits:]
    if line.strip():
        lines.append(line.strip())
    return lines


def _words(text: str) -> list[str]:
    """What a line may be broken between: words with the space after them, and single Chinese or Japanese letters."""
    words: list[str] = []
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in ("W", "F") and _script(letter) != ""
        ended = not words or wide or words[-1].endswith((" ", "\t", "\n")) or _breaks_after(words[-1])
        if ended and not (words and letter == " "):
            words.append(letter)
        else:
            words[-1] += letter
    return words


def _breaks_after(word: str) -> bool:
    last = word[-1]
    return unicodedata.east_asian_width(last) == "W" and _script(last) != ""


def _fitting(text: str, faces: Faces, ems: float, bold: bool, country: str) -> int:
    """How many of its letters fit, at least one, no mark torn from its letter."""
    fits = 1
    for place in range(2, len(text) + 1):
        if set_line(text[:place], faces, bold, country).ems > ems:
            break
        fits = place
    while 1 < fits < len(text) and unicodedata.category(text[fits]).startswith("M"):
        fits -= 1
    return fits
