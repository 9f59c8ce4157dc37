"""The lexicon as data: readable by a clinician, refused where it is wrong; and the phrase language."""

from pathlib import Path

import pytest
import yaml

from nudges import vocabulary
from nudges.phrases import Grammar, PhraseError, compiled
from nudges.replies import Intent
from nudges.vocabulary import LexiconError, lexicon

FOLDER = Path(vocabulary.__file__).parent / "lexicon"


def grammar() -> Grammar:
    return Grammar({"wish": ["want to", "hope to"]}, lambda word: (word,))


def holds(phrase: str, text: str) -> bool:
    return compiled(grammar().phrase(phrase).pattern).search(f" . {text} . ") is not None


def test_every_entry_says_why_it_is_there_and_is_named_once() -> None:
    names = [entry.name for entry in lexicon().entries]
    assert len(set(names)) == len(names)
    assert all(len(entry.reason.split()) >= 3 for entry in lexicon().entries)


def test_every_entry_stands_for_an_intent_or_is_covered() -> None:
    known = {str(intent) for intent in Intent} | {"figure", "denial"}
    for entry in lexicon().entries:
        assert entry.intent in known
        assert entry.about in (
            {"self", "other", "either"} if entry.intent == "crisis" else {None, "self", "other"}
        )


def test_every_intent_but_unclear_has_entries() -> None:
    assert {entry.intent for entry in lexicon().entries} >= {str(intent) for intent in Intent}


def test_no_word_of_the_lexicon_was_read_as_true_or_false() -> None:
    for file in FOLDER.glob("*.yaml"):
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        if isinstance(rows, list):
            for row in rows:
                for how in ("whole", "clause", "phrases", "unless", "not_in"):
                    assert all(isinstance(text, (str, int)) and text is not True for text in row.get(how, ()))


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("<wish> rest", "i want to rest", True),
        ("<wish> rest", "i want rest", False),
        ("(not|never) sleep", "i never sleep", True),
        ("very? tired", "so tired", True),
        ("call ... back", "call me right back", True),
        ("call ... back", "call me . he came back", False),
        ("he .. dies", "he fears that i dies", False),
        ("^ tired", "so tired", False),
        ("tired $", "so tired", True),
        ("room <n>", "in room 12b", True),
    ],
)
def test_a_phrase_matches_what_it_says(phrase: str, text: str, found: bool) -> None:
    assert holds(phrase, text) is found


@pytest.mark.parametrize("phrase", ["(open", "a [b]", "<nobody> here", "very?", "...", "? a", "a) b"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        grammar().phrase(phrase)


def test_an_entry_with_a_wrong_key_is_refused_by_file_and_name() -> None:
    with pytest.raises(LexiconError, match=r"odd\.yaml.*'x'.*phrase"):
        vocabulary._entry(
            "odd.yaml", {"name": "x", "intent": "stop", "reason": "y", "phrase": ["z"]}, grammar()
        )
