"""The HTML dress: the same words, links that work, nothing fetched, nothing injected."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from channels.channel import MARK, Outgoing
from channels.mail_html import REPLY_MARKER, dress, inline, paragraphs


class Page(HTMLParser):
    """Collects the tags, attributes and words of a document."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden = tag in ("style", "title")
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def test_a_labelled_address_on_its_own_line_becomes_a_button() -> None:
    page = Page(dress("Hello\n\nI could use support: https://x.org/s/1?a=1&b=2\nhttps://x.org/only"))
    assert [(link["class"], link["href"]) for link in page.links] == [
        ("on-button", "https://x.org/s/1?a=1&b=2"),
        ("on-button", "https://x.org/only"),
    ]
    assert "I could use support" in page.words
    assert "https://x.org/only" in page.words


def test_an_address_inside_a_sentence_becomes_a_link_without_the_full_stop() -> None:
    page = Page(dress("See https://x.org/a, or (https://x.org/b)."))
    assert [link["href"] for link in page.links] == ["https://x.org/a", "https://x.org/b"]
    assert "".join(page.words).strip() == "See https://x.org/a, or (https://x.org/b)."


def test_the_reply_marker_is_the_first_thing_read() -> None:
    page = Page(dress(f"{REPLY_MARKER}\n\nHi Dana"))
    assert [word for word in page.words if word.strip()][:2] == [REPLY_MARKER, "Hi Dana"]


def test_blank_lines_part_paragraphs_and_single_breaks_stay() -> None:
    bare = re.sub(r' style="[^"]*"', "", paragraphs("one\ntwo\n\n \nthree", {}))
    assert bare == "<p>one<br>two</p>\n<p>three</p>"


def test_nothing_is_fetched_from_anywhere() -> None:
    page = dress(f"{REPLY_MARKER}\nhttps://x.org/a.png", subject="Hi")
    assert not {"img", "link", "script", "iframe"} & set(Page(page).tags)
    assert not re.search(r"url\(|@import|src=", page)
    assert "prefers-color-scheme:dark" in page


@given(st.text(max_size=200))
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    allowed = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "p", "br", "a"}
    page = Page(dress(text, subject=text))
    assert set(page.tags) <= allowed
    assert all(str(link["href"]).startswith(("http://", "https://")) for link in page.links)
    assert set(Page(inline(text)).tags) <= {"br", "a"}


@given(st.text(alphabet="ab<>&\"' \n", max_size=60))
def test_the_words_survive_the_dress(text: str) -> None:
    shown = "".join(Page(dress(text)).words)
    assert "".join(shown.split()) == "".join(text.split())


def test_a_value_that_looks_like_a_mark_is_left_alone() -> None:
    message = Outgoing(
        message_id="m", to="t", template="{a} {b} {c}", fields={"a": "{b}", "b": "two", "unused": "x"}
    )
    assert message.body == "{b} two {c}"
    assert MARK.findall("no { marks } here {one}") == ["one"]
