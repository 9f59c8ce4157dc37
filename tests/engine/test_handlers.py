"""Whose hands a case may be in: never one's own, one's unit's, or that of somebody one is kept apart from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.advance_deadlines import advance_deadlines
from engine.handlers import coordinators_for, may_handle, responders_for
from engine.request_support import confirm
from escalation.roster import Responder, Roster
from store.models import Member, Message, Staff
from tests.engine.people import MEMBERS, Town

M2 = MEMBERS[1]


def coordinators(town: Town, ref: str = "m1") -> list[str]:
    with town.deployment.database.reads() as session:
        member = session.get_one(Member, town.member(ref))
        return [staff.ref for staff in coordinators_for(session, town.deployment, member)]


def on_call(town: Town, ref: str = "m1") -> list[str]:
    with town.deployment.database.reads() as session:
        member = session.get_one(Member, town.member(ref))
        return [one.id for one in responders_for(session, town.deployment, member, town.now)]


def test_without_a_conflict_the_coordinator_has_it(town: Town) -> None:
    assert coordinators(town) == ["cora"]
    assert on_call(town) == ["rene"]


@pytest.mark.parametrize("same", [{"email": "M1@Example.org"}, {"phone": "(202) 555-0101"}])
def test_ones_own_case_goes_to_the_director(town: Town, same: dict[str, str]) -> None:
    town.change_staff("cora", **same)
    assert coordinators(town) == ["dira"]
    assert coordinators(town, "m2") == ["cora"]


def test_a_case_of_ones_own_unit_goes_to_the_director(town: Town) -> None:
    town.change_staff("cora", unit="ONCOLOGY")
    assert coordinators(town) == ["dira"]


@pytest.mark.parametrize("same", [{"email": M2["email"]}, {"phone": M2["phone"]}])
def test_a_never_rule_keeps_a_coordinator_out_who_is_a_member_too(town: Town, same: dict[str, str]) -> None:
    town.change_staff("cora", **same)
    assert coordinators(town) == ["cora"]
    town.exclude("m1", "m2")
    assert coordinators(town) == ["dira"]


def test_what_neither_coordinator_nor_director_may_have_is_the_deputys(town: Town) -> None:
    town.change_staff("cora", unit="Oncology")
    town.change_staff("dira", phone=M2["phone"])
    town.exclude("m2", "m1")
    assert coordinators(town) == []
    town.change_staff("paul", email="paul@example.org", roles=frozenset({"supporter"}), deputy="paul")
    assert coordinators(town) == ["paul"]
    town.change_staff("paul", unit="Oncology")
    assert coordinators(town) == []


@pytest.mark.parametrize(
    "same", [{"unit": "oncology"}, {"phone": "+12025550101"}, {"email": "m1@example.org"}]
)
def test_nobody_is_paged_for_their_own_unit_or_for_themselves(town: Town, same: dict[str, str]) -> None:
    town.change_staff("rene", **same)
    assert on_call(town) == []
    assert on_call(town, "m2") == ["rene"]


def test_a_never_rule_skips_a_responder_and_the_next_of_the_chain_is_paged(town: Town) -> None:
    town.change_staff("rene", phone=M2["phone"])
    town.change_staff("sven", phone="+12025550195", roles=frozenset({"responder"}))
    program = town.deployment.program
    sven = Responder(id="sven", name="Sven", role="clinician", media=("sms",))
    shift = replace(program.roster.shifts[0], chain=("rene", "sven"))
    roster = Roster(zone=program.roster.zone, responders=(*program.roster.responders, sven), shifts=(shift,))
    town.deployment = replace(town.deployment, program=replace(program, roster=roster))
    assert on_call(town) == ["rene", "sven"]
    town.exclude("m1", "m2")
    assert on_call(town) == ["sven"]


def test_a_stranger_has_no_conflict_with_anybody(town: Town) -> None:
    with town.deployment.database.reads() as session:
        rene = session.get_one(Staff, town.staff("rene"))
        assert may_handle(session, town.deployment.vault, rene, None)


def told(town: Town) -> set[str]:
    names = {staff.id: staff.ref for staff in town.rows(Staff)}
    return {names[row.staff_id] for row in town.rows(Message, kind="deadline_notice") if row.staff_id}


def late_request(town: Town) -> None:
    with town.deployment.database.writes.begin() as session:
        confirm(session, town.deployment, session.get_one(Member, town.member()), town.now)
    advance_deadlines(town.deployment, town.now + timedelta(days=4))


def test_coordinator_deputy_and_director_hear_of_a_missed_deadline(town: Town) -> None:
    town.change_staff("paul", email="paul@example.org", roles=frozenset({"supporter"}), deputy="paul")
    late_request(town)
    assert told(town) == {"cora", "dira", "paul"}


def test_a_director_in_conflict_hears_of_no_missed_deadline_while_another_may(town: Town) -> None:
    town.change_staff("dira", unit="Oncology")
    late_request(town)
    assert told(town) == {"cora"}


def test_where_nobody_may_have_it_the_director_hears_of_the_missed_deadline(town: Town) -> None:
    town.change_staff("cora", unit="Oncology")
    town.change_staff("dira", unit="Oncology")
    late_request(town)
    assert told(town) == {"dira"}
