"""What a name can hold once it is kept: it is read by others, in texts and on their pages."""

import pytest

from store.names import plain_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ana   María ", "Ana María"),
        ("Ana\r\nBcc: all@example.org", "Ana Bcc: all example. org"),
        ("\u202eanA\u200b\x00", "anA"),
        ("https://evil.example/x", "https: evil. example x"),
        ("J.P. St.John-O’Brien", "J.P. St. John-O’Brien"),
        ("مه\u200cسا", "مه\u200cسا"),
        ("=cmd|' /C calc'!A0", "=cmd ' C calc'!A0"),
        ("\n\t", ""),
    ],
)
def test_a_name_is_one_line_and_no_link(given: str, kept: str) -> None:
    assert plain_name(given) == kept
    assert plain_name(kept) == kept
