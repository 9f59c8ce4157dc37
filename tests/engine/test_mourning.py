"""A member has died, or a unit was hit: silence from us, and a human for those who are left."""

from datetime import date, timedelta

import pytest

from engine.import_members import import_members
from engine.mourn_member import mourn_member
from engine.outbox import State
from engine.part_ways import known_buddies
from engine.pause_unit import NoSuchUnit, pause_unit, resume_unit, units
from engine.reach_out import outreach_done
from engine.request_support import confirm
from engine.rotate import RoundPlan, plan_round, store_round
from engine.unit_words import ask_to_tell, decide, forget_words, waiting
from store.cohorts import active_group_of
from store.models import (
    GroupPlace,
    Link,
    Member,
    Message,
    Outreach,
    Rhythm,
    Staff,
    SupportRequest,
    Suppression,
    UnitWords,
)
from tests.engine.people import MEMBERS, Town

UNTIL = date(2026, 12, 10)


@pytest.fixture
def paired(town: Town) -> Town:
    """The two members in one group."""
    planned = plan_round(town.deployment, "main", now=town.now)
    assert isinstance(planned, RoundPlan)
    store_round(town.deployment, planned, now=town.now, publish=True, actor="test")
    return town


def test_everything_to_and_about_a_member_who_died_ends_in_silence(paired: Town) -> None:
    row = paired.member()
    paired.link()
    with paired.deployment.database.writes.begin() as session:
        confirm(session, paired.deployment, session.get_one(Member, row), paired.now)
    mourn_member(paired.deployment, row, paired.now, actor="staff:cora")
    waiting = [one for one in paired.rows(Message, member_id=row) if one.state == State.DUE]
    assert waiting == []
    assert paired.rows(Link, member_id=row) == []
    (request,) = paired.rows(SupportRequest)
    assert request.state == "closed"
    assert request.forget_at is not None
    assert {one.medium for one in paired.rows(Suppression)} == {"sms", "email"}
    assert [one.active for one in paired.rows(GroupPlace)] == [False, False]
    assert paired.trail()[-1] == "member_mourned"


def test_a_draft_tells_nobody_who_comes_next(town: Town) -> None:
    planned = plan_round(town.deployment, "main", now=town.now)
    assert isinstance(planned, RoundPlan)
    store_round(town.deployment, planned, now=town.now, publish=False, actor="test")
    with town.deployment.database.reads() as session:
        assert known_buddies(session, town.member()) == set()


def test_the_buddy_gets_a_human_and_no_message(paired: Town) -> None:
    before = len(paired.rows(Message, member_id=paired.member("m2")))
    assert mourn_member(paired.deployment, paired.member(), paired.now, actor="staff:cora") == 1
    assert mourn_member(paired.deployment, paired.member(), paired.now, actor="staff:cora") == 0
    assert len(paired.rows(Message, member_id=paired.member("m2"))) == before
    (reach,) = paired.rows(Outreach)
    assert (reach.member_id, reach.reason) == (paired.member("m2"), "loss")
    assert "outreach_notice" in paired.kinds()
    (rhythm,) = paired.rows(Rhythm, member_id=paired.member("m2"))
    assert rhythm.next_due_at is None


def test_a_list_does_not_bring_them_back(paired: Town) -> None:
    mourn_member(paired.deployment, paired.member(), paired.now, actor="staff:cora")
    import_members(paired.deployment, [(2, dict(MEMBERS[0]) | {"status": "active"})], now=paired.now)
    planned = plan_round(paired.deployment, "main", now=paired.now, early=True)
    assert isinstance(planned, RoundPlan)
    assert all("m1" not in group for group in planned.groups)


