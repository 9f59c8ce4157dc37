"""After closure and grace nothing tells whose case it was: not the database, not the provider, not the log."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import MetaData, select

from engine.break_glass import break_glass
from engine.case_people import trail_of
from engine.erase_member import erase_member
from engine.hold_case import HoldRefused, ask_hold, confirm_hold, holds, lift_hold
from engine.open_cases import Involved, Report, open_cases
from engine.provider_copies import copy_is_due, delete_copies
from engine.work_request import follow_up, work_request
from escalation.requests import RequestEvent
from escalation.ways_in import Kind, Source
from sandbox.faults import FaultKind
from store.models import AuditEntry, CaseCount, Inbound, Member, Message, ProviderCopy, SupportRequest
from tests.dump import dump
from tests.stories.world import World

ONE, MAIL = "+12025550101", "m1@example.org"
E = RequestEvent


def lived_through(world: World) -> SupportRequest:
    """A member's case from the wish to its closure, with everything that is written on the way."""
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3")
    report = Report(
        involved=[Involved(member="m1")], source=Source.EVENT, kind=Kind.DEATH, sentence="Was there."
    )
    open_cases(world.deployment, report, actor="api:test", now=world.clock.now())
    (request,) = world.requests()
    for event in (E.MATCH, E.ACCEPT, E.REACH, E.TALK):
        step(world, request, event)
    for days in (4, 30):
        world.advance(days=days)
        follow_up(world.deployment, request.id, staff=world.staff("sofi"), now=world.clock.now())
    step(world, request, E.CLOSE)
    return request


def step(world: World, request: SupportRequest, event: RequestEvent) -> None:
    work_request(
        world.deployment, request.id, event, staff=world.staff("cora"), now=world.clock.now(),
        supporter_id=world.staff("sofi").id if event is E.MATCH else None,
    )  # fmt: skip
    world.tick()


def traces(world: World, request: SupportRequest) -> list[bytes]:
    """Of everything that could lead back to the case, what is found in the database as it lies on disk."""
    found = dump(world.deployment.database)
    looked_for = [str(request.id).encode(), request.id.hex.encode(), request.id.bytes]
    return [trace for trace in looked_for if trace in found]


def joins(world: World, request: SupportRequest) -> list[str]:
    """Every row that ties the member to a case: by a foreign key, a kind of message, the trail, or what was written."""
    member, tables = request.member_id, MetaData()
    database = world.deployment.database
    tables.reflect(database.reading_engine)
    found = [name for name in tables.tables if "case" in name and "member_id" in tables.tables[name].c]
    with database.reads() as session:
        kinds = session.scalars(select(Message.kind).where(Message.member_id == member))
        found += [kind for kind in kinds if "support" in kind or kind in ("outreach_offer", "helped_ask")]
        found += session.scalars(select(SupportRequest.alias).where(SupportRequest.member_id == member))
        indexes = [point.address_index for point in session.get_one(Member, member).contacts]
        found += session.scalars(select(Inbound.provider_id).where(Inbound.from_index.in_(indexes)))
        for entry in session.scalars(select(AuditEntry)):
            names_member = str(member) in f"{entry.actor}{entry.subject}{entry.detail}"
            if names_member and ("request" in entry.action or "case" in f"{entry.subject}{entry.detail}"):
                found.append(entry.action)
    return found


