"""The ways between the steps of the process as it is designed."""

from __future__ import annotations

# The ways between the steps: as it should go, and the ways back that are foreseen.
WAYS: tuple[tuple[str, str], ...] = (
    ("promise", "clear"),
    ("promise", "plan"),
    ("clear", "plan"),
    ("plan", "release"),
    ("release", "pick"),
    ("release", "answer"),
    ("answer", "pick"),
    ("pick", "pack"),
    ("pack", "ask_label"),
    ("ask_label", "buy_label"),
    ("buy_label", "hand_over"),
    ("hand_over", "first_scan"),
    ("first_scan", "transit"),
    ("transit", "transit"),
    ("transit", "deliver"),
    ("deliver", "score"),
    ("score", "improve"),
)
WAYS_BACK: tuple[tuple[str, str], ...] = (
    ("pick", "plan"),
    ("plan", "replan"),
    ("plan", "pack"),
    ("plan", "ask_label"),
    ("buy_label", "ask_label"),
    ("change", "plan"),
    ("change", "take_back"),
    ("take_back", "plan"),
    ("take_back", "pack"),
    ("change", "void_label"),
    ("void_label", "ask_label"),
    ("transit", "astray"),
    ("astray", "score"),
    ("transit", "score"),
    ("score", "score"),
)
# The customer may come at any time, and then work is taken back: every way into and out of these is foreseen.
ANYWHERE = frozenset({"change", "take_back"})


def is_designed(before: str, after: str) -> bool:
    """Whether work may pass from one step to the other by the design."""
    way = (before, after)
    return bool(ANYWHERE & {before, after}) or way in WAYS or way in WAYS_BACK