def test_a_unit_rests_until_its_day_with_a_reviewed_message_and_a_list(paired: Town) -> None:
    words = paired.deployment.program.unit_messages[0]
    with paired.deployment.database.reads() as session:
        assert units(session, paired.deployment) == {"ICU": 1, "Oncology": 1}
    assert pause_unit(paired.deployment, "icu", UNTIL, words, paired.now, actor="staff:cora") == 1
    (member,) = paired.rows(Member, ref="m2")
    assert member.unit_paused_until == UNTIL
    assert [one.member_id for one in paired.rows(Message, kind="unit_message")] == [member.id]
    assert [one.reason for one in paired.rows(Outreach)] == ["unit"]
    resume_unit(paired.deployment, "ICU", paired.now, actor="staff:cora")
    assert paired.rows(Member, ref="m2")[0].unit_paused_until is None


@pytest.mark.parametrize(("unit", "until", "words"), [
    ("Nowhere", UNTIL, ""), ("ICU", date(2026, 11, 24), ""), ("ICU", UNTIL, "something I made up just now"),
])  # fmt: skip
def test_a_unit_without_members_a_day_gone_by_and_a_message_nobody_reviewed_are_refused(
    town: Town, unit: str, until: date, words: str
) -> None:
    with pytest.raises(NoSuchUnit):
        pause_unit(town.deployment, unit, until, words, town.now, actor="staff:cora")
    assert town.rows(Outreach) == []


def test_somebody_was_there_is_noted_once(paired: Town) -> None:
    mourn_member(paired.deployment, paired.member(), paired.now, actor="staff:cora")
    (row,) = paired.rows(Outreach)
    (cora,) = paired.rows(Staff, ref="cora")
    assert outreach_done(paired.deployment, row.id, staff=cora, now=paired.now)
    assert not outreach_done(paired.deployment, row.id, staff=cora, now=paired.now)
    with paired.deployment.database.reads() as session:
        assert active_group_of(session, paired.member("m2")) is None


WORDS = "We lost a colleague on the unit today. People of the program are in the break room."


def test_words_of_ones_own_wait_for_a_second_person_and_then_go_once(paired: Town) -> None:
    ask_to_tell(paired.deployment, "ICU", WORDS, paired.staff("cora"), paired.now)
    assert paired.rows(Message, kind="unit_message") == []
    assert "approval_notice" in paired.kinds()
    (row,) = paired.rows(UnitWords)
    assert WORDS.encode() not in row.words_sealed
    with paired.deployment.database.reads() as session:
        (own,) = waiting(session, paired.deployment, paired.staff("cora"), paired.now)
        (other,) = waiting(session, paired.deployment, paired.staff("dira"), paired.now)
    assert (own.may_decide, other.may_decide, other.words) == (False, True, WORDS)
    assert decide(paired.deployment, row.id, paired.staff("cora"), paired.now, send=True) is None
    assert decide(paired.deployment, row.id, paired.staff("dira"), paired.now, send=True) == 1
    assert decide(paired.deployment, row.id, paired.staff("dira"), paired.now, send=True) is None
    assert [one.member_id for one in paired.rows(Message, kind="unit_message")] == [paired.member("m2")]
    assert paired.rows(UnitWords) == []
    assert paired.trail()[-2:] == ["unit_words_written", "unit_words_approved"]


def test_words_that_nobody_reads_in_time_or_that_are_refused_are_deleted_unsent(paired: Town) -> None:
    later = paired.now + timedelta(days=2)
    for _ in range(2):
        ask_to_tell(paired.deployment, "ICU", WORDS, paired.staff("cora"), paired.now)
    first, second = paired.rows(UnitWords)
    assert decide(paired.deployment, first.id, paired.staff("cora"), paired.now, send=False) == 0
    assert decide(paired.deployment, second.id, paired.staff("dira"), later, send=True) is None
    assert forget_words(paired.deployment, later) == 1
    assert paired.rows(UnitWords) == []
    assert paired.rows(Message, kind="unit_message") == []


@pytest.mark.parametrize(
    ("unit", "words"), [("Nowhere", WORDS), ("ICU", " "), ("ICU", "x" * 161), ("ICU", "We mourn \u2764")]
)
def test_words_that_no_text_can_hold_are_refused(paired: Town, unit: str, words: str) -> None:
    with pytest.raises(NoSuchUnit):
        ask_to_tell(paired.deployment, unit, words, paired.staff("cora"), paired.now)
    assert paired.rows(UnitWords) == []
