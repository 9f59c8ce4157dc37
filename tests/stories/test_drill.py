"""A drill goes the whole way and touches nobody but the people on call."""

from collections.abc import Callable
from datetime import timedelta

from engine.handle_incident import acknowledge
from engine.hold_drill import hold_drill
from engine.staff import staff_by_ref
from tests.stories.world import RESPONDER_PHONE, World

ONE = "+12025550101"


class Waiting:
    """The world's clock, on which something happens while the drill waits."""

    def __init__(self, world: World, after: timedelta, happens: Callable[[], None]) -> None:
        self._clock, self._happens = world.clock, happens
        self._at = world.clock.now() + after
        self.now, self.wall = world.clock.now, world.clock.wall

    def sleep(self, length: timedelta) -> None:
        """Moves the clock on; the thing happens once its time has come."""
        self._clock.sleep(length)
        if self._clock.now() >= self._at:
            self._happens()


def answered_by_rene(world: World) -> None:
    (incident,) = world.incidents()
    with world.deployment.database.reads() as session:
        rene = staff_by_ref(session, "rene")
    assert rene is not None
    now = world.clock.now()
    acknowledge(world.deployment, incident.id, rene, call_by=now, calling_now=True, now=now)


def test_a_drill_pages_with_the_word_and_ends_when_somebody_acknowledges(world: World) -> None:
    world.enrol({}, {})
    clock = Waiting(world, timedelta(seconds=20), lambda: answered_by_rene(world))
    report = hold_drill(world.deployment, clock, wait=timedelta(minutes=10))
    assert report.problem == ""
    assert report.acknowledged_by == "Rene Sponder"
    assert report.acknowledged == 20
    assert [(page.to, page.by) for page in report.pages] == [("rene", "sms")]
    assert report.answer.startswith("Automatic reply")
    (page,) = world.phone(RESPONDER_PHONE)
    assert page.startswith("DRILL")
    assert [text.to for text in world.sandbox.memory.texts()] == [RESPONDER_PHONE]


def test_a_drill_that_nobody_answers_fails_and_leaves_nothing_open(world: World) -> None:
    world.enrol({})
    clock = Waiting(world, timedelta(days=1), lambda: None)
    report = hold_drill(world.deployment, clock, wait=timedelta(minutes=6))
    assert report.problem == "nobody acknowledged in time"
    assert len(report.pages) == 2
    (incident,) = world.incidents()
    assert (incident.state, incident.outcome, incident.from_sealed) == ("closed", "drill", None)
    world.advance(hours=1)
    assert len(world.phone(RESPONDER_PHONE)) == 2
    assert world.phone(ONE) == []


def test_a_drill_without_anybody_on_call_says_so(unattended_world: World) -> None:
    clock = Waiting(unattended_world, timedelta(days=1), lambda: None)
    report = hold_drill(unattended_world.deployment, clock, wait=timedelta(seconds=5))
    assert report.problem == "nobody could be paged"
    assert "nobody on our team is on call" in report.answer
    assert unattended_world.mailbox("coordinator@example.org") == []