def test_after_the_grace_period_nothing_leads_from_a_member_to_the_case(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request = lived_through(world)
    assert traces(world, request)
    assert joins(world, request)
    world.advance(days=7, minutes=1)
    assert world.requests() == []
    assert traces(world, request) == []
    assert joins(world, request) == []
    with world.deployment.database.reads() as session:
        counts = [(row.kind, row.outcome, row.count) for row in session.scalars(select(CaseCount))]
    assert counts in ([("death", "talked", 1)], [("any", "any", 1)])  # as the month is over, or not
    for trace in (ONE, "Member1", str(request.id), request.alias, "Was there"):
        assert trace not in caplog.text


def test_the_providers_copies_go_too(world: World) -> None:
    lived_through(world)
    state = world.sandbox.memory
    asked = [text for text in state.texts(from_=ONE) if text.is_inbound]
    offered = [text for text in state.texts(to=ONE) if not text.is_inbound and "support" in text.body]
    assert asked
    assert offered
    world.advance(days=8)
    world.tick()
    assert [text for text in (*asked, *offered) if state.text(text.sid) is not None] == []
    assert world.phone(ONE)  # the member's own phone keeps what it received


def test_a_copy_that_the_provider_does_not_delete_is_tried_again(world: World) -> None:
    world.sandbox.write_text(ONE, "hello")
    sid = world.sandbox.memory.texts()[0].sid
    with world.deployment.database.writes.begin() as session:
        copy_is_due(session, sid, world.clock.now())
    world.sandbox.faults.set(FaultKind.ERROR, chance=1.0)
    assert delete_copies(world.deployment, world.clock.now()) == 0
    world.sandbox.faults.clear()
    assert delete_copies(world.deployment, world.clock.now()) == 0  # not yet
    assert delete_copies(world.deployment, world.clock.now() + timedelta(hours=1)) == 1
    assert world.sandbox.memory.text(sid) is None


def kept_at_sendgrid(world: World) -> list[str]:
    return [one.subject for one in world.sandbox.memory.mails() if one.to == MAIL]


def by_mail(world: World) -> SupportRequest:
    """The case of a member who reads mail alone, an offer of outreach among it; closed by a no."""
    world.enrol({"phone": "", "sms_consent": "", "email": MAIL, "email_consent": "yes"}, {})
    report = Report(involved=[Involved(member="m1")], source=Source.EVENT, kind=Kind.DEATH)
    open_cases(world.deployment, report, actor="api:test", now=world.clock.now())
    world.tick()
    step(world, world.requests()[0], E.DECLINE)
    return world.requests()[0]


def test_the_mail_provider_forgets_the_address_when_the_case_is_forgotten(world: World) -> None:
    by_mail(world)
    assert kept_at_sendgrid(world)
    world.advance(days=7, minutes=1)
    world.tick()
    assert kept_at_sendgrid(world) == []
    assert copies_due(world) == []


def test_the_mail_provider_forgets_a_member_who_is_forgotten_once_it_answers(world: World) -> None:
    request = by_mail(world)
    assert request.member_id is not None
    world.sandbox.faults.set(FaultKind.ERROR, chance=1.0)
    erase_member(world.deployment, request.member_id, world.clock.now(), actor="a member")
    assert MAIL.encode() not in dump(world.deployment.database)
    assert delete_copies(world.deployment, world.clock.now()) == 0
    world.sandbox.faults.clear()
    assert kept_at_sendgrid(world)
    world.clock.at += timedelta(hours=1)
    assert delete_copies(world.deployment, world.clock.now()) == 1
    assert kept_at_sendgrid(world) == []
    assert copies_due(world) == []


def test_an_address_that_the_provider_never_takes_is_given_up_after_three_days_and_on_record(
    world: World,
) -> None:
    request = by_mail(world)
    assert request.member_id is not None
    erase_member(world.deployment, request.member_id, world.clock.now(), actor="a member")
    with world.deployment.database.writes.begin() as session:
        for copy in session.scalars(select(ProviderCopy)):
            copy.tries = 72
    world.sandbox.faults.set(FaultKind.ERROR, chance=1.0)
    delete_copies(world.deployment, world.clock.now())
    assert copies_due(world) == []
    with world.deployment.database.reads() as session:
        assert "provider_copy_stayed" in set(session.scalars(select(AuditEntry.action)))


def copies_due(world: World) -> list[ProviderCopy]:
    with world.deployment.database.reads() as session:
        return list(session.scalars(select(ProviderCopy)))


def test_a_hold_takes_two_persons_and_keeps_the_case_until_it_is_lifted(world: World) -> None:
    request = lived_through(world)
    deployment, now = world.deployment, world.clock.now()
    cora, dira = world.staff("cora"), world.staff("dira")
    ask_hold(deployment, request.id, cora, now)
    with pytest.raises(HoldRefused, match="somebody else"):
        confirm_hold(deployment, request.id, cora, now)
    confirm_hold(deployment, request.id, dira, now)
    world.advance(days=9)
    assert len(world.requests()) == 1
    with deployment.database.reads() as session:
        (hold,) = holds(session, deployment)
        actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.subject == request.alias)))
    assert (hold.asked_by, hold.confirmed_by) == ("Cora Ordin", "Dira Ector")
    assert {"hold_asked", "hold_confirmed"} <= actions
    lift_hold(deployment, request.id, dira, world.clock.now())
    world.tick()
    assert world.requests() == []


def test_a_hold_outlasts_the_members_wish_to_be_forgotten(world: World) -> None:
    request = lived_through(world)
    deployment, now = world.deployment, world.clock.now()
    assert request.member_id is not None
    ask_hold(deployment, request.id, world.staff("cora"), now)
    confirm_hold(deployment, request.id, world.staff("dira"), now)
    assert erase_member(deployment, request.member_id, now, actor="a member")
    assert [(one.id, one.member_id) for one in world.requests()] == [(request.id, None)]
    lift_hold(deployment, request.id, world.staff("dira"), now)
    world.advance(days=9)
    assert world.requests() == []


def test_a_member_half_forgotten_when_the_server_stopped_is_forgotten_by_the_next_tick(world: World) -> None:
    world.enrol({}, {}, {})
    with world.deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.status == "active")).first()
        assert member is not None
        member.status, member.forgetting_for = "left", "a member"  # the first step, and then no power
    world.tick()
    with world.deployment.database.reads() as session:
        assert session.get(Member, member.id) is None
        forgotten = select(AuditEntry.actor).where(AuditEntry.action == "member_erased")
        assert list(session.scalars(forgotten)) == ["a member"]


@pytest.mark.parametrize("harm", [False, True])
def test_a_look_of_which_the_member_must_not_hear_is_not_on_their_page(world: World, harm: bool) -> None:
    request = lived_through(world)
    break_glass(
        world.deployment, request.id, world.staff("dira"), "asked for by counsel in writing",
        world.clock.now(), harm=harm,
    )  # fmt: skip
    assert request.member_id is not None
    with world.deployment.database.reads() as session:
        read = {entry.action for entry in session.scalars(trail_of(session, request.member_id))}
    assert ("glass_broken" in read) is not harm


def test_a_question_for_a_hold_that_nobody_confirms_holds_nothing(world: World) -> None:
    request = lived_through(world)
    ask_hold(world.deployment, request.id, world.staff("cora"), world.clock.now())
    world.advance(days=7, minutes=1)
    assert world.requests() == []
