"""The last net: what words add up to, and that the table is the one our texts give."""

import pytest

from nudges.replies import About, Intent, understand
from nudges.vocabulary import lexicon
from nudges.weights import ENOUGH, LONGEST, signs, total, weighed
from tests.nudges.weigh import counted


def test_the_table_is_what_counting_our_texts_gives() -> None:
    table, fresh = lexicon().weights, counted()
    moved = {sign for sign in table.keys() | fresh.keys() if abs(table.get(sign, 0) - fresh.get(sign, 0)) > 1}
    assert len(moved) < 0.05 * len(table), "run tests/nudges/weigh.py"


def test_a_word_weighs_how_much_oftener_it_stands_in_danger() -> None:
    table = weighed([("the bridge", True), ("the bridge", True), ("the lunch", False), ("the lunch", False)])
    assert table["bridge"] > 0 > table["lunch"]
    assert "the" not in table


def test_a_word_that_stood_in_one_text_only_weighs_nothing() -> None:
    assert "once" not in weighed([("once", True), ("other", False), ("other", False)])


def test_what_a_figure_of_speech_covered_does_not_count() -> None:
    assert signs("this ____ kills 3 days") == {
        "this",
        "kills",
        "<n>",
        "days",
        "this kills",
        "kills <n>",
        "<n> days",
    }


def test_a_long_text_is_not_judged_by_its_single_words() -> None:
    weights = {"end": 5.0}
    assert total("end", weights) > ENOUGH
    assert total("end " * (LONGEST + 1), weights) == 0


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("maybe the next car won't stop and that'd be ok", About.SELF),
        ("it would be so quiet if I was gone", About.SELF),
        ("she has stopped her insulin and says she doesn't care", About.OTHER),
    ],
)
def test_danger_without_a_known_phrase_is_found_and_ranked_below_one_with_it(text: str, about: About) -> None:
    found = understand(text)
    assert (found.intent, found.about, found.matched) == (Intent.CRISIS, about, "words that add up")
    assert found.confidence < understand("I want to die").confidence


@pytest.mark.parametrize(
    "text", ["STOP", "1", "red", "I don't want to receive these anymore", "not suicidal"]
)
def test_a_plain_answer_a_stop_or_a_denial_is_not_weighed(text: str) -> None:
    assert understand(text).matched != "words that add up"
