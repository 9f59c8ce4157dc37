"""The course of a simulated program, on a clock that jumps from one event to the next. Nothing is drawn but people:
use cases, channels and the providers' wire protocol are the real ones.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.answer_inbound import answer_inbound
from engine.drain_sender import drain_sender
from engine.import_members import import_members
from engine.outbox import State
from engine.reconcile_inbound import reconcile_inbound
from engine.settle_doubt import settle_doubt
from engine.tick import help_now, make_due, senders_with_work
from sandbox.faults import FaultKind
from scripts.forced_repeats import repeats_without_need
from scripts.serving import Served, bound_socket
from scripts.simulated_page import page_of
from scripts.simulated_people import Crowd
from scripts.simulated_staff import Team
from scripts.simulated_wire import Wire
from scripts.stage import Stage, publish_next, set_stage
from scripts.wiring import quiet_logs
from store.models import Incident, Member, Message, Rhythm, SupportRequest

_BEGINS = datetime(2027, 1, 4, 21, 30, tzinfo=UTC)  # a Monday afternoon in New York
_MONTH = timedelta(days=30)
_COHORT = "simulated"
_MINUTE = timedelta(minutes=1)
_GRAIN = timedelta(hours=3)  # what comes due within it is done together
_LOST_REPORTS = 0.9  # of a hundred delivery reports ten are made: each takes as long as sending
_TABLE = 2_000  # messages that the stand-ins remember at least


@dataclass
class _Course:
    """A simulation under way."""

    stage: Stage
    crowd: Crowd
    team: Team
    wire: Wire
    rounds: int = 0
    repeats: int = 0
    needless_repeats: int = 0
    steps: int = 0
    heard_until: datetime = field(default=_BEGINS)

    def begin_month(self, month: int, members: int, churn: float, seed: int) -> None:
        """People leave and join, some go on leave, and whoever is due for it gets new buddies."""
        stage, crowd, now = self.stage, self.crowd, self.stage.clock.now()
        rows = crowd.turn_over(churn) if month else crowd.join(members)
        leaves = crowd.live(now, now + _MONTH)
        for part in (rows, leaves):
            import_members(stage.deployment, enumerate(part, start=2), now=now, cohort=_COHORT)
        if planned := publish_next(stage, _COHORT, seed + month):
            self.rounds += 1
            self.repeats += planned.repeats
            if planned.repeats:
                self.needless_repeats += repeats_without_need(stage.deployment, planned, now)
        self._go_round()

    def live_until(self, until: datetime) -> None:
        """Goes from event to event."""
        while (upcoming := self._next_at()) is not None and upcoming < until:
            self._move_to(min(upcoming + _GRAIN, self._prompt_at(until), until))
        self._move_to(until)
        self.wire.look()

    def _move_to(self, at: datetime) -> None:
        self.stage.clock.move_to(at)
        if self.crowd.speak(self.stage.sandbox, at):
            self.stage.sandbox.settle()
        self.team.work(at)
        self._go_round()
        self._hear()

    def _go_round(self) -> None:
        """What a scheduler does in its looks, once each."""
        deployment, clock = self.stage.deployment, self.stage.clock
        self.steps += 1
        while answer_inbound(deployment, clock.now()):
            help_now(deployment, clock)
        help_now(deployment, clock)
        make_due(deployment, clock.now())
        while senders := senders_with_work(deployment, clock.now()):
            for sender in senders:
                drain_sender(deployment, sender, clock)
            settle_doubt(deployment, clock)
        if self.steps % 50 == 0:
            reconcile_inbound(deployment, clock)
            self.wire.look()
        self.stage.sandbox.settle()  # reports are signed with the hour: they arrive before the clock moves on

    def _hear(self) -> None:
        """Those whose nudge has arrived since the last look decide what they do about it."""
        with self.stage.deployment.database.reads() as session:
            fresh = session.execute(
                select(Member.ref, Message.slot, Message.sent_at)
                .join(Member, Member.id == Message.member_id)
                .where(
                    Message.slot.is_not(None),
                    Message.sent_at > self.heard_until,
                    Message.state.in_((State.SENT, State.DELIVERED)),
                )
                .order_by(Message.sent_at, Message.id)
            ).all()
        for ref, slot, sent_at in fresh:
            if slot is not None and sent_at is not None:
                self.crowd.hear(ref, slot, sent_at)
                self.heard_until = max(self.heard_until, sent_at)

    def _prompt_at(self, until: datetime) -> datetime:
        """When staff act or are paged next: nobody in need waits for the grain; at least a minute from now."""
        now = self.stage.clock.now()
        with self.stage.deployment.database.reads() as session:
            page = session.scalar(select(func.min(Incident.next_page_at)).where(Incident.next_page_at > now))
        soonest = _earliest([page, self.team.next_at()]) or until
        return max(soonest, now + _MINUTE)

    def _next_at(self) -> datetime | None:
        """The earliest instant after now at which something waits to be done."""
        now, deployment = self.stage.clock.now(), self.stage.deployment
        senders = [channel.sender for channel in deployment.channels.values()]
        columns = (
            Rhythm.next_due_at, Rhythm.silence_look_at, Incident.next_page_at, SupportRequest.remind_at,
            SupportRequest.expires_at,
        )  # fmt: skip
        with deployment.database.reads() as session:
            waiting = select(func.min(Message.not_before)).where(
                Message.sender.in_(senders), Message.state == State.DUE, Message.not_before > now
            )
            found = [session.scalar(waiting)]
            found += [session.scalar(select(func.min(column)).where(column > now)) for column in columns]
        return _earliest([*found, self.crowd.next_at(), self.team.next_at()])


def _earliest(instants: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def run_through(
    folder: Path, *, members: int, months: int, churn: float, size: int, seed: int
) -> dict[str, Any]:
    """Runs it and returns the counts that `prepaired simulate` prints."""
    quiet_logs()
    bound = bound_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with ExitStack() as stack:
        stage = set_stage(
            url,
            folder,
            starts_at=_BEGINS,
            seed=seed,
            size=size,
            most=max(_TABLE, 12 * members),
            durable=False,
        )
        stack.callback(stage.close)
        stack.enter_context(Served(stage.app(stage.deployment), bound))
        stage.sandbox.faults.set(FaultKind.LOST_CALLBACK, chance=_LOST_REPORTS)
        course = _Course(
            stage=stage,
            crowd=Crowd(seed),
            team=Team(stage.deployment, "noor", seed),
            wire=Wire(stage.sandbox),
        )
        for month in range(months):
            course.begin_month(month, members, churn, seed)
            course.live_until(_BEGINS + (month + 1) * _MONTH)
        given = {"members": members, "months": months, "churn": churn, "size": size, "seed": seed}
        return given | page_of(
            stage.deployment, course.crowd, course.wire, stage.clock.now(), months=months,
            rounds=course.rounds, repeats=course.repeats, needless_repeats=course.needless_repeats,
        )  # fmt: skip
