"""A member has died, or a unit was hit: silence from us, and a human for those who are left."""

from datetime import date

import pytest

from engine.import_members import import_members
from engine.mourn_member import mourn_member
from engine.outbox import State
from engine.part_ways import known_buddies
from engine.pause_unit import NoSuchUnit, pause_unit, resume_unit, units
from engine.reach_out import outreach_done
from engine.request_support import confirm
from engine.rotate import RoundPlan, plan_round, store_round
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
