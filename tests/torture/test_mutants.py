"""Campaign K, as far as deaths show it: faults planted in the program are noticed, each by the check that is for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.mutants import MUTANTS
from tests.torture.shell import SMALL, torture

# What is said of each, and how many kills it may take until it is.
NOTICED = {
    "ack_before_commit": ("is lost|and now", 30),
    "commit_without_waiting": ("is lost|and now", 12),
    "forget_replies": ("was ordered once|and now", 6),
    "no_label_index": ("The guard one_live_label is missing", 1),
    "label_again": ("live labels", 12),
    "new_reference": ("at the carrier", 12),
    "unsealed_for_ever": ("neither sealed", 12),
}


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_planted_fault_is_noticed(name: str, tmp_path: Path) -> None:
    words, kills = NOTICED[name]
    ran = torture(
        tmp_path / "figures.json", "--seed", "7", "--kills", str(kills), "--mutant", name, *SMALL, patience_s=390
    )
    assert ran.code == 1, ran.said
    assert any(word in ran.violations for word in words.split("|")), ran.violations
