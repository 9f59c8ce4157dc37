"""English, Spanish and French: no text is missing in a catalog, and each fits where the English one does."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from config.program import load_program_file
from nudges import agreements
from nudges.kinds import policy_of
from nudges.languages import LANGUAGES, SOURCE, catalog, preferred, translator
from nudges.proofs import wording_faults
from nudges.segments import forcing, size
from nudges.spoken import fields_in, phrase, wording_in
from nudges.texts import MARK, UNREAD, render
from scripts.program import load_program
from web.application_form import WHY
from web.views_own_data import LABELS
from web.visibility import TABLE, VIEWERS

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
OTHERS = sorted(set(LANGUAGES) - {SOURCE})
PROGRAM = load_program()
# What members read in English whatever their language, and why.
NOT_TRANSLATED = dict.fromkeys(
    ("crisis_self", "crisis_self_unattended", "crisis_other", "crisis_other_unattended", "crisis_acknowledged",
     "crisis_waiting", "crisis_taken_back", "crisis_unreached", "crisis_false_alarm"),
    "a wrong word in an answer to a crisis harms: it waits for a clinician who speaks the language",
)  # fmt: skip


def to_members(kinds: Mapping[str, object]) -> set[str]:
    return {kind for kind in kinds if not policy_of(kind).to_staff} - NOT_TRANSLATED.keys()


def on_pages() -> set[str]:
    found = {*agreements.LIMITS, agreements.UNDERSTOOD, agreements.BY_TEXT, agreements.BY_MAIL}
    found |= (
        {*VIEWERS, *WHY.values()} | {row.what for row in TABLE} | {s for row in TABLE for s in row.seen if s}
    )
    found |= set(LABELS)
    for path in (TEMPLATES / "member").glob("*.html"):
        for _, message, _, _ in extract_from_file(
            "jinja2.ext:babel_extract", path, options={"trimmed": "true"}
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def in_messages() -> set[str]:
    wording = PROGRAM.wording
    found = {prompt for prompts in PROGRAM.prompts.values() for prompt in prompts}
    found |= {
        wording.mail_footer,
        load_program_file(None).file.wording.unmonitored,
        UNREAD,
        *PROGRAM.unit_messages,
    }
    found |= {wording.sms[kind] for kind in to_members(wording.sms)}
    for kind in to_members(wording.mail):
        found |= {wording.mail[kind].subject, wording.mail[kind].body}
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing(language: str) -> None:
    known = catalog(language)
    missing = sorted(text for text in on_pages() | in_messages() if text not in known)
    assert missing == [], f"add to nudges/locale/{language}.po: {missing}"


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_has_the_marks_of_the_english_one(language: str) -> None:
    for english, other in catalog(language).items():
        for marks in (MARK, re.compile(r"%\(\w+\)s"), re.compile(r"</?[ab]\b")):
            assert sorted(marks.findall(english)) == sorted(marks.findall(other)), english


@pytest.mark.parametrize("language", OTHERS)
def test_no_sms_takes_more_than_two_segments_or_another_alphabet(language: str) -> None:
    spoken = wording_in(PROGRAM.wording, language)
    known = fields_in(PROGRAM.fields(), language)
    assert wording_faults(spoken, known, PROGRAM.kinds()) == []
    for kind in to_members(spoken.sms):
        assert forcing(spoken.sms[kind]) is None, kind


@pytest.mark.parametrize("language", OTHERS)
def test_a_nudge_is_in_the_members_language_with_the_crisis_line(language: str) -> None:
    fields = PROGRAM.fields() | {
        "name": "Ana",
        "buddy": "your buddy",
        "link": "https://x.example/s/" + "x" * 22,
    }
    values = fields_in(fields, language)
    text = render("weekly", "sms", wording_in(PROGRAM.wording, language), values).body
    assert {"es": "hora de hablar con su", "fr": "parlez avec votre"}[language] in text
    assert "988" in text
    assert "STOP" in text
    assert size(text).segments <= 2


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_not_translated_is_a_member_text_that_stays_in_english(language: str) -> None:
    spoken = wording_in(PROGRAM.wording, language)
    for kind in NOT_TRANSLATED:
        assert not policy_of(kind).to_staff
        assert spoken.sms[kind] == PROGRAM.wording.sms[kind]
        assert spoken.mail[kind] == PROGRAM.wording.mail[kind]


def test_phrases_are_said_word_by_word() -> None:
    assert phrase("on Wed Nov 25", "es") == "el mié Nov 25"
    assert phrase("call or text 988", "fr") == "appelez le ou écrivez au 988"
    assert phrase("on Wed Nov 25", "en") == "on Wed Nov 25"
    assert phrase("once a month", "es") == "una vez al mes"


def test_a_browser_gets_the_first_of_its_languages_that_we_have() -> None:
    assert preferred("de-CH, fr;q=0.8, en;q=0.5", "en") == "fr"
    assert preferred("", "es") == "es"
    assert preferred("de", "xx") == "en"
    assert translator("de")("Save") == "Save"
