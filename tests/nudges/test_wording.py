"""What messages say: rendered texts, the built-in wording, and what is found wrong before a start."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nudges.kinds import KINDS, policy_of
from nudges.proofs import wording_faults
from nudges.segments import size
from nudges.texts import MARKER, Mail, NoWording, Wording, render

_FILE = Path(__file__).parents[2] / "config" / "default_program.yaml"
_CADENCES = frozenset({"weekly", "monthly", "quarterly"})
_LINK = "https://pp.example.org/s/" + "x" * 22
_SHARED = {
    "program": "Prepaired", "buddy": "your buddy", "coordinator": "Ana Silva", "crisis": "988",
    "coordinator_phone": "+12025550140", "crisis_how": "call or text 988", "crisis_note": ", free, 24/7",
    "emergency": "911",    "role": "clinician", "minutes": "5",
}  # fmt: skip
_FIELDS = _SHARED | {
    "name": "Maximilianus", "buddies": "Zoë and João", "link": _LINK, "by": "by 2:30 PM on Wed Nov 25",
    "why": "on-call hours begin at 10:00 AM on Wed Nov 25",
    "responder": "Ben Okafor", "number": "1", "code": "314159", "words": "We are thinking of you.",
    "prompt": "How are you, really?", "reasons": "You both teach.",
    "contacts": "Zoë: +12025550141", "unsubscribe": "https://pp.example.org/unsubscribe/x",
    "listen": "https://pp.example.org/listen?lang=en",
}  # fmt: skip
_STAFF = {kind for kind in KINDS if policy_of(kind).to_staff}
_TO_MEMBERS = sorted((KINDS - _STAFF) | _CADENCES | {"reminder", "fortnightly"})
_CRISIS = sorted(kind for kind in KINDS if kind.startswith("crisis_"))


def _built_in() -> Wording:
    written = yaml.safe_load(_FILE.read_text())["wording"]
    mail = {kind: Mail(**mail) for kind, mail in written["mail"].items()}
    return Wording(sms=written["sms"], mail=mail, mail_footer=written["mail_footer"])


_WORDING = _built_in()


def _faults(wording: Wording) -> list[tuple[str, str, str]]:
    return [(f.medium, f.kind, f.why) for f in wording_faults(wording, _SHARED, _CADENCES)]


def _with_sms(**texts: str) -> Wording:
    return replace(_WORDING, sms={**_WORDING.sms, **texts})


def test_the_built_in_wording_has_no_fault() -> None:
    assert _faults(_WORDING) == []
    assert _faults(replace(_WORDING, unmonitored="Nobody reads this number.")) == []


@pytest.mark.parametrize("kind", sorted(_CADENCES))
def test_the_default_nudge_is_one_segment(kind: str) -> None:
    for buddy in ("your buddy", "your buddies"):
        text = render(kind, "sms", _WORDING, _FIELDS | {"buddy": buddy}).body
        assert size(text).segments == 1
        assert _LINK in text


@pytest.mark.parametrize("kind", _TO_MEMBERS)
def test_every_message_to_a_member_carries_the_crisis_line(kind: str) -> None:
    assert "988" in render(kind, "sms", _WORDING, _FIELDS).body
    assert "988" in render(kind, "email", _WORDING, _FIELDS).body


@pytest.mark.parametrize("kind", _TO_MEMBERS)
@pytest.mark.parametrize("first", [False, True])
def test_no_sms_takes_more_than_two_segments_whoever_reads_it(kind: str, first: bool) -> None:
    long = dict.fromkeys(("name", "buddies", "responder", "by"), "Wolfeschlegelsteinhausen " * 4)
    found = size(render(kind, "sms", _WORDING, _FIELDS | long, first=first).body)
    assert found.encoding == "GSM-7"
    assert found.segments <= 2


@pytest.mark.parametrize("kind", ["weekly", "introduction_neutral", "support_reminder", "help"])
def test_the_first_message_names_the_program_and_says_how_to_stop(kind: str) -> None:
    text = render(kind, "sms", _WORDING, _FIELDS, first=True).body
    assert "Prepaired" in text
    assert "STOP" in text


def test_the_neutral_introduction_names_no_buddy() -> None:
    for medium in ("sms", "email"):
        assert "Zo" not in render("introduction_neutral", medium, _WORDING, _FIELDS).body


@pytest.mark.parametrize("kind", _CRISIS)
@pytest.mark.parametrize("medium", ["sms", "email"])
def test_a_crisis_answer_is_honest_and_free_of_small_print(kind: str, medium: str) -> None:
    text = render(kind, medium, _WORDING, _FIELDS, first=True).body
    assert "911" in text
    assert "call or text 988" in text
    assert "STOP" not in text
    assert "unsubscribe" not in text
    promised = "alerting our on-call clinician" in text
    assert promised is (kind in ("crisis_self", "crisis_other"))
    if kind in ("crisis_self", "crisis_other"):
        assert "utomatic reply" in text.replace("\n", " ")
        assert "may not have read" in text
    if kind.endswith("_unattended"):
        assert re.search("nobody on our team is on call", text, re.IGNORECASE)
    if kind.startswith(("crisis_self", "crisis_other")):
        assert "Reply CALL" in text


@pytest.mark.parametrize("kind", sorted(_WORDING.mail))
def test_a_subject_tells_a_lock_screen_nothing(kind: str) -> None:
    subject = render(kind, "email", _WORDING, _FIELDS).subject
    assert subject.startswith("Prepaired: ")
    assert not re.search(r"988|911|crisis|suicid|distress|Maximilianus|\bhelp\b", subject, re.IGNORECASE)


def test_a_mail_begins_with_the_marker_and_keeps_its_marks_for_the_batch() -> None:
    text = render("weekly", "email", _WORDING, _FIELDS)
    assert text.template.startswith(MARKER + "\n\nHello {name},")
    assert "Maximilianus" not in text.template
    assert set(text.fields) == set(re.findall(r"\{([a-z_]+)\}", text.template))
    assert "4  I am worried about my buddy" in text.body
    assert text.body.rstrip().endswith(_FIELDS["unsubscribe"])


def test_names_are_transliterated_in_sms_and_kept_in_mail() -> None:
    assert "Zoe and Joao" in render("introduction", "sms", _WORDING, _FIELDS).body
    assert "Zoë and João" in render("introduction", "email", _WORDING, _FIELDS).body


@given(st.text(max_size=40))
def test_a_name_can_neither_be_a_mark_nor_force_ucs2(name: str) -> None:
    text = render("weekly", "sms", _WORDING, _FIELDS | {"name": name + "{link}"})
    assert text.body.count(_LINK) == 1
    assert size(text.body).encoding == "GSM-7"


@pytest.mark.parametrize(
    ("buddy", "sent"),
    [
        ("Anika and Tom", "with Anika and Tom."),
        ("Alexandrina and Bartholomew", "with Alexandrina."),
        ("Wolfeschlegelsteinhausenbergerdorff", "with Wolfeschlegelsteinhausenbe."),
    ],
)
def test_names_that_are_too_long_for_an_sms_are_cut_between_words(buddy: str, sent: str) -> None:
    assert sent in render("weekly", "sms", _WORDING, _FIELDS | {"buddy": buddy}).body


def test_a_cadence_without_a_text_of_its_own_takes_the_general_one() -> None:
    own = render("fortnightly", "sms", _WORDING, _FIELDS)
    assert own == render("nudge", "sms", _WORDING, _FIELDS)


def test_an_unmonitored_program_says_so_to_members_except_where_the_answer_says_what_is_so() -> None:
    wording = replace(_WORDING, unmonitored="Nobody reads this number.")
    assert "Nobody reads this" in render("thanks", "sms", wording, _FIELDS).body
    for medium in ("sms", "email"):  # "we are alerting" and "nobody reads this" would not both be true
        assert "Nobody reads this" not in render("crisis_self", medium, wording, _FIELDS).body
    assert "Nobody reads this" in render("weekly", "email", wording, _FIELDS).body
    assert "Nobody reads this" not in render("page", "sms", wording, _FIELDS).body


@pytest.mark.parametrize("kind", sorted(_STAFF))
def test_a_message_to_staff_names_no_member_and_has_no_footer(kind: str) -> None:
    for medium in ("sms", "email"):
        text = render(kind, medium, _WORDING, _FIELDS).body
        assert "Maximilianus" not in text
        assert "joined" not in text


def test_a_missing_field_and_a_missing_text_are_named() -> None:
    with pytest.raises(NoWording, match=r"'weekly' needs \{name\}"):
        render("weekly", "sms", _WORDING, _SHARED)
    with pytest.raises(NoWording, match="'thanks'"):
        render("thanks", "sms", Wording(sms={}, mail={}), _FIELDS)


def test_a_text_that_could_grow_too_long_is_refused_with_the_character_named() -> None:
    [fault] = _faults(_with_sms(thanks="Votre réponse a été notée, ça va ? " + "Merci. " * 16 + "{crisis}"))
    assert fault[:2] == ("sms", "thanks")
    assert "'ç' (U+00E7, LATIN SMALL LETTER C WITH CEDILLA)" in fault[2]


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"thanks": "Noted."}, "must contain {crisis}"),
        ({"weekly": "Connect! {crisis}"}, "must contain {link}"),
        ({"help": "{crisis} {link}"}, "must contain STOP"),
        ({"thanks": "Noted, {nmae}. {crisis}"}, "{nmae} is not a field"),
        ({"thnaks": "Noted. {crisis} {link}"}, "neither a kind of message nor a cadence"),
    ],
)
def test_a_text_without_what_it_must_hold_is_refused(texts: dict[str, str], fault: str) -> None:
    assert fault in " ".join(why for _, _, why in _faults(_with_sms(**texts)))


@pytest.mark.parametrize(
    ("mail", "fault"),
    [
        (Mail(subject="{name}, hello", body="{unsubscribe}"), "only {program}"),
        (Mail(subject="In crisis?", body="{unsubscribe}"), "'crisis' does not belong there"),
    ],
)
def test_a_subject_that_says_too_much_is_refused(mail: Mail, fault: str) -> None:
    wording = replace(_WORDING, mail={**_WORDING.mail, "weekly": mail})
    [found] = [why for medium, _, why in _faults(wording) if medium == "email"]
    assert fault in found


def test_mails_without_footer_are_refused() -> None:
    found = {why for _, _, why in _faults(replace(_WORDING, mail_footer=""))}
    assert any("{unsubscribe}" in why for why in found)
    assert any("crisis line" in why for why in found)


def test_a_kind_without_any_text_is_missed() -> None:
    sms = {kind: text for kind, text in _WORDING.sms.items() if kind != "crisis_waiting"}
    assert _faults(replace(_WORDING, sms=sms)) == [("sms", "crisis_waiting", "there is no text for it")]


def _grade(text: str) -> float:
    """The Flesch-Kincaid grade, syllables counted as groups of vowels."""
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", word.lower())))) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


@pytest.mark.parametrize("kind", _TO_MEMBERS)
def test_texts_to_members_read_easily(kind: str) -> None:
    text = render(kind, "email", _WORDING, _FIELDS | {"link": "", "unsubscribe": ""}).body
    assert _grade(text.removeprefix(MARKER)) <= 8


def test_a_line_of_which_nothing_is_left_leaves_no_gap_in_a_mail() -> None:
    mails = {"introduction": Mail(subject="Hello", body="Hello.\n{reasons}\n{contacts}\n\nBegin: {link}\n")}
    wording = Wording(sms={}, mail=mails)
    fields = {"reasons": "", "contacts": "", "link": "https://x.example"}
    assert render("introduction", "email", wording, fields).body == (
        f"{MARKER}\n\nHello.\n\nBegin: https://x.example\n"
    )
    told = render("introduction", "email", wording, fields | {"reasons": "You share a unit."}).body
    assert "Hello.\nYou share a unit.\n\nBegin" in told
