"""Turns the HTML of a mail into plain lines in which quotations carry a mark; no parser, linear in its length.

Made for reading what a person typed, not for showing it: no markup survives.
"""

import html as entities
import re

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,30})([^<>]*)>")
_HIDDEN = ("style", "script", "head", "title", "template", "xml")
_BREAKS = frozenset(
    (
        *(
            "p",
            "div",
            "br",
            "li",
            "ul",
            "ol",
            "tr",
            "table",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
        ),
        *("section", "article", "pre", "hr", "center", "dd", "dt", "dl", "form", "address"),
    )
)
_SPACES = re.compile(r"[ \t\r\n]+")


def html_text(page: str) -> str:
    """The text of a page as lines; those inside a blockquote begin with "> "."""
    page = _without(page)
    out: list[str] = []
    depth = 0
    last = 0
    for found in _TAG.finditer(page):
        _add(out, page[last : found.start()], depth)
        last = found.end()
        name = found[2].lower()
        if name in _BREAKS:
            out.append("\n")
        if name == "hr":
            out.append("________________________________\n")
        if name == "blockquote":
            depth = max(0, depth - 1) if found[1] else depth + 1
    _add(out, page[last:], depth)
    return "".join(out)


def _add(out: list[str], piece: str, depth: int) -> None:
    words = _SPACES.sub(" ", entities.unescape(piece))
    if not words.strip():
        if words and out and not out[-1].endswith(("\n", " ")):
            out.append(" ")
        return
    fresh = not out or out[-1].endswith("\n")
    out.append("> " + words.lstrip() if depth and fresh else words.lstrip() if fresh else words)


def _without(page: str) -> str:
    """The page without comments and what is never shown."""
    page = _cut_out(page, "<!--", "-->")
    for name in _HIDDEN:
        page = _cut_out(page, f"<{name}", f"</{name}")
    return page


def _cut_out(page: str, start: str, end: str) -> str:
    lowered = page.lower() if page.isascii() else page.translate(_LOWER)
    out: list[str] = []
    at = 0
    while (first := lowered.find(start, at)) >= 0:
        if start != "<!--" and lowered[first + len(start) : first + len(start) + 1] not in (
            ">",
            " ",
            "\n",
            "\t",
            "/",
            "",
        ):
            out.append(page[at : first + len(start)])  # "<header" is not "<head"
            at = first + len(start)
            continue
        close = lowered.find(end, first)
        if close < 0:
            break
        out.append(page[at:first])
        at = close + len(end)
    out.append(page[at:])
    return "".join(out)


_LOWER = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}  # keeps the length, unlike str.lower
