"""What a responder says on the phone is the program's, and every mark in it is filled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from escalation.unreached import Stage, stage_at
from scripts.program import load_program
from tests.conftest import NOW

SCRIPT = load_program().call_script
FIELDS = {
    "responder": "Rene",
    "program": "Side by side",
    "emergency": "911",
    "crisis_how": "call or text 988",
}


@pytest.mark.parametrize(
    ("about", "said", "unsaid"),
    [
        ("self", "You wrote to us", "what you have seen"),
        ("call_back", "You called us", "You wrote to us"),
        ("other", "what you have seen", "ending your life"),
    ],
)
def test_the_script_fits_whom_the_call_is_about(about: str, said: str, unsaid: str) -> None:
    spoken = SCRIPT.spoken(about, FIELDS)
    words = " ".join((*spoken.say, spoken.mind))
    assert "Rene from Side by side" in words
    assert "911" in words
    assert said in words
    assert unsaid not in words
    assert "{" not in words


@pytest.mark.parametrize(
    ("minutes", "place"), [(0, 0), (14, 0), (15, 1), (30, 2), (59, 2), (60, 3), (500, 3)]
)
def test_time_leads_from_stage_to_stage(minutes: int, place: int) -> None:
    assert stage_at(SCRIPT.stages, NOW, NOW + timedelta(minutes=minutes)) == place


def test_a_mark_that_nothing_fills_is_refused() -> None:
    with pytest.raises(ValueError, match="name"):
        replace(SCRIPT, greeting="Hello {name}")


@pytest.mark.parametrize("minutes", [(), (5,), (0, 15, 15)])
def test_stages_begin_at_once_and_no_two_together(minutes: tuple[int, ...]) -> None:
    stages = tuple(Stage(after=timedelta(minutes=one), title="x", steps=("y",)) for one in minutes)
    with pytest.raises(ValueError, match="first stage"):
        replace(SCRIPT, stages=stages)


def test_stages_are_read_in_the_order_of_time() -> None:
    turned = replace(SCRIPT, stages=tuple(reversed(SCRIPT.stages)))
    assert turned.stages == SCRIPT.stages
