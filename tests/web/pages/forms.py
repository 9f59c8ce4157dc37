"""Finds what a form carries, as a browser would send it back."""

import re


def form_token(html: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]
