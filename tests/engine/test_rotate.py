"""A round is planned, published once, and taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from engine.deployment import Deployment
from engine.import_members import import_members
from engine.mend_groups import mend_groups
from engine.mend_round import mend_round, mending_needed
from engine.publish_round import discard_draft, publish_round, undo_round
from engine.rotate import RoundPlan, Running, plan_round, store_round
from engine.stored_rounds import RotationRefused
from pairing.policy import Policy, Preference, Rule
from pairing.working_hours import WORKING_HOURS
from store.models import (
    AuditEntry,
    BuddyGroup,
    Cohort,
    GroupPlace,
    Member,
    Message,
    Rematch,
    Rhythm,
    Round,
    new_id,
)

NAMES = ("a", "b", "c", "d", "e")


def enrol(deployment: Deployment, now: datetime, **changes: dict[str, str]) -> None:
    rows = [
        (
            number,
            {"id": name, "phone": f"+1202555{100 + number:04}", "sms_consent": "yes"} | changes.get(name, {}),
        )
        for number, name in enumerate(NAMES, start=2)
    ]
    import_members(deployment, rows, now=now, cohort="spring")


def planned(deployment: Deployment, now: datetime, *, early: bool = False) -> RoundPlan:
    found = plan_round(deployment, "spring", now=now, early=early)
    assert isinstance(found, RoundPlan)
    return found


def publish(deployment: Deployment, now: datetime, *, early: bool = False) -> RoundPlan:
    found = planned(deployment, now, early=early)
    store_round(deployment, found, now=now, publish=True, actor="staff:cora")
    return found


def groups(deployment: Deployment) -> list[list[str]]:
    with deployment.database.reads() as session:
        rows = session.execute(
            select(GroupPlace.group_id, Member.ref)
            .join(Member, Member.id == GroupPlace.member_id)
            .where(GroupPlace.active)
            .order_by(Member.ref)
        ).all()
    gathered: dict[object, list[str]] = {}
    for group, ref in rows:
        gathered.setdefault(group, []).append(ref)
    return sorted(gathered.values())


def test_everybody_is_in_one_group_and_nobody_alone(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    publish(deployment, now)
    assert sorted(map(len, groups(deployment))) == [2, 3]


def test_a_rerun_of_a_round_that_runs_changes_nothing(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    publish(deployment, now)
    before = groups(deployment)
    again = plan_round(deployment, "spring", now=now + timedelta(days=30))
    assert isinstance(again, Running)
    assert groups(deployment) == before


def test_of_two_who_publish_the_same_round_one_wins(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    first, second = planned(deployment, now), planned(deployment, now)
    store_round(deployment, first, now=now, publish=True, actor="staff:cora")
    with pytest.raises(RotationRefused, match="somebody else"):
        store_round(deployment, second, now=now, publish=True, actor="staff:dira")


def test_a_draft_changes_nothing_until_it_is_published(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    store_round(deployment, planned(deployment, now), now=now, publish=False, actor="staff:cora")
    assert groups(deployment) == []
    publish_round(deployment, "spring", 1, now=now, actor="staff:cora")
    assert sorted(map(len, groups(deployment))) == [2, 3]
    with pytest.raises(RotationRefused, match="published already"):
        publish_round(deployment, "spring", 1, now=now, actor="staff:cora")


def test_an_undone_round_lets_the_one_before_run_on(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    publish(deployment, now)
    before = groups(deployment)
    publish(deployment, now + timedelta(days=1), early=True)
    assert groups(deployment) != before
    undo_round(deployment, "spring", 2, now=now + timedelta(days=2), actor="staff:cora")
    assert groups(deployment) == before
    with pytest.raises(RotationRefused, match="not the one"):
        undo_round(deployment, "spring", 2, now=now + timedelta(days=2), actor="staff:cora")


def test_the_next_round_brings_new_partners_and_a_new_odd_one(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    first = publish(deployment, now)
    second = publish(deployment, now + timedelta(days=91))
    assert second.number == 2
    met = {frozenset((x, y)) for group in first.groups for x in group for y in group if x != y}
    again = {frozenset((x, y)) for group in second.groups for x in group for y in group if x != y} & met
    assert second.repeats == len(again)
    assert len(again) <= 1


def test_an_exclusion_is_never_broken_and_an_agreement_is_kept(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now, a={"never": "b;c"}, d={"buddy": "e"})
    found = publish(deployment, now)
    together = [set(group) for group in found.groups]
    assert not any({"a", "b"} <= group or {"a", "c"} <= group for group in together)
    assert any({"d", "e"} <= group for group in together)


def test_paused_away_and_unconsenting_members_are_left_out_by_reason(
    deployment: Deployment, now: datetime
) -> None:
    enrol(
        deployment, now, a={"status": "paused"}, b={"sms_consent": ""},
        c={"away_from": "2026-11-20", "away_until": "2026-12-20"},
    )  # fmt: skip
    found = planned(deployment, now)
    assert found.groups == (("d", "e"),)
    assert found.left_out == {"paused": 1, "no consent on record": 1, "away": 1}


def test_a_leaver_is_taken_out_once_and_the_rhythm_of_the_others_goes_on(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    publish(deployment, now)
    with deployment.database.reads() as session:
        anchors = {r.member_id: r.anchor_on for r in session.scalars(select(Rhythm))}
    (dyad,) = (group for group in groups(deployment) if len(group) == 2)
    enrol(deployment, now, **{dyad[0]: {"status": "left"}})
    later = now + timedelta(days=3)
    assert mend_groups(deployment, later) == 1
    assert mend_groups(deployment, later) == 0
    assert sorted(map(len, groups(deployment))) == [2, 2]
    with deployment.database.reads() as session:
        after = session.scalars(select(Rhythm)).all()
        assert {r.member_id: r.anchor_on for r in after} == anchors
        assert sum(r.next_due_at is None for r in after) == 1
        dissolved = session.scalars(select(BuddyGroup).where(BuddyGroup.state == "dissolved")).all()
    assert len(dissolved) >= 1


def test_a_draft_that_a_later_exclusion_speaks_against_is_not_published_and_names_no_one(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    draft = planned(deployment, now)
    store_round(deployment, draft, now=now, publish=False, actor="staff:cora")
    one, other = draft.groups[0][:2]
    enrol(deployment, now, **{one: {"never": other}})
    with pytest.raises(RotationRefused, match="members or rules have changed"):
        publish_round(deployment, "spring", 1, now=now, actor="staff:cora")
    assert groups(deployment) == []


def test_a_draft_that_seats_somebody_who_has_left_is_not_published(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    draft = planned(deployment, now)
    store_round(deployment, draft, now=now, publish=False, actor="staff:cora")
    enrol(deployment, now, a={"status": "left"})
    with pytest.raises(RotationRefused, match="members or rules have changed"):
        publish_round(deployment, "spring", 1, now=now, actor="staff:cora")


def test_an_undo_does_not_bring_two_back_together_who_are_kept_apart_by_now(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    first = publish(deployment, now)
    publish(deployment, now + timedelta(days=1), early=True)
    one, other = first.groups[0][:2]
    enrol(deployment, now, **{one: {"never": other}})
    running = groups(deployment)
    with pytest.raises(RotationRefused, match="cannot go on"):
        undo_round(deployment, "spring", 2, now=now + timedelta(days=2), actor="staff:cora")
    assert groups(deployment) == running


def test_two_who_publish_drafts_at_the_same_moment_end_with_one_round(
    deployment: Deployment, now: datetime
) -> None:
    """Really at the same moment: two threads, each with a draft of its own."""
    enrol(deployment, now)
    for _ in range(2):
        store_round(deployment, planned(deployment, now), now=now, publish=False, actor="staff:cora")
    at_once = Barrier(2)

    def publish_it(number: int) -> str:
        at_once.wait(timeout=30)
        try:
            publish_round(deployment, "spring", number, now=now, actor=f"staff:{number}")
        except RotationRefused as refused:
            return str(refused)
        return "published"

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(publish_it, (1, 2)), key=len)
    assert told[0] == "published"
    assert "by somebody else just now" in told[1]
    assert sorted(map(len, groups(deployment))) == [2, 3]
    with deployment.database.reads() as session:
        assert sorted(session.scalars(select(Round.state))) == ["draft", "published"]
        acts = session.scalars(select(AuditEntry.action)).all()
        assert sorted(session.scalars(select(Message.kind))) == ["introduction"] * 5
    assert acts.count("round_published") == 1


def test_two_who_plan_and_publish_at_the_same_moment_end_with_one_round(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    plans = [planned(deployment, now), planned(deployment, now)]
    at_once = Barrier(2)

    def publish_it(found: RoundPlan) -> str:
        at_once.wait(timeout=30)
        try:
            store_round(deployment, found, now=now, publish=True, actor="staff:cora")
        except RotationRefused as refused:
            return str(refused)
        return "published"

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(publish_it, plans), key=len)
    assert told[0] == "published"
    assert "by somebody else just now" in told[1]
    assert sorted(map(len, groups(deployment))) == [2, 3]


def test_a_draft_that_another_round_has_overtaken_is_not_published(
    deployment: Deployment, now: datetime
) -> None:
    enrol(deployment, now)
    store_round(deployment, planned(deployment, now), now=now, publish=False, actor="staff:cora")
    publish(deployment, now + timedelta(hours=1))
    with pytest.raises(RotationRefused, match="another one was"):
        publish_round(deployment, "spring", 1, now=now + timedelta(hours=2), actor="staff:cora")


def test_a_draft_is_thrown_away_without_a_trace_but_the_trail(deployment: Deployment, now: datetime) -> None:
    enrol(deployment, now)
    store_round(deployment, planned(deployment, now), now=now, publish=False, actor="staff:cora")
    discard_draft(deployment, "spring", 1, now=now, actor="staff:cora")
    with deployment.database.reads() as session:
        assert session.scalars(select(BuddyGroup)).all() == []
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "draft_discarded"
    publish(deployment, now)
    with pytest.raises(RotationRefused, match="published already"):
        discard_draft(deployment, "spring", 1, now=now, actor="staff:cora")


def test_only_the_share_of_groups_that_the_program_allows_changes(
    deployment: Deployment, now: datetime
) -> None:
    steady = replace(deployment, most_change=50)
    rows = [
        (n, {"id": f"m{n:02}", "phone": f"+1202555{100 + n:04}", "sms_consent": "yes"}) for n in range(2, 10)
    ]
    import_members(steady, rows, now=now, cohort="spring")
    first = publish(steady, now)
    later = now + timedelta(days=91)
    with steady.database.writes.begin() as session:
        wisher = session.scalars(select(Member).where(Member.ref == first.groups[0][0])).one()
        session.add(Rematch(id=new_id(), member_id=wisher.id, asked_at=later))
    second = publish(steady, later)
    assert len(set(first.groups) & set(second.groups)) == 2
    assert first.groups[0] not in second.groups
    assert len(second.changed) == 4
    with steady.database.reads() as session:
        told = session.scalars(select(Message.kind)).all()
        assert session.scalars(select(Rematch)).all() == []
    assert len(told) == 8 + 4  # who stays together is not introduced again


def test_a_change_that_was_asked_for_is_made_in_the_running_round(
    deployment: Deployment, now: datetime
) -> None:
    rows = [
        (n, {"id": f"m{n:02}", "phone": f"+1202555{100 + n:04}", "sms_consent": "yes"}) for n in range(2, 10)
    ]
    import_members(deployment, rows, now=now, cohort="spring")
    first = publish(deployment, now)
    later = now + timedelta(days=9)
    with deployment.database.writes.begin() as session:
        wisher = session.scalars(select(Member).where(Member.ref == first.groups[0][0])).one()
        session.add(Rematch(id=new_id(), member_id=wisher.id, asked_at=later))
        cohort = session.scalars(select(Cohort.id)).one()
        assert mending_needed(session, deployment, cohort, later).changes == 1
    mended = mend_round(deployment, "spring", now=later, actor="staff:cora")
    assert first.groups[0] in mended.ended
    assert len(mended.ended) <= 3
    assert not mended.alone
    assert all(set(first.groups[0]) - set(group) for group in mended.formed)
    with deployment.database.reads() as session:
        assert session.scalars(select(Rematch)).all() == []
        assert mending_needed(session, deployment, cohort, later).changes == 0
    again = mend_round(deployment, "spring", now=later, actor="staff:cora")
    assert (again.ended, again.formed) == ((), ())


def test_hours_that_members_work_are_compared_in_their_own_zones(
    deployment: Deployment, now: datetime
) -> None:
    rule = Preference(attribute=WORKING_HOURS, rule=Rule.OVERLAP, weight=20)
    deployment = replace(deployment, policy=Policy(preferences=(rule,)))
    hours = {
        "a": ("America/New_York", "09:00-17:00"),
        "b": ("America/Los_Angeles", "06:00-14:00"),
        "c": ("America/New_York", "19:00-07:00"),
        "d": ("America/Los_Angeles", "16:00-04:00"),
    }
    changes = {id_: {"timezone": zone, "work_hours": held} for id_, (zone, held) in hours.items()}
    enrol(deployment, now, **changes, e={"status": "paused"})
    first = publish(deployment, now)
    assert set(first.groups) == {("a", "b"), ("c", "d")}
