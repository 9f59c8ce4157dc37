"""Mail that comes in: each field in its own charset, raw or parsed, automatic or not, in time."""

import json
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.inbound_mail import LONGEST_TEXT, parse_inbound, parse_mail
from channels.mail_form import LARGEST_FIELD, NotAForm, form_fields

BOUNDARY = "xYzZY"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts: tuple[str, bytes]) -> bytes:
    """A multipart body; a name with `; filename=` in it makes an attachment."""
    body = b""
    for name, value in parts:
        plain, _, filename = name.partition(";")
        extra = f"; filename={filename}" if filename else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{plain}"{extra}\r\n\r\n'.encode()
        body += value + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def fields(**more: bytes) -> dict[str, bytes]:
    return {
        "to": b"Buddies <r.AbC@reply.example.org>",
        "from": b"Dana Miller <Dana@Example.org>",
        "subject": b"Re: Your week",
        "text": b"1\r\n",
        "envelope": b'{"to":["r.AbC@reply.example.org"],"from":"dana@example.org"}',
        "headers": b"Message-ID: <1@example.org>\nSubject: Re: Your\n week\n",
        "charsets": b"{}",
        **more,
    }


def test_a_form_is_taken_apart_and_attachments_are_left_behind() -> None:
    body = form(("text", b"1"), ('attachment1; "a.pdf"', b"%PDF" * 1_000), ("to", b"x"), ("text", b"2"))
    assert form_fields(TYPE, body) == {"text": b"1", "to": b"x"}


def test_thirty_megabytes_of_attachment_are_read_past() -> None:
    body = form(("text", b"1"), ('attachment1; "a.bin"', b"\r\n--xYz" * 4_000_000), ("to", b"x"))
    assert form_fields(TYPE, body) == {"text": b"1", "to": b"x"}


def test_a_field_without_end_is_cut() -> None:
    assert len(form_fields(TYPE, form(("text", b"a" * (LARGEST_FIELD + 10))))["text"]) == LARGEST_FIELD


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("", b""),
        (TYPE, b"nonsense"),
        (TYPE, b"--other\r\n"),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(NotAForm):
        form_fields(content_type, body)


def test_each_field_is_read_in_its_own_charset() -> None:
    mail = parse_inbound(
        fields(
            text="Verbunden – geschafft".encode("cp1252"),
            subject="Re: 週".encode("iso-2022-jp"),
            charsets=json.dumps(
                {"text": "windows-1252", "subject": "iso-2022-jp", "to": "nonsense"}
            ).encode(),
        )
    )
    assert mail.text == "Verbunden – geschafft"
    assert mail.subject == "Re: 週"
    assert mail.recipients == ("r.AbC@reply.example.org",)


def test_a_parsed_mail_is_read_whole() -> None:
    mail = parse_inbound(fields(html=b"<p>1</p>"))
    assert mail.from_ == "dana@example.org"
    assert mail.envelope_from == "dana@example.org"
    assert (mail.subject, mail.text, mail.html) == ("Re: Your week", "1\n", "<p>1</p>")
    assert mail.headers == {"message-id": "<1@example.org>", "subject": "Re: Your week"}
    assert mail.message_id == "<1@example.org>"
    assert mail.local_parts("Reply.Example.ORG") == ("r.AbC",)
    assert mail.local_parts("other.example.org") == ()
    assert not mail.is_automatic


def test_raw_mime_reads_the_same() -> None:
    message = EmailMessage()
    message["From"] = "Dana Miller <dana@example.org>"
    message["To"] = "r.AbC@reply.example.org"
    message["Subject"] = "Re: Größe"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("3, café\n", charset="iso-8859-15")
    message.add_alternative("<p>3</p>", subtype="html")
    message.add_attachment(b"x" * 100, maintype="application", subtype="pdf", filename="a.pdf")
    mail = parse_inbound({"email": message.as_bytes(), "envelope": fields()["envelope"]})
    assert (mail.from_, mail.subject, mail.text) == ("dana@example.org", "Re: Größe", "3, café\n")
    assert mail.html.strip() == "<p>3</p>"
    assert mail.recipients == ("r.AbC@reply.example.org",)
    assert mail.message_id == "<1@example.org>"


