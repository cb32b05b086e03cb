"""Each `*.txt` beside this file is a day in the corner shop, told in sentences, and ends with everything being well."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.terms.clock import FalseClock
from doorstep.twin.faults import FaultPlan
from tests.corner_shop import all_is_well, open_shop
from tests.scenarios.sentences import Sentence, Story, UnknownSentenceError, faults_of, sentences_of, step_for, unsaid

SCENARIOS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_the_shop_does_what_the_scenario_says(scenario: Path, shop_url: str, clock: FalseClock) -> None:
    sentences = sentences_of(scenario.read_text(encoding="utf-8"))
    steps = [(sentence, *step_for(sentence)) for sentence in sentences]
    with open_shop(shop_url, clock, FaultPlan(script=tuple(faults_of(sentences)))) as shop:
        story = Story(shop)
        for sentence, step, said in steps:
            try:
                step(story, *said)
            except AssertionError as wrong:
                raise AssertionError(f"{scenario.name}:{sentence.line}: {sentence.text}") from wrong
        all_is_well(shop.store)


@pytest.mark.parametrize(
    "text",
    [
        "ada orders some MUG",
        "ada orders 2 mugs",
        "the promise is kept",
        "5 minutes",
        "the packer packs well",
        "all is well",
    ],
)
def test_a_sentence_nobody_taught_the_runner_fails(text: str) -> None:
    with pytest.raises(UnknownSentenceError, match="line 3"):
        step_for(Sentence(3, text))


def test_a_sentence_that_is_not_true_fails(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock) as shop:
        story = Story(shop)
        for text in ("ada orders 2 MUG to New York", "8 MUG are free"):
            step, said = step_for(Sentence(1, text))
            step(story, *said)
        step, said = step_for(Sentence(1, "the promise is 1 to 2 March"))
        with pytest.raises(AssertionError):
            step(story, *said)


def test_a_title_comments_and_empty_lines_say_nothing() -> None:
    assert sentences_of("A title\n\n# why\n  the packer packs\n") == [Sentence(4, "the packer packs")]


def test_every_sentence_that_the_runner_knows_is_said_in_some_scenario() -> None:
    said = [sentence for path in SCENARIOS for sentence in sentences_of(path.read_text(encoding="utf-8"))]
    assert unsaid(said) == []
