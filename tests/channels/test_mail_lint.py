"""Every mail of the program passes a linter for HTML mail, can be read in both themes, and the linter has teeth."""

import re

import pytest

from channels.mail_html import REPLY_MARKER, dress
from nudges.texts import Mail
from scripts.program import load_program
from tests.channels.mail_lint import colours, contrast, faults

MAILS = load_program().wording.mail
LINK = "https://buddies.example.org/s/aBcDeFgHiJkLmNoPqRsTuV"


def filled(text: str) -> str:
    return re.sub(
        r"\{(\w+)\}", lambda found: LINK if found[1] in ("link", "unsubscribe", "listen") else "Dana", text
    )


def dressed(mail: Mail) -> tuple[str, str]:
    subject = filled(mail.subject)
    body = f"{REPLY_MARKER}\n\n{filled(mail.body)}\n\n{filled(load_program().wording.mail_footer)}"
    return dress(body, subject=subject), subject


@pytest.mark.parametrize("kind", sorted(MAILS))
def test_a_mail_is_understood_by_the_programs_that_people_have(kind: str) -> None:
    assert faults(*dressed(MAILS[kind])) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda page: page.replace("max-width:600px", "display:flex"), "styled"),
        (lambda page: page.replace("</table>", "", 1), "closes"),
        (lambda page: page.replace('lang="en"', ""), "language"),
        (lambda page: page.replace("<p ", '<img src="https://x.org/a.png"><p ', 1), "<img>"),
        (lambda page: page.replace('role="presentation"', "", 1), "voice"),
        (lambda page: page.replace('width="600"', 'width="800"'), "wider"),
        (lambda page: page.replace('name="color-scheme"', 'name="x"'), "color-scheme"),
        (lambda page: page.replace("<p ", "<p >" + "x" * 110_000 + "</p><p ", 1), "too large"),
        (lambda page: page.replace(' bgcolor="#ffffff"', ""), "CSS alone"),
    ],
)
def test_the_linter_finds_what_is_wrong(spoil: type[str], said: str) -> None:
    page, subject = dressed(MAILS["nudge"])
    assert any(said in fault for fault in faults(spoil(page), subject))


def test_only_an_address_with_a_short_name_becomes_a_button() -> None:
    told = dress(f"You joined. Stop these mails: {LINK}\n\nStop these mails: {LINK}")
    assert told.count('on-button"') == 1


def test_words_stand_out_in_both_themes() -> None:
    page, _ = dressed(MAILS["help"])
    light = [colours(style) for style in re.findall(r'style="([^"]*)"', page)]
    card = next(each for each in light if each.get("background-color") == "ffffff")
    button = next(each for each in light if each.get("background-color") == "0b5f6b")
    dark = {name: colours(style) for name, style in re.findall(r"\.([\w-]+)\{([^}]*)\}", page)}
    pairs = [
        (card["color"], card["background-color"]),
        ("0b5f6b", "ffffff"),
        ("ffffff", button["background-color"]),
        ("5f6a6e", "f4f5f3"),
        (dark["card"]["color"], dark["card"]["background-color"]),
        (dark["link"]["color"], dark["card"]["background-color"]),
        (dark["on-button"]["color"], dark["button"]["background-color"]),
        (dark["marker"]["color"], dark["page"]["background-color"]),
    ]
    assert all(contrast(*pair) >= 4.5 for pair in pairs), pairs
