"""Each node's clock: APScheduler with jobs in memory only. It decides when to look; rows decide what is due.

Never a job a member, and no job store: a job that is lost with the process costs nothing, since the next look
finds the same rows.
"""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.answer_inbound import answer_inbound
from engine.beat import beat
from engine.clock import Clock
from engine.collect_mail import collect_mail
from engine.deployment import INBOUND, URGENT, Deployment
from engine.drain_sender import drain_sender
from engine.reconcile_inbound import reconcile_inbound
from engine.revive_introductions import revive_introductions
from engine.settle_doubt import settle_doubt, suspect_abandoned
from engine.settle_in import note_round
from engine.tick import help_now, make_due, senders_with_work

if TYPE_CHECKING:
    from engine.shared_drains import SharedDrains

PLAN_EVERY = 5.0  # seconds
SWEEP_EVERY = 2.0
HELP_EVERY = 0.5  # a page or an answer to a crisis that another process has queued, or whose wake was missed
RECONCILE_EVERY = 60.0
BEAT_EVERY = 60.0
COLLECT_EVERY = 15.0
THREADS = 10


class Scheduler:
    """Runs the engine of one node until stopped. `deployment` is the one to hand on: its `wake` works."""

    def __init__(self, deployment: Deployment, clock: Clock, *, plan_every: float = PLAN_EVERY) -> None:
        self._clock = clock
        self._ending = threading.Event()
        self.deployment = replace(waking(deployment), wake=self.wake)
        self._shared = self._shared_drains()
        self._plan_every = plan_every
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        # It reports each run that overlaps with the one before, which here is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Starts looking, at once."""
        revive_introductions(self.deployment, self._clock.now())
        for work, seconds in (
            (self._plan, self._plan_every),
            (self._sweep, min(SWEEP_EVERY, self._plan_every)),
            (self._answer, SWEEP_EVERY),
            (self._help, HELP_EVERY),
            (self._reconcile, RECONCILE_EVERY),
            (self._beat, BEAT_EVERY),
            (self._collect, COLLECT_EVERY),
        ):
            self._scheduler.add_job(
                work, "interval", seconds=seconds, id=work.__name__, next_run_time=datetime.now(UTC)
            )
        self._scheduler.start()
        if self._shared is not None:
            self._shared.start()

    def stop(self) -> None:
        """Ends after what is being done; nothing is lost by it."""
        self._ending.set()
        if self._shared is not None:
            self._shared.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _shared_drains(self) -> "SharedDrains | None":
        """Where nodes share a server, a job queue says which of them drains a sender."""
        if self.deployment.enqueue is None:
            return None
        from engine.shared_drains import SharedDrains

        return SharedDrains(
            self.deployment.database, drain=self._drain, answer=self._answer, help_now=self._help
        )

    def wake(self, name: str) -> None:
        """Looks after one sender, or what came in, or what is urgent, now; at most one such look runs at a time."""
        if not self._scheduler.running:
            return
        looks = {INBOUND: self._answer, URGENT: self._help}
        if name not in looks and self.deployment.enqueue is not None:
            with self.deployment.database.writes.begin() as session:
                self.deployment.enqueue(session, name)
            return
        work, arguments = (looks[name], []) if name in looks else (self._drain, [name])
        self._scheduler.add_job(
            work, args=arguments, id=f"wake:{name}", replace_existing=True, next_run_time=datetime.now(UTC)
        )

    def _plan(self) -> None:
        make_due(self.deployment, self._clock.now())
        note_round(self.deployment.database, self._clock.wall())

    def _sweep(self) -> None:
        suspect_abandoned(self.deployment, self._clock)
        settle_doubt(self.deployment, self._clock)
        for sender in senders_with_work(self.deployment, self._clock.now()):
            self._wake_unless_live(sender)

    def _wake_unless_live(self, sender: str) -> None:
        """A wake that was refused because a job waited may have been served before its rows were committed."""
        if self._shared is None:
            self.wake(sender)
            return
        from engine.shared_drains import enqueue_unless_live

        with self.deployment.database.writes.begin() as session:
            enqueue_unless_live(session, sender)

    def _help(self) -> None:
        """Its own job: a provider that hangs on a look-up or a nudge must not keep a page waiting."""
        help_now(self.deployment, self._clock)

    def _answer(self) -> None:
        while answer_inbound(self.deployment, self._clock.now()):
            self.wake(URGENT)

    def _reconcile(self) -> None:
        if reconcile_inbound(self.deployment, self._clock):
            self._answer()

    def _beat(self) -> None:
        beat(self.deployment, self._clock)

    def _collect(self) -> None:
        """Its own job: a mailbox that hangs must not keep texts waiting."""
        if collect_mail(self.deployment, self._clock):
            self._answer()

    def _drain(self, sender: str) -> None:
        drain_sender(self.deployment, sender, self._clock, is_ending=self._ending.is_set)


def waking(deployment: Deployment) -> Deployment:
    """The deployment of a node that runs no engine of its own: on a shared server its wakes reach the workers.

    With an embedded database there are no other nodes, and nothing changes.
    """
    if deployment.database.is_sqlite:
        return deployment
    from engine.shared_drains import enqueue

    def wake(name: str) -> None:
        with deployment.database.writes.begin() as session:
            enqueue(session, name)

    return replace(deployment, wake=wake, enqueue=enqueue)
