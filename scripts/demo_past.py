"""Leads the demo through its first weeks: the real use cases and channels, only the clock hurries."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import func, select

from engine.deployment import Deployment
from engine.outbox import State
from engine.program import Program
from engine.tick import tick
from nudges.cadence import anchor_on, zone_of
from nudges.clock import MemberClock
from sandbox.faults import FaultKind
from sandbox.state import SandboxState
from scripts.demo_cast import Cast
from scripts.demo_clock import DemoClock
from store.models import Message, Rhythm

_WEEKS = 2
_LOOK_BACK = 10  # days in which a working morning is sought
_GRAIN = timedelta(minutes=30)  # what comes due within it is done together
_REPORTED = timedelta(days=4)  # before the end; delivery reports of earlier messages would take the longest


def begins_at(now: datetime, program: Program) -> datetime:
    """The instant at which the sample round is published, so that its last nudges fall on the last morning."""
    clock = program.clock(program.zone)
    local = now.astimezone(zone_of(program.zone))
    last = local.date() if local.hour >= 15 else local.date() - timedelta(days=1)
    for back in range(_LOOK_BACK):
        morning = last - timedelta(days=back)
        published = _published_for(morning, clock, local.tzinfo)
        if morning == clock.working_day(morning) and published is not None:
            return published.astimezone(UTC)
    return now - timedelta(weeks=_WEEKS)  # among holidays no such day need exist


def _published_for(last: date, clock: MemberClock, zone: tzinfo | None) -> datetime | None:
    """The instant of publishing from which nudges fall on `last`; None where a holiday moves them away."""
    first = last - timedelta(weeks=_WEEKS)
    for days in range(1, 8):
        published = datetime.combine(first - timedelta(days=days), time(16, 30), zone)
        if anchor_on(published, clock) == first:
            return published
    return None


def live_through(
    deployment: Deployment,
    clock: DemoClock,
    sandbox: SandboxState,
    cast: Cast,
    goes_on: Callable[[], bool] = lambda: True,
    *,
    reported: timedelta = _REPORTED,
) -> None:
    """Goes from event to event until `cast.until`, or until `goes_on` says no.

    Delivery reports arrive for the last stretch only, as long as `reported`.
    """
    sandbox.faults.set(FaultKind.LOST_CALLBACK, chance=1.0)
    tick(deployment, clock)
    while goes_on():
        coming = [at for at in (_due_next(deployment, clock.now()), cast.next_at()) if at is not None]
        if not coming or min(coming) >= cast.until:
            break
        clock.move_to(min(min(coming) + _GRAIN, cast.until))
        if clock.now() > cast.until - reported:
            sandbox.faults.clear()
        if cast.speak(sandbox, clock.now()):
            sandbox.settle()
        tick(deployment, clock)
        sandbox.settle()  # reports are signed with the hour: they must arrive before the clock moves on
        cast.hear(deployment)
    sandbox.faults.clear()
    clock.move_to(cast.until)


def _due_next(deployment: Deployment, now: datetime) -> datetime | None:
    with deployment.database.reads() as session:
        found = [
            session.scalar(select(func.min(Rhythm.next_due_at))),
            session.scalar(
                select(func.min(Message.not_before)).where(
                    Message.state == State.DUE, Message.not_before > now
                )
            ),
        ]
    return min((at for at in found if at is not None), default=None)
