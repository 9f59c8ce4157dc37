"""Whose mail counts as a report of an adverse event, and what its lines say."""

import pytest

from escalation.event_mail import BadEventMail, EventDoor, PersonNamed, read_event_mail
from escalation.ways_in import Kind

ADDRESS = "buddies+events.abcdefgh12345678@hospital.example.org"
DOOR = EventDoor(address=ADDRESS, senders=("safety@hospital.example.org", "@reports.example.com"))
VERIFIED = EventDoor(address=ADDRESS, senders=DOOR.senders, verified_by="mx.hospital.example.org")
GOOD = """Dear all,
Kind: Death
Event number: 2026-110042
Sentence: Was on the unit when a patient died.
Id: m001
Person: Jo Ng; phone +1 202 555 0123; email: jo@example.org; unit ICU 3; how evenings; mrn 5551234
Unit: ICU 3
"""


def test_the_lines_of_a_report_are_read_and_every_other_is_passed_over() -> None:
    read = read_event_mail(GOOD)
    assert (read.kind, read.said.text) == (Kind.DEATH, "Was on the unit when a patient died.")
    assert read.people == (
        PersonNamed(member="m001"),
        PersonNamed(
            name="Jo Ng", phone="+1 202 555 0123", email="jo@example.org", unit="ICU 3", how="evenings"
        ),
        PersonNamed(unit="ICU 3", is_group=True),
    )
    assert "110042" not in repr(read)
    assert "5551234" not in repr(read)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Kind:"),
        ("Id: m001", "Kind:"),
        ("Kind: death", "names nobody"),
        ("Kind: fire\nId: m001", "its kind is none of"),
        ("Kind: death\nKind: error\nId: m001", "one line"),
        ("Kind: death\nId: m001\nSentence: see 2026-110042", "holds a number"),
        ("Kind: death\nId: m001\nSentence: " + "long " * 40, "too long"),
        ("Kind: death\n" + "Id: m1\n" * 51, "more than 50"),
    ],
)
def test_a_mail_that_reports_nothing_usable_is_refused_without_a_quotation(text: str, why: str) -> None:
    with pytest.raises(BadEventMail, match=why) as refused:
        read_event_mail(text)
    assert not any(word in str(refused.value) for word in ("fire", "m001", "110042"))


def test_only_the_address_with_the_secret_in_it_is_the_door() -> None:
    assert DOOR.is_addressed(["x@example.org", ADDRESS.upper()])
    assert not DOOR.is_addressed(
        ["buddies+events.abcdefgh@hospital.example.org", "buddies@hospital.example.org"]
    )
    assert "abcdefgh" not in repr(DOOR)


@pytest.mark.parametrize(
    ("sender", "admitted"),
    [
        ("Safety@Hospital.example.org", True),
        ("anybody@reports.example.com", True),
        ("anybody@hospital.example.org", False),
        ("x@evil-reports.example.com", False),
        ("", False),
        ("reports.example.com", False),
    ],
)
def test_only_who_is_on_the_list_may_report(sender: str, admitted: bool) -> None:
    assert DOOR.admits(sender, {}) is admitted


@pytest.mark.parametrize(
    ("results", "admitted"),
    [
        ("mx.hospital.example.org; dmarc=pass header.from=reports.example.com", True),
        ("mx.hospital.example.org; spf=fail (no); dkim=pass (ok) header.d=example.com", True),
        ("mx.hospital.example.org; dkim=pass header.i=@reports.example.com", True),
        (
            "mx.hospital.example.org; dkim=pass header.d=evil.org; dmarc=fail header.from=reports.example.com",
            False,
        ),
        ("mx.hospital.example.org; dmarc=pass header.from=evil.org", False),
        ("mx.hospital.example.org; dkim=pass header.d=ample.com", False),
        ("mx.evil.org; dmarc=pass header.from=reports.example.com", False),
        ("mx.hospital.example.org; none", False),
        ("", False),
    ],
)
def test_where_a_server_must_vouch_for_the_sender_its_word_counts(results: str, admitted: bool) -> None:
    assert VERIFIED.admits("r@reports.example.com", {"authentication-results": results}) is admitted
