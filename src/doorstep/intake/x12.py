"""X12 as it travels: its segments, each with the number it has in the file; separators are as the envelope says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ISA_LENGTH = 106  # its elements have fixed widths, so the three separators stand at fixed places


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: `number` counts from 1 in the file, `at(1)` is its first element, '' where it is left out."""

    number: int
    name: str
    elements: tuple[str, ...]

    def at(self, place: int) -> str:
        return self.elements[place - 1].strip() if place <= len(self.elements) else ""


def segments(text: str) -> tuple[Segment, ...]:
    """All segments of an interchange. ValueError where there is no whole ISA envelope at its beginning."""
    text = text.lstrip("\ufeff \r\n\t")
    if not text.startswith("ISA") or len(text) < _ISA_LENGTH:
        raise ValueError("an X12 file begins with an ISA segment of 106 characters")
    between, end = text[3], text[105]
    if between.isalnum() or end.isalnum():
        raise ValueError("the ISA segment is not 106 characters long: its separators are not where they belong")
    pieces = (piece.strip("\r\n") for piece in text.split(end))
    split = (piece.split(between) for piece in pieces if piece.strip())
    return tuple(Segment(number, of[0].strip(), tuple(of[1:])) for number, of in enumerate(split, 1))


def transactions(read: tuple[Segment, ...], kind: str) -> Iterator[tuple[Segment, ...]]:
    """The transaction sets of one kind ('210'), each from its ST to its SE, or to the next ST where that is missing."""
    within: list[Segment] = []
    for segment in read:
        if segment.name == "ST":
            if within:
                yield tuple(within)
            within = [segment] if segment.at(1) == kind else []
        elif within:
            within.append(segment)
            if segment.name == "SE":
                yield tuple(within)
                within = []
    if within:
        yield tuple(within)


def joined(read: Iterable[Segment]) -> str:
    """Segments as a file: one a line, elements as they were, the usual separators."""
    return "".join(f"{'*'.join((each.name, *each.elements))}~\n" for each in read)
