"""From the ninetieth day on: keep, new or add in private; the hour by reply; somebody who stands in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.erase_member import erase_member
from engine.rotate import RoundPlan, Running, plan_round
from store.cohorts import active_groups, cohort_by_name
from store.models import AuditEntry, Cover, Member, Message
from tests.stories.world import World

PHONES = [f"+1202555{100 + number:04}" for number in range(1, 7)]


@pytest.fixture
def asked(world: World) -> World:
    """Four members in two groups whose round is about to end."""
    world.enrol({}, {}, {}, {})
    world.publish()
    world.advance(hours=2)
    world.clock.at += timedelta(days=84)
    world.tick()
    return world


def next_groups(world: World) -> set[tuple[str, ...]]:
    planned = plan_round(world.deployment, "spring", now=world.clock.now(), early=True)
    assert isinstance(planned, RoundPlan)
    return set(planned.groups)


def running_groups(world: World) -> set[tuple[str, ...]]:
    with world.deployment.database.reads() as session:
        cohort = cohort_by_name(session, "spring")
        assert cohort is not None
        refs = {member.id: member.ref for member in session.scalars(select(Member))}
        return {
            tuple(sorted(refs[place.member_id] for place in group.places if place.active))
            for group in active_groups(session, cohort.id)
        }


def test_each_is_asked_once_and_in_private(asked: World) -> None:
    for phone in PHONES[:4]:
        assert sum("KEEP, NEW, or ADD" in text for text in asked.phone(phone)) == 1
    asked.advance(days=2)
    assert sum("KEEP, NEW, or ADD" in text for text in asked.phone(PHONES[0])) == 1


def test_two_keeps_stay_out_of_the_rotation_and_one_new_goes_on(asked: World) -> None:
    before = running_groups(asked)
    (mine,) = [group for group in before if "m1" in group]
    for ref in mine:
        asked.text(PHONES[int(ref[1]) - 1], "Keep")
    assert mine in next_groups(asked)
    asked.text(PHONES[0], "new")
    assert mine not in next_groups(asked)


def test_nobody_learns_who_asked_for_somebody_new(asked: World) -> None:
    received = {phone: len(asked.phone(phone)) for phone in PHONES[1:4]}
    staff = len(asked.messages(kind="rematch_notice"))
    asked.text(PHONES[0], "NEW")
    assert "Nobody learns who asked" in asked.phone(PHONES[0])[-1]
    assert {phone: len(asked.phone(phone)) for phone in PHONES[1:4]} == received
    assert len(asked.messages(kind="rematch_notice")) == staff
    with asked.deployment.database.reads() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert not {one for one in actions if "new" in one or "keep" in one or "wish" in one}


def test_keep_means_nothing_before_the_question(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.text(PHONES[0], "keep")
    assert any("did not get that" in text for text in world.phone(PHONES[0]))


def test_an_hour_by_reply_is_kept_and_one_at_night_is_not(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.text(PHONES[0], "7 pm")
    assert any("around 7:00 PM" in text for text in world.phone(PHONES[0]))  # the introduction follows it
    world.text(PHONES[1], "11pm")
    with world.deployment.database.reads() as session:
        assert set(session.scalars(select(Member.hour))) == {"19:00", ""}
    world.advance(days=8)
    nudge = next(text for text in world.texts(PHONES[0]) if "/s/" in text.body and "1 yes" in text.body)
    assert (nudge.at - timedelta(hours=5)).hour == 19


def test_no_words_to_others_keep_the_name_of_a_member_who_is_forgotten(world: World) -> None:
    world.enrol({}, {}, {}, {})
    world.publish()
    world.advance(hours=2)
    (mine,) = [group for group in running_groups(world) if "m1" in group]
    with world.deployment.database.writes.begin() as session:
        away = session.scalars(
            select(Member).where(Member.ref == next(ref for ref in mine if ref != "m1"))
        ).one()
        away.away_from = world.clock.now().date()
        away.away_until = away.away_from + timedelta(days=30)
    world.tick()
    with world.deployment.database.reads() as session:
        lonely = session.scalars(select(Member.id).where(Member.ref == "m1")).one()
    assert any("Member1" in words for words in words_kept(world))
    assert erase_member(world.deployment, lonely, world.clock.now(), actor="a member")
    assert not any("Member1" in words for words in words_kept(world))


def words_kept(world: World) -> list[str]:
    vault = world.deployment.vault
    with world.deployment.database.reads() as session:
        rows = session.scalars(select(Message).where(Message.details_sealed.is_not(None)))
        return [str(vault.open_json(row.details_sealed, "message", "details", row.id)) for row in rows]


def test_while_a_buddy_is_away_others_look_out_and_it_ends_by_itself(world: World) -> None:
    world.enrol({}, {}, {}, {})
    world.publish()
    world.advance(hours=2)
    (mine,) = [group for group in running_groups(world) if "m1" in group]
    away = next(ref for ref in mine if ref != "m1")
    with world.deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == away)).one()
        member.away_from = world.clock.now().date()
        member.away_until = member.away_from + timedelta(days=10)
    groups = running_groups(world)
    world.tick()
    told = [text for phone in PHONES[:4] for text in world.phone(phone) if "look out for each other" in text]
    assert len(told) == 3
    assert not any("away" in text or "leave" in text for text in told)
    assert running_groups(world) == groups
    world.advance(days=12)
    with world.deployment.database.reads() as session:
        (cover,) = session.scalars(select(Cover))
    assert cover.ended_at is not None


def test_two_who_both_add_get_a_third_at_the_next_round(world: World) -> None:
    world.enrol(*({} for _ in range(5)))
    world.publish()
    world.advance(hours=2)
    world.clock.at += timedelta(days=84)
    world.tick()
    mine = next(group for group in running_groups(world) if len(group) == 2)
    for ref in mine:
        world.text(PHONES[int(ref[1]) - 1], "add")
    assert "If your buddy says ADD too" in world.phone(PHONES[int(mine[0][1]) - 1])[-1]
    found = next_groups(world)
    assert sorted(map(len, found)) == [2, 3]
    assert any(set(mine) < set(group) for group in found)


def test_one_who_adds_alone_brings_nobody_since_the_other_would_learn_who_asked(asked: World) -> None:
    (mine,) = [group for group in running_groups(asked) if "m1" in group]
    for ref, word in zip(mine, ("add", "keep"), strict=True):
        asked.text(PHONES[int(ref[1]) - 1], word)
    assert mine in next_groups(asked)


def test_a_cohort_with_short_rounds_is_asked_and_planned_sooner(world: World) -> None:
    world = replace(
        world, deployment=replace(world.deployment, round_lengths={"students": timedelta(days=14)})
    )
    world.enrol({}, {}, cohort="students")
    world.enrol({"id": "m3", "phone": PHONES[2]}, {"id": "m4", "phone": PHONES[3]}, cohort="spring")
    for cohort in ("students", "spring"):
        world.publish(cohort)
    world.advance(days=10)
    assert not any("KEEP, NEW, or ADD" in text for phone in PHONES[:4] for text in world.phone(phone))
    world.advance(days=2)
    assert [sum("KEEP, NEW, or ADD" in text for text in world.phone(phone)) for phone in PHONES[:4]] == [
        1,
        1,
        0,
        0,
    ]
    world.advance(days=2)
    planned = plan_round(world.deployment, "students", now=world.clock.now())
    assert isinstance(planned, RoundPlan)
    assert planned.number == 2
    assert isinstance(plan_round(world.deployment, "spring", now=world.clock.now()), Running)
