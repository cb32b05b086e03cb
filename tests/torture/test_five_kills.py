"""Five deaths by signal 9 at random moments, on a real PostgreSQL that syncs: nothing acknowledged is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.shell import SMALL, torture

SEED = 20_260_302


@pytest.mark.slow
def test_five_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    ran = torture(tmp_path / "figures.json", "--seed", str(SEED), "--kills", "5", *SMALL)
    print(f"seed {SEED}: {ran.figures}")
    assert not ran.figures["violations"], f"{ran.violations}\nAgain: {ran.figures['replay']}"
    assert ran.code == 0, ran.said
    assert sum(ran.figures["kills"].values()) == 5
    assert len(ran.figures["kills"]) == 5, "five kinds of death"
    assert ran.figures["acknowledged"] > 50
    assert ran.figures["facts"] == ran.figures["sealed"]


@pytest.mark.slow
def test_an_answer_before_its_commit_is_noticed(tmp_path: Path) -> None:
    """The torture can fail: here the office answers first and commits afterwards, and dies in between."""
    ran = torture(tmp_path / "figures.json", "--seed", "3", "--kills", "18", "--mutant", "ack_before_commit", *SMALL)
    assert ran.code == 1, ran.said
    assert "is lost" in ran.violations or "and now" in ran.violations, ran.violations
    assert ran.figures["replay"] == "./run torture --seed 3 --kills 18 --mutant ack_before_commit --shop corner_shop"
    assert ran.figures["replay"] in ran.said.replace("\n", "")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thirty_kills_lose_nothing_and_meet_every_trouble(tmp_path: Path) -> None:
    ran = torture(tmp_path / "figures.json", "--seed", "30", "--kills", "30", patience_s=590)
    assert not ran.figures["violations"], f"{ran.violations}\nAgain: {ran.figures['replay']}"
    assert ran.code == 0, ran.said
    assert not {"PickedShort", "Delivered", "OrderCancelled", "LabelVoided"} & set(ran.figures["unreached"])
    assert ran.figures["asked_again"] > 0, "nobody was ever in the middle of anything"
