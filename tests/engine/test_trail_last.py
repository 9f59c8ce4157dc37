"""Writing to the trail makes other writers wait until the commit, so whatever else is locked is locked before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import opt_out
from engine.answer_inbound import answer_inbound
from engine.flag_crisis import flag_crisis
from engine.handle_incident import acknowledge
from engine.receive import receive_sms
from engine.request_support import confirm
from store.models import Incident, Member, Staff
from tests.engine.people import Town

WRITES = ("insert", "update", "delete")
Act = Callable[[Session, Town], object]


@contextmanager
def statements(town: Town) -> Iterator[list[str]]:
    """Which tables are written to, in that order."""
    seen: list[str] = []
    engine = town.deployment.database.engine

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        words = statement.lower().split()
        if words[0] in WRITES:
            seen.append(words[1] if words[0] == "update" else words[2])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def flagged(session: Session, town: Town, ref: str = "m1") -> Incident:
    member = session.get_one(Member, town.member(ref))
    point = next(one for one in member.contacts if one.medium == "sms")
    return flag_crisis(
        session, town.deployment, about="self", member=member, medium="sms", address="+12025550101",
        address_index=point.address_index, text=None, now=town.now,
    )  # fmt: skip


def stopped(session: Session, town: Town) -> None:
    member = session.get_one(Member, town.member())
    index = member.contacts[0].address_index
    opt_out.stop(
        session, town.deployment, medium=member.contacts[0].medium, address_index=index, member=member,
        now=town.now, how="reply",
    )  # fmt: skip


def disowned(session: Session, town: Town) -> None:
    member = session.get_one(Member, town.member())
    index = member.contacts[0].address_index
    opt_out.disown(session, town.deployment, medium="email", address_index=index, member=member, now=town.now)


def confirmed(session: Session, town: Town) -> None:
    confirm(session, town.deployment, session.get_one(Member, town.member()), town.now)


@pytest.mark.parametrize("act", [flagged, stopped, disowned, confirmed])
def test_an_act_writes_to_the_trail_last(town: Town, act: Act) -> None:
    with town.deployment.database.writes.begin() as session:
        confirm(session, town.deployment, session.get_one(Member, town.member("m2")), town.now)
    with statements(town) as written, town.deployment.database.writes.begin() as session:
        act(session, town)
    assert set(written[-2:]) == {"audit_entry", "audit_head"}
    assert written.count("audit_entry") == 1


def test_a_stop_while_help_is_on_its_way_is_told_before_it_is_on_the_trail(town: Town) -> None:
    with town.deployment.database.writes.begin() as session:
        confirmed(session, town)
    with statements(town) as written, town.deployment.database.writes.begin() as session:
        stopped(session, town)
    assert written.index("message") < written.index("audit_entry")


def test_taking_an_incident_writes_to_the_trail_last(town: Town) -> None:
    with town.deployment.database.writes.begin() as session:
        incident = flagged(session, town).id
    with town.deployment.database.reads() as session:
        rene = session.get_one(Staff, town.staff("rene"))
    by = town.now + timedelta(minutes=5)
    with statements(town) as written:
        acknowledge(town.deployment, incident, rene, call_by=by, calling_now=True, now=town.now)
    assert written.index("message") < written.index("audit_entry")
    assert set(written[-2:]) == {"audit_entry", "audit_head"}


def test_a_stop_within_a_crisis_is_on_our_list_before_either_is_on_the_trail(town: Town) -> None:
    receive_sms(
        town.deployment, provider_id="SM1", from_="+12025550101", body="STOP. I want to die.", now=town.now
    )
    with statements(town) as written:
        answer_inbound(town.deployment, town.now)
    assert written.index("suppression") < written.index("audit_entry")
    assert town.trail() == ["incident_opened", "opted_out"]