@pytest.mark.parametrize(
    "header",
    [
        b"Auto-Submitted: auto-replied",
        b"auto-submitted: Auto-Generated; owner-email=x",
        b"Precedence: bulk",
        b"Precedence: Junk",
        b"PRECEDENCE:  Auto_Reply ",
        b"X-Autoreply: yes",
        b"X-Autorespond: 1",
        b"X-Autoresponder: vacation",
        b"List-Id: <all.example.org>",
        b"Feedback-ID: 1:campaign:mailer",
        b"Return-Path: <>",
        b"Return-Path:",
    ],
)
def test_autoresponders_and_lists_are_recognised(header: bytes) -> None:
    assert parse_inbound(fields(headers=header)).is_automatic


def test_an_empty_envelope_sender_is_automatic_and_an_untold_one_is_not() -> None:
    assert parse_inbound(fields(envelope=b'{"to":["a@b.org"],"from":""}')).is_automatic
    assert parse_inbound(fields(envelope=b'{"to":["a@b.org"],"from":"<>"}')).is_automatic
    assert not parse_inbound(fields(envelope=b"broken")).is_automatic
    assert not parse_inbound(fields(headers=b"Auto-Submitted: no")).is_automatic
    assert not parse_inbound(fields(headers=b"X-Auto-Response-Suppress: All")).is_automatic
    assert not parse_inbound(fields(headers=b"Return-Path: <dana@hospital.org>")).is_automatic


@given(
    st.dictionaries(
        st.sampled_from(
            ["to", "from", "text", "html", "subject", "envelope", "headers", "charsets", "email"]
        ),
        st.binary(max_size=80),
    )
)
def test_no_form_makes_it_fail(broken: dict[str, bytes]) -> None:
    mail = parse_inbound(broken)
    assert isinstance(mail.text, str)
    assert all("@" in address or address for address in mail.recipients)


@pytest.mark.parametrize(
    "content_type", [b"text/plain; charset*=utf-8''x; charset*0=a", b"text/plain; charset*=utf-8''%00x"]
)
def test_a_mail_made_to_trip_the_parser_keeps_its_words(content_type: bytes) -> None:
    head = b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: " + content_type
    assert "I want to die" in parse_mail(head + b"\r\n\r\nI want to die").text


def test_mail_nested_without_end_keeps_its_words() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3_000)
    )
    mail = parse_inbound({"email": b"From: a@example.org\n" + nested + b"\nI want to die"})
    assert "I want to die" in mail.text
    assert mail.from_ == "a@example.org"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b'"a@evil.org" <dana@example.org>', "dana@example.org"),
        (b"Dana@Example.org", "dana@example.org"),
        (b"Dana Miller", ""),
        (b"Dana <>", ""),
        (b"a@b@c", ""),
    ],
)
def test_the_sender_is_what_stands_in_the_brackets(value: bytes, address: str) -> None:
    assert parse_inbound({"from": value}).from_ == address


@pytest.mark.parametrize("unit", [b"\n", b">", b"On ", b"a: b\n ", b"=?utf-8?q?", b"<", b'"', b"(", b","])
def test_a_hostile_mail_is_read_in_one_pass(unit: bytes) -> None:
    """Quadratic work on this takes minutes, and parsers of the full grammar run out of stack."""
    hostile = unit * (200_000 // len(unit))
    mail = parse_inbound(dict.fromkeys(("to", "from", "text", "headers", "subject", "html"), hostile))
    parse_inbound({"email": b"Subject: x\nTo: " + hostile[:5_000] + b"\n\n" + hostile})
    assert len(mail.text) <= LONGEST_TEXT


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-7", b"+2AA-help me"),
        ("unicode_escape", b"\\ud800help me"),
        ("idna", b"help me"),
        ("punycode", b"help me\xff"),
    ],
)
def test_a_charset_that_decodes_badly_loses_no_mail(charset: str, raw: bytes) -> None:
    mail = parse_inbound(
        fields(
            text=raw, charsets=json.dumps({"text": charset}).encode(), envelope=b'{"to": ["\\ud800@b.org"]}'
        )
    )
    assert "help" in mail.text.encode().decode()
    assert all(address.encode() for address in mail.local_parts("b.org"))
