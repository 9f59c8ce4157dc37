"""Where to turn, as data."""

from datetime import date

import pytest

from escalation.resources import NoCrisisLine, Resource, Use, crisis_line, emergency


def _resource(use: Use, number: str, text: str | None = None) -> Resource:
    return Resource(use=use, name="x", number=number, text=text, source="s", as_of=date(2026, 11, 1))


def test_the_first_of_each_use_is_taken() -> None:
    found = [_resource(Use.SUPPORT, "1"), _resource(Use.EMERGENCY, "911"), _resource(Use.CRISIS, "988", "988"),
             _resource(Use.CRISIS, "2")]  # fmt: skip
    assert crisis_line(found).number == "988"
    assert emergency(found).number == "911"


@pytest.mark.parametrize("use", [Use.CRISIS, Use.EMERGENCY])
def test_without_a_number_nothing_is_guessed(use: Use) -> None:
    others = [_resource(other, "1") for other in Use if other is not use]
    with pytest.raises(NoCrisisLine, match=use.value):
        (crisis_line if use is Use.CRISIS else emergency)(others)


@pytest.mark.parametrize(
    ("number", "text", "how"),
    [
        ("988", "988", "call or text 988"),
        ("116 123", None, "call 116 123"),
        ("13 11 14", "0477 13 11 14", "call 13 11 14 or text 0477 13 11 14"),
    ],
)
def test_how_a_line_is_reached_is_said_in_words(number: str, text: str | None, how: str) -> None:
    assert _resource(Use.CRISIS, number, text).how == how
