"""Puts the HTML dress on a plain text: paragraphs, links, buttons; nothing is fetched from anywhere.

Decides nothing about the words. Works in light and dark, without tables, scripts or images.
"""

import html
import re
from collections.abc import Mapping
from typing import Final

REPLY_MARKER: Final = "##- Reply above this line -##"  # replies are cut at it; it stays the first thing read

_URL = r"https?://[^\s<>\"]+"
_TRAILING = ".,;:!?)'’"  # punctuation that ends a sentence, not an address
_STYLE = """
body{margin:0;padding:0;background:#f4f5f3;color:#1f2a2e;-webkit-text-size-adjust:100%}
.sheet{max-width:36em;margin:0 auto;padding:24px 20px 40px;
font:17px/1.55 -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
.card{background:#fff;border-radius:12px;padding:24px}
p{margin:0 0 16px}
a{color:#0b5f6b}
a.button{display:inline-block;background:#0b5f6b;color:#fff;text-decoration:none;
border-radius:8px;padding:12px 20px;font-weight:600}
.marker{color:#6b767a;font-size:13px;margin:0 0 12px}
@media (prefers-color-scheme:dark){
body{background:#14191b!important;color:#e6eaeb!important}
.card{background:#1e2528!important}
a{color:#7fd0db!important}
a.button{background:#7fd0db!important;color:#0d1f22!important}
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
        marker = f'<p class="marker">{html.escape(REPLY_MARKER)}</p>\n'
        body = body.partition("\n")[2]
    inner = paragraphs(body, addresses or {})
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{html.escape(subject)}</title>\n<style>\n{_STYLE}\n</style></head>\n"
        f'<body><div class="sheet">\n{marker}<div class="card">\n{inner}\n</div></div></body></html>\n'
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
        parts += [_paragraph(plain), f"<p>{button}</p>"]
        plain = []
    parts.append(_paragraph(plain))
    return "\n".join(part for part in parts if part)


def _paragraph(lines: list[str]) -> str:
    return f"<p>{'<br>'.join(lines)}</p>" if lines else ""


def _button(line: str, places: Mapping[str, str]) -> str | None:
    found = re.fullmatch(rf"\s*(?:(?P<label>[^:\n]{{1,60}}):\s+)?(?P<url>{_address(places)})\s*", line)
    if found is None:
        return None
    href = _href(found["url"], places)
    label = found["label"]
    return f'<a class="button" href="{href}">{html.escape(label.strip()) if label else href}</a>'


def _linked(line: str, places: Mapping[str, str]) -> str:
    made: list[str] = []
    at = 0
    for found in re.finditer(_address(places), line):
        url = found[0] if found[0] in places else found[0].rstrip(_TRAILING)
        href = _href(url, places)
        made += [html.escape(line[at : found.start()]), f'<a href="{href}">{href}</a>']
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
