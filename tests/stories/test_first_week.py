"""From a member list to the first answered nudge."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.outbox import State
from store.models import Inbound
from tests.stories.world import World

ONE, TWO = "+12025550101", "+12025550102"
NEW_YORK = ZoneInfo("America/New_York")


def test_two_members_are_paired_introduced_and_nudged_once_in_the_first_week(world: World) -> None:
    world.enrol({}, {})
    planned = world.publish()
    assert planned.groups == (("m1", "m2"),)
    world.tick()
    assert [text.count("STOP") for text in world.phone(ONE)] == [1]

    world.advance(days=7)

    nudges = world.messages(kind="weekly")
    assert sorted(nudge.slot or 0 for nudge in nudges) == [0, 0]
    for phone in (ONE, TWO):
        introduced, nudged = world.texts(phone)
        assert 8 <= nudged.at.astimezone(NEW_YORK).hour < 11
        assert "988" in introduced.body
        assert "988" in nudged.body
        assert "/s/" in nudged.body


def test_one_answer_logs_a_check_in_for_the_group_and_ends_that_week(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.advance(days=2, hours=2)
    world.text(ONE, "1")
    (check_in,) = world.check_ins()
    assert check_in.connected
    world.advance(days=7, hours=4)
    assert len(world.messages(kind="weekly")) == 4
    assert all(m.state in (State.SENT, State.DELIVERED) for m in world.messages(kind="weekly"))


def test_the_buddy_of_someone_who_answered_is_not_nudged_again(world: World) -> None:
    world.enrol({}, {"timezone": "Pacific/Honolulu"})  # whose morning is five hours later
    world.publish()
    world.clock.at = world.clock.at.replace(hour=16) + timedelta(days=2)
    world.tick()
    world.text(ONE, "1")
    world.advance(hours=8)
    assert [m.reason for m in world.messages(kind="weekly", state=State.DROPPED)] == ["answered"]
    assert len(world.phone(TWO)) == 1


def test_after_a_week_nothing_tells_who_wrote_what_kind_of_text(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "red")
    with world.deployment.database.reads() as session:
        assert session.scalars(select(Inbound.intent)).all() == ["red"]
    world.advance(days=9)
    with world.deployment.database.reads() as session:
        (kept,) = session.scalars(select(Inbound)).all()
    assert (kept.intent, kept.from_index, kept.body_index) == (None, "", "")
    world.tick()
    assert len(world.phone(ONE)) == 1  # nor is it answered again
