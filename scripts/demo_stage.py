"""Runs the demo: the sample program enrolled, led through its first weeks, then served."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from engine.clock import SystemClock
from engine.import_members import import_members
from engine.scheduler import Scheduler
from scripts.demo_cast import Cast
from scripts.demo_past import begins_at, live_through
from scripts.serving import Ending, Served
from scripts.stage import introduce, publish_next, sample_people, sample_program, set_stage
from scripts.wiring import quiet_logs

if TYPE_CHECKING:
    import socket

_COHORT = "Lakeside, first year"
_SEED = 7


def run_demo(
    bound: "socket.socket",
    url: str,
    *,
    folder: Path,
    speed: float,
    ending: Ending,
    announce: Callable[[], None],
    ready: Callable[[], None],
) -> None:
    """Prepares, announces, lives through some weeks, then runs until it is asked to end."""
    quiet_logs()
    today = SystemClock().now()
    with ExitStack() as stack:
        stage = set_stage(url, folder, starts_at=begins_at(today, sample_program(url)), seed=_SEED)
        stack.callback(stage.close)
        people = sample_people()
        introduce(stage.sandbox, people)
        import_members(stage.deployment, enumerate(people, start=2), now=stage.clock.now(), cohort=_COHORT)
        publish_next(stage, _COHORT, _SEED)
        scheduler = Scheduler(stage.deployment, stage.clock, plan_every=_plan_every(speed))
        stack.enter_context(Served(stage.app(scheduler.deployment), bound))
        announce()
        cast = Cast(people={row["id"]: row for row in people}, until=today, seed=_SEED)
        live_through(stage.deployment, stage.clock, stage.sandbox, cast, lambda: not ending.asked)
        stage.clock.run(speed)
        stack.callback(scheduler.stop)
        if not ending.asked:
            scheduler.start()
            ready()
            ending.wait()


def _plan_every(speed: float) -> float:
    """Seconds between two looks: half an hour of the demo's time, between a quarter of a second and five."""
    return min(5.0, max(0.25, 1800 / speed))
