"""Mail that SendGrid holds back for a while: what is in doubt is cancelled there and sent anew, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.sendgrid import SendGridChannel
from engine.outbox import Draft, State, put
from sandbox.faults import FaultKind
from sandbox.server import SandboxServer
from sandbox.state import API_KEY
from tests.stories.world import World

ONE, OTHER = "one@example.org", "other@example.org"


@pytest.fixture
def world(world: World, sandbox_server: SandboxServer) -> World:
    """The story program, its mail held back for half an hour."""
    held = SendGridChannel(
        api_key=API_KEY,
        from_address="buddy@example.org",
        api_base=sandbox_server.sendgrid_base,
        hold=timedelta(minutes=30),
        timeout=timedelta(seconds=2),
    )
    channels = {**world.deployment.channels, "email": held}
    world.deployment = replace(world.deployment, channels=channels)
    return world


def _enrolled(world: World) -> None:
    mail = {"phone": "", "sms_consent": "", "email_consent": "yes"}
    world.enrol({**mail, "email": ONE}, {**mail, "email": OTHER})
    world.publish()


def _after_the_hold(world: World) -> list[int]:
    world.clock.at += timedelta(hours=2)
    world.sandbox.release_scheduled()
    return [len(world.mailbox(address)) for address in (ONE, OTHER)]


def test_a_mail_that_may_wait_is_held_back_and_then_arrives(world: World) -> None:
    _enrolled(world)
    world.tick()
    assert world.mailbox(ONE) == []
    assert {m.state for m in world.messages(kind="introduction")} == {State.SENT}
    assert _after_the_hold(world) == [1, 1]


@pytest.mark.parametrize(
    "fault", [FaultKind.ERROR, FaultKind.ERROR_AFTER_ACCEPT, FaultKind.HANG_UP, FaultKind.HANG_AFTER_ACCEPT]
)
def test_a_mail_in_doubt_is_cancelled_and_sent_once_under_a_new_batch(world: World, fault: FaultKind) -> None:
    _enrolled(world)
    # The one before is for the batch: it sends nothing, and is spared what follows an acceptance.
    world.sandbox.faults.set(fault, next_requests=2 if fault is FaultKind.ERROR else 1, only="sendgrid")
    report = world.tick()
    assert report.problems == []
    assert _after_the_hold(world) == [1, 1]
    assert {m.state for m in world.messages(kind="introduction")} <= {State.SENT, State.DELIVERED}


def test_what_shared_a_batch_with_a_mail_in_doubt_is_sent_again_with_it(world: World) -> None:
    _enrolled(world)
    world.tick()
    taken, other = world.messages(kind="introduction")
    with world.deployment.database.writes.begin() as session:
        session.merge(other).state = State.IN_DOUBT
    report = world.tick()
    assert report.requeued == 2
    assert taken.batch_id != world.messages(id=taken.id)[0].batch_id
    assert _after_the_hold(world) == [1, 1]


def test_what_can_no_longer_be_cancelled_waits_for_its_event_and_is_never_repeated(world: World) -> None:
    _enrolled(world)
    world.tick()
    row = world.messages(kind="introduction")[0]
    world.clock.at += timedelta(minutes=25)
    with world.deployment.database.writes.begin() as session:
        session.merge(row).state = State.IN_DOUBT
    world.tick()
    (left,) = world.messages(id=row.id)
    assert (left.state, left.reason) == (State.DEAD, "in_doubt")
    assert _after_the_hold(world) == [1, 1]


def test_a_mail_that_answers_somebody_is_never_held_back(world: World) -> None:
    _enrolled(world)
    world.tick()
    with world.deployment.database.writes.begin() as session:
        put(
            session,
            world.deployment,
            Draft(key="h", kind="help", medium="email", address=OTHER, due_at=world.clock.now()),
            world.clock.now(),
        )
    world.tick()
    assert len(world.mailbox(OTHER)) == 1
    assert {m.held_until is None for m in world.messages(kind="introduction")} == {False}


def test_near_the_night_a_nudge_is_handed_over_at_once(world: World) -> None:
    _enrolled(world)
    world.advance(days=2, hours=9, minutes=50)
    due = world.messages(kind="weekly", state=State.SENT)
    assert due
    row = due[0]
    with world.deployment.database.writes.begin() as session:
        kept = session.merge(row)
        kept.state, kept.send_before = State.DUE, world.clock.now() + timedelta(minutes=20)
    world.tick()
    (sent,) = world.messages(id=row.id)
    assert (sent.state in (State.SENT, State.DELIVERED), sent.held_until) == (True, None)
