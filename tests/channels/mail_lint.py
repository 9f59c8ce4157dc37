"""A linter for HTML mail: what the mail programs people have are documented not to understand, or to cut.

Gmail clips a mail at 102 KB and drops a style sheet over 16 KB; Outlook for Windows lays out with Word (no flex, grid,
floats, positions, background images, and a width only as an attribute); many strip or ignore scripts, forms, outside
fonts and style sheets; Apple Mail and Outlook.com turn a mail dark unless it says that it can do that itself.
"""

import re
from html.parser import HTMLParser

KNOWN = frozenset({"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "p", "br", "a"})
VOID = frozenset({"meta", "br"})
WIDEST = 600
LARGEST, LARGEST_SHEET = 102_000, 16_000
_UNKNOWN_CSS = re.compile(
    r"display\s*:\s*(flex|grid)|position\s*:|float\s*:|@import|@font-face|url\(|var\(|calc\(|:hover|vw\b|vh\b"
)
_COLOURS = re.compile(r"(?<![-\w])(background-color|color)\s*:\s*#([0-9a-f]{6})")
_NEEDED_META = ("viewport", "color-scheme", "supported-color-schemes")


class _Read(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.meta: dict[str, str] = {}
        self.sheet = self.title = ""
        self._open: list[str] = []
        self.feed(page)
        if self._open:
            self.faults.append(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag not in KNOWN:
            self.faults.append(f"<{tag}> is not safe in mail")
        if len(told) != len(attrs):
            self.faults.append(f"<{tag}> says an attribute twice")
        if tag not in VOID:
            self._open.append(tag)
        getattr(self, f"_on_{tag}", lambda _: None)(told)
        if tag in ("body", "td", "p", "a") and "style" not in told:
            self.faults.append(f"<{tag}> has no style of its own")
        if _UNKNOWN_CSS.search(told.get("style", "")):
            self.faults.append(f"<{tag}> is styled in a way that not everybody knows")
        if "background-color" in told.get("style", "") and tag in ("td", "table") and "bgcolor" not in told:
            self.faults.append(f"<{tag}> has a background for CSS alone")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.sheet += data
        elif self._open and self._open[-1] == "title":
            self.title += data

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment, which some programs show")

    def _on_html(self, told: dict[str, str]) -> None:
        if not told.get("lang"):
            self.faults.append("no language, so that a voice reads it wrongly")

    def _on_meta(self, told: dict[str, str]) -> None:
        self.meta[told.get("name", "charset" if "charset" in told else "")] = told.get("content", "")

    def _on_table(self, told: dict[str, str]) -> None:
        if told.get("role") != "presentation":
            self.faults.append("a table that a voice would read as one")
        if {told.get(name) for name in ("border", "cellpadding", "cellspacing")} != {"0"}:
            self.faults.append("a table that keeps the gaps of its program")
        if told.get("width", "0").isdigit() and int(told.get("width", "0")) > WIDEST:
            self.faults.append("wider than mail programs show")

    def _on_a(self, told: dict[str, str]) -> None:
        if not told.get("href", "").startswith(("https://", "http://")):
            self.faults.append("a link that leads nowhere in a mail")


def faults(page: str, subject: str) -> list[str]:
    """What a mail program is known to do badly with this page; nothing where it is well."""
    read = _Read(page)
    found = list(read.faults)
    if not page.startswith("<!doctype html>"):
        found.append("no doctype")
    found += [f"no meta {name}" for name in (*_NEEDED_META, "charset") if name not in read.meta]
    if read.title != subject:
        found.append("a title that is not the subject")
    if len(page.encode()) > LARGEST or len(read.sheet.encode()) > LARGEST_SHEET:
        found.append("too large: it is cut")
    if _UNKNOWN_CSS.search(read.sheet):
        found.append("a style sheet that not everybody knows")
    if "prefers-color-scheme:dark" not in read.sheet:
        found.append("no dark colours of its own")
    return found


def contrast(first: str, second: str) -> float:
    """The ratio of two colours such as "ffffff" (WCAG 2.2)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(style: str) -> dict[str, str]:
    """`color` and `background-color` of a style."""
    return dict(_COLOURS.findall(style))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
