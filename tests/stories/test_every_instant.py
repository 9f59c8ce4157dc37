"""The process may end before any statement and any commit: afterwards nothing is lost and nothing went twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, func, select

from engine.drain_sender import drain_sender
from engine.outbox import Draft, State, put
from engine.plan_nudges import plan_nudges
from engine.settle_doubt import settle_doubt, suspect_abandoned
from store.database import Database
from store.models import Message, Rhythm
from tests.stories.world import World

LEASE_OVER = timedelta(minutes=3)


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@contextmanager
def _ends_at(database: Database, instant: int) -> Iterator[None]:
    """Ends what is done inside before the statement or commit of that number."""
    passed = 0

    def at(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == instant:
            raise Killed

    engines: set[Engine] = {database.engine, database.reading_engine}
    listeners = [(engine, name) for engine in engines for name in ("before_cursor_execute", "commit")]
    for engine, name in listeners:
        event.listen(engine, name, at)
    try:
        yield
    finally:
        for engine, name in listeners:
            event.remove(engine, name, at)


def _survives(database: Database, instant: int, work: Callable[[], object]) -> bool:
    """Whether the work had fewer instants than that."""
    try:
        with _ends_at(database, instant):
            work()
    except Killed:
        return False
    return True


def _phones(instant: int) -> list[str]:
    return [f"+1202556{instant:03}{number}" for number in range(3)]


def _queue(world: World, instant: int) -> None:
    now = world.clock.now()
    with world.deployment.database.writes.begin() as session:
        for phone in _phones(instant):
            draft = Draft(key=phone, kind="help", medium="sms", address=phone, due_at=now)
            put(session, world.deployment, draft, now)


def _recover(world: World) -> None:
    """What the next process does, once the claim of the one before is over."""
    sender = world.deployment.channels["sms"].sender
    world.clock.at += LEASE_OVER
    suspect_abandoned(world.deployment, world.clock)
    for _ in range(3):
        settle_doubt(world.deployment, world.clock)
        drain_sender(world.deployment, sender, world.clock)
        world.clock.at += timedelta(minutes=1)


def test_a_drain_that_ends_at_any_instant_loses_nothing_and_repeats_nothing(world: World) -> None:
    database, sender = world.deployment.database, world.deployment.channels["sms"].sender
    instant, over = 0, False
    while not over:
        instant += 1
        _queue(world, instant)
        over = _survives(database, instant, lambda: drain_sender(world.deployment, sender, world.clock))
        _recover(world)
        assert [len(world.phone(phone)) for phone in _phones(instant)] == [1, 1, 1], f"instant {instant}"
    assert instant > 10
    assert {m.state for m in world.messages(kind="help")} <= {State.SENT, State.DELIVERED}


def test_a_look_up_that_ends_at_any_instant_settles_all_the_same(world: World) -> None:
    database, sender = world.deployment.database, world.deployment.channels["sms"].sender
    instant, over = 0, False
    while not over:
        instant += 1
        _queue(world, instant)
        drain_sender(world.deployment, sender, world.clock)
        with database.writes.begin() as session:
            for row in session.scalars(select(Message).where(Message.natural_key.in_(_phones(instant)))):
                row.state, row.provider_id = State.IN_DOUBT, None
        over = _survives(database, instant, lambda: settle_doubt(world.deployment, world.clock))
        _recover(world)
        assert [len(world.phone(phone)) for phone in _phones(instant)] == [1, 1, 1], f"instant {instant}"
    assert instant > 3


def test_planning_that_ends_at_any_instant_plans_each_nudge_once(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    database = world.deployment.database
    instant, over, weeks = 0, False, 0
    while not over:
        instant += 1
        weeks += 1
        with database.reads() as session:
            world.clock.at = session.scalars(select(func.max(Rhythm.next_due_at))).one()
        over = _survives(database, instant, lambda: plan_nudges(world.deployment, world.clock.now()))
        plan_nudges(world.deployment, world.clock.now())
        with database.reads() as session:
            nudges = select(func.count()).where(Message.slot.is_not(None))
            assert session.scalar(nudges) == 2 * weeks, f"instant {instant}"
    assert instant > 4  # claim, insert, move on, commit
