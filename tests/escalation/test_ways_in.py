"""What may be said of a case: a kind from the list, and one neutral sentence."""

import pytest

from escalation.outreach import Card, CardKind, cards_for, invitation
from escalation.ways_in import LONGEST_SENTENCE, BadSentence, Kind, Source, kind_of, kinds, sentence


def test_a_neutral_sentence_is_kept_as_it_is() -> None:
    said = sentence("  Was on the unit  when a patient died. ")
    assert (said.text, said.looks_clinical) == ("Was on the unit when a patient died.", ())


@pytest.mark.parametrize("text", ["x" * (LONGEST_SENTENCE + 1), "See event 2026-11-0042", "MRN 123 456 78"])
def test_too_long_a_sentence_or_the_number_of_a_record_is_refused(text: str) -> None:
    with pytest.raises(BadSentence):
        sentence(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Seems depressed since then", "depressed"),
        ("Takes 50 mg now", "50 mg"),
        ("F32.1 since May", "F32.1"),
        ("Talks of suicide", "suicide"),
    ],
)
def test_a_sentence_that_looks_clinical_is_let_through_with_a_warning(text: str, word: str) -> None:
    assert word in sentence(text).looks_clinical


def test_kinds_are_a_fixed_list() -> None:
    assert [kind for kind, _ in kinds()] == list(Kind)
    assert kind_of(" Death ") is Kind.DEATH
    with pytest.raises(BadSentence, match="use one of error, death"):
        kind_of("burnout")


def test_what_a_supporter_says_first_is_true_to_how_the_case_came_in() -> None:
    said = {source: invitation("Sam Ortiz", "Side by Side", source) for source in Source}
    assert "You asked us" in said[Source.SELF]
    assert "everybody who was there" in said[Source.EVENT]
    assert "You asked" not in said[Source.REFERRAL]
    assert all("shall I leave you in peace" in words and "{" not in words for words in said.values())


def test_cards_are_those_of_the_site_and_of_every_site() -> None:
    here = Card(kind=CardKind.COUNSELING, name="Main counseling", how="call 1", sites=("Main",))
    there = Card(kind=CardKind.COUNSELING, name="Other counseling", how="call 2", sites=("Riverside",))
    everywhere = Card(kind=CardKind.TIME_OFF, name="Time off", how="ask")
    assert cards_for([everywhere, there, here], ["main"]) == [here, everywhere]
