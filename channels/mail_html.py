"""Puts the HTML dress on a plain text: paragraphs, links, buttons; nothing is fetched from anywhere.

Decides nothing about the words. Works in light and dark, without scripts or images; tables carry it, as mail programs
want. There is no hidden preview line: what a mail program quotes of it would be read as the answer.
"""

import html
import re
from collections.abc import Mapping
from typing import Final

REPLY_MARKER: Final = "##- Reply above this line -##"  # replies are cut at it; it stays the first thing read

_URL = r"https?://[^\s<>\"]+"
_TRAILING = ".,;:!?)'’"  # punctuation that ends a sentence, not an address
# Mail programs drop <style> (Gmail for foreign accounts) or know little CSS (Outlook's Word engine): what makes a mail
# readable stands at each element, widths and colours as attributes too. The sheet has only what may be lost: the dark.
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_WRAPS = "word-break:break-word;overflow-wrap:anywhere"  # an address is longer than a phone is wide
_PAGE = "margin:0;padding:0;background-color:#f4f5f3;color:#1f2a2e"
_CARD = (
    f"background-color:#ffffff;color:#1f2a2e;border-radius:12px;padding:24px;{_FONT};font-size:17px;line-height:1.5;"
    f"{_WRAPS}"
)
_MARKER = f"color:#5f6a6e;padding:0 0 12px;{_FONT};font-size:13px"
_PARAGRAPH = "margin:0 0 16px"
_LINK = "color:#0b5f6b"
_BUTTON = "background-color:#0b5f6b;border-radius:8px;padding:12px 20px"
_ON_BUTTON = "color:#ffffff;text-decoration:none;font-weight:600"
_TABLE = 'role="presentation" border="0" cellpadding="0" cellspacing="0"'
_STYLE = """
@media (prefers-color-scheme:dark){
.page{background-color:#14191b!important;color:#e6eaeb!important}
.card{background-color:#1e2528!important;color:#e6eaeb!important}
.link{color:#7fd0db!important}
.button{background-color:#7fd0db!important}
.on-button{color:#0d1f22!important}
.marker{color:#93a0a4!important}
}
""".strip()


def dress(text: str, *, subject: str = "", addresses: Mapping[str, str] | None = None) -> str:
    """The whole HTML document for a text.

    Blank lines part paragraphs; a line that is only an address, or `Label: address`, becomes a button;
    other addresses become links; the reply marker stays first. `addresses` names words in the text that
    stand for an address which a mail provider fills in later, and what to write where the address goes.
    """
    body = text.replace("\r\n", "\n").strip("\n")
    marker = ""
    if body.partition("\n")[0].strip() == REPLY_MARKER:
        words = html.escape(REPLY_MARKER)
        marker = f'<tr><td class="marker" align="left" style="{_MARKER}">{words}</td></tr>\n'
        body = body.partition("\n")[2]
    inner = paragraphs(body, addresses or {})
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{html.escape(subject)}</title>\n<style>\n{_STYLE}\n</style></head>\n"
        f'<body class="page" style="{_PAGE}">'
        f'<table class="page" {_TABLE} width="100%" bgcolor="#f4f5f3" style="{_PAGE}">'
        '<tr><td align="center" style="padding:24px 12px 40px">\n'
        f'<table {_TABLE} width="600" style="width:100%;max-width:600px;table-layout:fixed">\n{marker}'
        f'<tr><td class="card" bgcolor="#ffffff" align="left" style="{_CARD}">\n{inner}\n</td></tr></table>\n'
        "</td></tr></table></body></html>\n"
    )


def paragraphs(text: str, addresses: Mapping[str, str]) -> str:
    """The text as HTML paragraphs and buttons, without the document around them."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n").strip("\n"))
    return "\n".join(_block(block, addresses) for block in blocks if block.strip())


def inline(text: str) -> str:
    """A value as HTML inside a paragraph: escaped, addresses linked, lines kept."""
    return "<br>\n".join(_linked(line, {}) for line in text.replace("\r\n", "\n").split("\n"))


def _block(block: str, places: Mapping[str, str]) -> str:
    """One paragraph; its button lines stand on their own between what comes before and after."""
    parts: list[str] = []
    plain: list[str] = []
    for line in block.split("\n"):
        button = _button(line, places)
        if button is None:
            plain.append(_linked(line.rstrip(), places))
            continue
        parts += [_paragraph(plain), button]
        plain = []
    parts.append(_paragraph(plain))
    return "\n".join(part for part in parts if part)


def _paragraph(lines: list[str]) -> str:
    return f'<p style="{_PARAGRAPH}">{"<br>".join(lines)}</p>' if lines else ""


def _button(line: str, places: Mapping[str, str]) -> str | None:
    found = re.fullmatch(rf"\s*(?:(?P<label>[^:.\n]{{1,60}}):\s+)?(?P<url>{_address(places)})\s*", line)
    if found is None:
        return None
    href = _href(found["url"], places)
    label = found["label"]
    said = html.escape(label.strip()) if label else href
    return (
        f'<table {_TABLE} style="{_PARAGRAPH}"><tr><td class="button" bgcolor="#0b5f6b" style="{_BUTTON}">'
        f'<a class="on-button" href="{href}" style="{_ON_BUTTON}">{said}</a></td></tr></table>'
    )


def _linked(line: str, places: Mapping[str, str]) -> str:
    made: list[str] = []
    at = 0
    for found in re.finditer(_address(places), line):
        url = found[0] if found[0] in places else found[0].rstrip(_TRAILING)
        href = _href(url, places)
        made += [
            html.escape(line[at : found.start()]),
            f'<a class="link" href="{href}" style="{_LINK}">{href}</a>',
        ]
        at = found.start() + len(url)
    made.append(html.escape(line[at:]))
    return "".join(made)


def _address(places: Mapping[str, str]) -> str:
    return "|".join([_URL, *(re.escape(word) for word in places)])


def _href(url: str, places: Mapping[str, str]) -> str:
    href = html.escape(url)
    for word, place in places.items():
        href = href.replace(word, place)
    return href
