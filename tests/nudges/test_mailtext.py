"""The reply cut out of a mail: what the person wrote, and nothing of ours."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudges.mailtext import reply_text

MAILS = json.loads((Path(__file__).parents[1] / "data/mail_replies.json").read_text(encoding="utf-8"))
OWN = ("buddy@example.org", "reply.buddy.example.org")
NUDGE = "Have you two connected?\n1 yes\n2 not yet\n3 I could use support\n4 worried about my buddy\nReply STOP to end."


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail['name']}{'' if mail['marker'] else '-bare'}")
@pytest.mark.parametrize("own", [(), OWN], ids=["address unknown", "address known"])
def test_a_known_mail_programs_reply_is_cut_exactly(mail: dict[str, Any], own: tuple[str, ...]) -> None:
    assert reply_text(text=mail["text"], html=mail["html"], own_addresses=own) == mail["expected"]


def test_our_address_ends_the_reply_where_no_attribution_is_known() -> None:
    text = f"2, sorry\n\nUnbekanntes Programm, Buddy <buddy@example.org>\n{NUDGE}"
    assert reply_text(text=text, html=None, own_addresses=OWN) == "2, sorry"


def test_an_address_split_over_two_lines_takes_the_line_above_along() -> None:
    text = (
        "1\n\nOn Tue, Nov 3, 2026 at 9:02 AM A Very Long Program Name <\nbuddy@example.org> wrote:\n\n"
        + NUDGE
    )
    assert reply_text(text=text, html=None, own_addresses=OWN) == "1"


def test_an_answer_below_the_quotation_is_read() -> None:
    quoted = "\n".join(f"> {line}" for line in NUDGE.splitlines())
    text = f"On 11/3/26 9:02 AM, Buddy wrote:\n{quoted}\n\nI want to die\n"
    assert reply_text(text=text, html=None, own_addresses=OWN) == "I want to die"


def test_a_quoted_line_that_was_wrapped_is_not_an_answer() -> None:
    text = "> It is your week to check in with Sam, and five minutes are quite\nenough for that.\n> 1 yes 3 support\n"
    assert reply_text(text=text, html=None, own_addresses=OWN) == ""


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<div>1</div><br><blockquote>3 support</blockquote>", "1"),
        ('<p>We talked &amp; laughed</p><div class="gmail_quote">On Tue, Nov 3, 2026 at 9:02 AM Buddy '
         "&lt;buddy@example.org&gt; wrote:<blockquote>STOP</blockquote></div>", "We talked & laughed"),
        ("<html><head><style>p{}</style><title>x</title></head><body><!-- 3 --><p>2<br>sorry</p></body>", "2\nsorry"),
        ("<blockquote>1 yes</blockquote><p>I need support</p>", "I need support"),
        ("<p>3</p><hr><p><b>From:</b> Buddy &lt;buddy@example.org&gt;<br><b>Sent:</b> Tuesday</p><p>STOP</p>", "3"),
        ("<header>1</header>", "1"),
        ("", ""),
        ("1 < 2", "1 < 2"),
    ],
)  # fmt: skip
def test_html_alone_is_read(html: str, wanted: str) -> None:
    assert reply_text(text=None, html=html, own_addresses=OWN) == wanted


def test_the_text_wins_over_the_html_unless_it_is_blank() -> None:
    assert reply_text(text="1", html="<p>2</p>") == "1"
    assert reply_text(text=" \r\n", html="<p>2</p>") == "2"
    assert reply_text(text=None, html=None) == ""


def test_signatures_and_device_lines_are_left_behind_and_an_ordinary_on_is_not() -> None:
    assert reply_text(text="1\n-- \nDana Lee, MD\n3 East", html=None) == "1"
    assert reply_text(text="2\n\nEnvoyé de mon iPhone", html=None) == "2"
    assert (
        reply_text(text="On call tonight: ask me\non Friday", html=None)
        == "On call tonight: ask me\non Friday"
    )


@given(st.text(alphabet=st.sampled_from("abc d12.!?,\n"), max_size=200), st.sampled_from(["> ", ">", ">> "]))
def test_the_nudges_own_words_are_never_the_answer(answer: str, mark: str) -> None:
    quoted = "\n".join(mark + line for line in NUDGE.splitlines())
    text = f"{answer}\n\nOn Tue, Nov 3, 2026 at 9:02 AM Buddy <buddy@example.org> wrote:\n\n{quoted}\n"
    got = reply_text(text=text, html=None, own_addresses=OWN)
    assert "support" not in got
    assert "STOP" not in got


@given(st.text(max_size=500), st.text(max_size=500))
def test_no_mail_is_too_odd(text: str, html: str) -> None:
    assert len(reply_text(text=text, html=html, own_addresses=OWN)) <= max(len(text), 6 * len(html)) + 40


@pytest.mark.parametrize(
    "piece", ["\n", ">", ">\n", "On On On ", "On 9:02 wrote:\n", "From: a\n", "<a ", "<!--", "&"]
)
def test_a_crisis_at_the_head_of_a_hostile_mail_is_kept(piece: str) -> None:
    text = "I want to die\n\n" + piece * (200_000 // len(piece))
    assert reply_text(text=text, html=None, own_addresses=OWN).startswith("I want to die")


OWN_MAILS = json.loads((Path(__file__).parents[1] / "data/mail_replies_own.json").read_text(encoding="utf-8"))
OUR_ADDRESSES = (
    "buddies@hospital.example.org",
    "buddies+r.aBcDeF0123456789_-xyz@hospital.example.org",
)


@pytest.mark.parametrize("mail", OWN_MAILS, ids=lambda mail: mail["name"])
def test_a_reply_with_our_address_in_it_is_cut_exactly(mail: dict[str, Any]) -> None:
    assert reply_text(text=mail["text"], html=mail["html"], own_addresses=OUR_ADDRESSES) == mail["expected"]


def steps(text: str | None, html: str | None) -> int:
    """How many calls, of ours and of the interpreter's, cutting this mail takes: no load of the machine moves that."""
    count = 0

    def tally(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tally)
    try:
        reply_text(text=text, html=html, own_addresses=OWN)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "\n", ">", "> \n", "On On On ", "On\n", "On 9:02 wrote\n", "On 9:02 <a@b.c>\n", "From: a\n", "-- \n",
        "__________\n", "<div>", "<blockquote>\n", "<!-- ", "&amp;", "&", "<a ",
    ],
)  # fmt: skip
def test_twice_the_mail_takes_twice_the_steps(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (10_000, 20_000))
    reply_text(text=short, html=short, own_addresses=OWN)  # what is built once is built
    for few, many in ((steps(short, None), steps(long, None)), (steps(None, short), steps(None, long))):
        assert many <= 2.2 * few + 200
