"""The last net: what words add up to, and that the table is the one our texts give."""

import math
from random import Random

import pytest

from nudges.replies import About, Intent, understand
from nudges.vocabulary import lexicon
from nudges.weights import ALWAYS, ENOUGH, LONGEST, fitted, signs, total
from tests.nudges.weigh import TABLE, counted

DANGER, LUNCH = ("the bridge", True), ("the lunch", False)


def test_the_table_is_what_our_texts_teach() -> None:
    table, fresh = lexicon().weights, counted()
    moved = {sign for sign in table.keys() | fresh.keys() if abs(table.get(sign, 0) - fresh.get(sign, 0)) > 1}
    assert len(moved) < 0.05 * len(table), "run tests/nudges/weigh.py"


def test_the_table_can_be_read_on_a_page() -> None:
    assert max(map(len, TABLE.read_text(encoding="utf-8").splitlines())) <= 120


def test_a_word_weighs_how_much_it_speaks_for_danger() -> None:
    table = fitted([DANGER, LUNCH] * 20, Random(1))
    assert table["bridge"] > 0 > table["lunch"]
    assert abs(table.get("the", 0)) < table["bridge"]


def test_the_same_texts_and_draw_teach_the_same() -> None:
    assert fitted([DANGER, LUNCH] * 5, Random(1)) == fitted([DANGER, LUNCH] * 5, Random(1))


def test_a_word_that_stood_in_one_text_only_weighs_nothing() -> None:
    assert "once" not in fitted([("once", True), ("other", False), ("other", False)], Random(1))


def test_what_a_figure_of_speech_covered_does_not_count() -> None:
    assert signs("this ____ kills 3 days") == {
        "this",
        "kills",
        "<n>",
        "days",
        "kills <n>",
        "<n> days",
    }


def test_a_text_begins_with_what_is_always_added() -> None:
    assert total("end now", {ALWAYS: -2.0, "end": 5.0, "now": 0.5, "end now": 1.0}) == 4.5


def test_a_long_text_is_not_judged_by_its_single_words() -> None:
    weights = {"end": 5.0}
    assert total("end", weights) > ENOUGH
    assert total("end " * (LONGEST + 1), weights) == -math.inf


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("standing on the platform thinking about the train", About.SELF),
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


@pytest.mark.parametrize(
    "text",
    [
        "ready for bed",
        "I can't do mornings",
        "my car died in the garage",
        "I'm so tired of prior auths",
        "I'm going to bed, goodnight",
        "thinking about lunch",
        "took my vitamins",
        "stuck on the bridge, traffic",
        "I give up on this printer",
        "life is good",
    ],
)
def test_ordinary_talk_pages_nobody(text: str) -> None:
    assert understand(text).intent is not Intent.CRISIS
