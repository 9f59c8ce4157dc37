"""Joining by a text with the program's word: one answer for everybody, and the number is known."""

import re

from sqlalchemy import select

from engine.confirm_address import confirmed, follow_link
from store.models import Suppression
from tests.stories.world import World

STRANGER, MEMBER = "+12025550188", "+12025550101"


def test_the_word_is_answered_alike_to_strangers_and_members(world: World) -> None:
    world.enrol({}, {})
    world.text(STRANGER, "Buddy!")
    world.text(MEMBER, "buddy")
    answers = [re.sub(r"/j/[\w-]+", "/j/x", world.phone(phone)[-1]) for phone in (STRANGER, MEMBER)]
    assert "press the button here" in answers[0]
    assert answers[0].removesuffix(" Reply STOP to end.") == answers[1].removesuffix(" Reply STOP to end.")


def test_the_link_confirms_the_number_that_wrote(world: World) -> None:
    world.text(STRANGER, "BUDDY")
    found = re.search(r"/j/([\w-]+)", world.phone(STRANGER)[0])
    assert found
    row = follow_link(world.deployment, found[1], world.clock.now())
    assert row is not None
    who = confirmed(world.deployment, row, world.clock.now())
    assert who is not None
    assert (who.address, who.member_id, who.has_joined) == (STRANGER, None, False)


def test_other_words_of_strangers_and_those_who_stopped_get_no_answer(world: World) -> None:
    world.text(STRANGER, "hello there buddy")
    world.text(STRANGER, "STOP")
    world.text(STRANGER, "BUDDY")
    assert world.phone(STRANGER) == []


def test_a_stranger_who_stopped_can_begin_again_with_start(world: World) -> None:
    world.text(STRANGER, "STOP")
    world.text(STRANGER, "START")
    with world.deployment.database.reads() as session:
        assert session.scalars(select(Suppression)).all() == []
    world.text(STRANGER, "BUDDY")
    assert len(world.phone(STRANGER)) == 1


def test_a_word_that_sounds_like_a_crisis_is_a_crisis_first(world: World) -> None:
    world.text(STRANGER, "buddy I want to die")
    assert len(world.incidents()) == 1
