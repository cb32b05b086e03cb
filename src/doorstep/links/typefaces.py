"""The typefaces that were installed beside us: read once, handed on as values."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

FOLDER = ("static", "weblate_fonts", "kurinto", "ttf")
NAMES = ("", "SC", "TC", "JP", "KR")


@lru_cache(maxsize=1)
def typefaces() -> tuple[tuple[str, bool, bytes], ...]:
    """(name, bold, the file's bytes) of each: Kurinto Sans, under the SIL Open Font License."""
    folder = files("weblate_fonts").joinpath(*FOLDER)
    return tuple(
        (name, bold, folder.joinpath(f"KurintoSans{name}-{'Bd' if bold else 'Rg'}.ttf").read_bytes())
        for name in NAMES
        for bold in (False, True)
    )
