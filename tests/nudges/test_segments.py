"""How an SMS is counted and spelled."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudges.segments import forcing, plain, size, too_long

_SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "vectors.json"


@pytest.mark.skipif(not _SHARED.exists(), reason="the shared vectors are not here")
def test_every_shared_vector_is_counted_as_it_says() -> None:
    vectors = json.loads(_SHARED.read_text())["sms_segments"]
    counted = {v["name"]: (size(v["text"]).encoding, size(v["text"]).segments) for v in vectors}
    assert counted == {v["name"]: (v["encoding"], v["segments"]) for v in vectors}
    assert counted


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("[" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "|" + "a" * 152, "GSM-7", 306, 3),  # the escape is not parted from its character
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("a" * 66 + "🙂" + "a" * 66, "UCS-2", 134, 3),  # nor one surrogate from the other
        ("ñ" * 160, "GSM-7", 160, 1),
    ],
)
def test_a_text_takes_this_many_segments(text: str, encoding: str, units: int, segments: int) -> None:
    found = size(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("João", "Joao"),
        ("Zoë", "Zoe"),
        ("Renée Müller", "Renée Müller"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("François", "Francois"),
        ("O’Brien – “Bob”", 'O\'Brien - "Bob"'),
        ("one\u00a0two\tthree…", "one two three..."),
        ("Ann\u200d 👩‍⚕️", "Ann"),
        ("Иван", "Ivan"),
    ],
)
def test_a_name_is_spelled_in_the_gsm_alphabet(written: str, sent: str) -> None:
    assert plain(written) == sent


def test_a_text_that_is_too_long_names_the_character_to_blame() -> None:
    why = too_long("Françoise says: " + "a" * 130)
    assert why is not None
    assert "'ç'" in why
    assert "U+00E7" in why


def test_a_plain_text_that_is_too_long_says_by_how_much() -> None:
    assert too_long("a" * 306) is None
    assert too_long("a" * 307) == "3 segments where 2 are the limit: 307 of 306 characters"


@given(st.text())
def test_plain_text_never_forces_ucs2_and_is_stable(text: str) -> None:
    spelled = plain(text)
    assert forcing(spelled) is None
    assert plain(spelled) == spelled
