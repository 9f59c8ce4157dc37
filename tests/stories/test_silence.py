"""When nobody answers: a slower rhythm is offered, then the buddy is prompted, and a name goes to the coordinator only
where the member wished it."""

import re

import pytest
from sqlalchemy import update

from engine.change_membership import choose_mode
from engine.change_settings import Settings, change_settings
from nudges.kinds import Lane
from store.models import Member, Message
from tests.stories.world import COORDINATOR_MAIL, World

ONE, TWO = "+12025550101", "+12025550102"
SILENCE = ("gentler_offer", "reach_out", "silence_notice")


def begin(world: World) -> None:
    """A pair, introduced and nudged by text."""
    world.enrol({}, {})
    world.publish()
    world.tick()


def steps(world: World) -> list[tuple[str, str]]:
    """What silence was answered with so far: kind and state, in order."""
    rows = [row for kind in SILENCE for row in world.messages(kind=kind)]
    return [(row.kind, row.state) for row in sorted(rows, key=lambda row: (row.due_at, row.kind))]


def member(world: World, ref: str = "m1") -> Member:
    (found,) = world._rows(Member, ref=ref)
    return found


def test_a_silence_is_answered_step_by_step_and_tells_nobody_who_was_not_meant_to_know(world: World) -> None:
    begin(world)
    wish = Settings(tells_coordinator=True)
    change_settings(world.deployment, member(world).id, wish, world.clock.now())
    world.advance(days=23)
    assert steps(world) == [("gentler_offer", "sent")] * 2  # each of the two is asked
    assert sum("MONTHLY" in text for text in world.phone(ONE)) == 1

    world.advance(days=14)
    assert steps(world)[2:] == [("reach_out", "sent")] * 2
    prompt = next(text for text in reversed(world.phone(TWO)) if "call" in text)
    assert not re.search(r"silen|quiet|answer|repl|heard", prompt, re.IGNORECASE)
    assert world.mailbox(COORDINATOR_MAIL) == []

    world.advance(days=15)
    assert [kind for kind, _ in steps(world)[4:]] == ["silence_notice"]  # of the one who wished it
    assert world.mailbox(COORDINATOR_MAIL) == ["Prepaired: please look in"]

    world.advance(days=28)
    assert len(steps(world)) == 5  # nothing more follows
    mornings = {(row.member_id, row.due_at.date()) for row in world.messages(kind="weekly")}
    for kind in ("gentler_offer", "reach_out"):
        assert all((row.member_id, row.due_at.date()) not in mornings for row in world.messages(kind=kind))
    assert all(row.lane != Lane.NUDGE for kind in SILENCE for row in world.messages(kind=kind))


def test_monthly_is_a_rhythm_from_then_on_and_weekly_brings_the_old_one_back(unattended_world: World) -> None:
    world = unattended_world
    begin(world)
    world.advance(days=23)
    world.text(ONE, "Monthly please")
    assert "once a month" in world.phone(ONE)[-1]
    mine = member(world).id
    before = len(world.messages(kind="weekly", member_id=mine))
    world.advance(days=42)
    assert len(world.messages(kind="weekly", member_id=mine)) == before
    assert len(world.messages(kind="monthly", member_id=mine)) >= 2
    world.text(ONE, "weekly")
    assert "every week" in world.phone(ONE)[-1]
    world.advance(days=15)
    assert len(world.messages(kind="weekly", member_id=mine)) >= before + 1
    keys = [row.natural_key for row in world.messages(member_id=mine)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("words", ["1", "yellow", "not yet"])
def test_any_answer_ends_a_silence_and_the_count_begins_anew(unattended_world: World, words: str) -> None:
    world = unattended_world
    begin(world)
    world.advance(days=16)
    world.text(ONE, words)
    world.text(TWO, words)
    world.advance(days=17)
    assert steps(world) == []
    world.advance(days=12)
    assert {kind for kind, _ in steps(world)} == {"gentler_offer"}


def test_one_answer_counts_for_the_group_also_here(unattended_world: World) -> None:
    world = unattended_world
    begin(world)
    for _ in range(4):
        world.advance(days=7)
        world.text(ONE, "1")
    assert steps(world) == []


def test_who_is_only_reminded_is_never_silent(unattended_world: World) -> None:
    world = unattended_world
    begin(world)
    for ref in ("m1", "m2"):
        choose_mode(world.deployment, member(world, ref).id, "remind", world.clock.now())
    world.advance(days=60)
    assert steps(world) == []


def test_weeks_of_leave_are_not_quiet_weeks(unattended_world: World) -> None:
    world = unattended_world
    begin(world)
    today = world.clock.now().date()
    with world.deployment.database.writes.begin() as session:
        session.execute(update(Member).values(away_from=today))
    world.advance(days=40)
    assert {row.reason for row in world._rows(Message) if row.slot is not None} == {"resting"}
    assert steps(world) == []
