"""Kills workers at random instants and counts what that cost: `python -m benchmarks.chaos --kills 100 --seed 7`.

Real schedulers on a real database send through the official client to a stand-in that answers 1 % each with 503, 429
and a hang-up after accepting. Each `kill -9` falls at an instant drawn from the seed. Afterwards the survivors finish,
and every member's phone is counted. The same run shows what queues do that send again what is unsettled, and what
systems do that never send it again. On PostgreSQL three workers share the work.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from benchmarks.population import NOW, deployment, fresh_database, populate, twilio
from benchmarks.standin import Standin, standin
from channels.channel import Channel, Copy
from channels.twilio import TwilioChannel
from engine.clock import MovedClock
from engine.outbox import State
from engine.scheduler import Scheduler
from store.database import Database, open_database
from store.models import Message, Rhythm

PER_SECOND = 400.0
LIFE = (0.05, 1.0)  # seconds that a worker lives, at least and at most
LOOK_UP, SEND_AGAIN, GIVE_UP = "looked up, then settled or sent", "sent again", "never sent again"
_OPEN = (State.DUE, State.SENDING, State.IN_DOUBT)
# Every time a row enters doubt counts, also where the process that saw it was killed.
_TALLY = {
    "sqlite": [
        "create table doubts (id blob)",
        "create trigger doubted after update of state on message when new.state = 'in_doubt' and "
        "old.state <> 'in_doubt' begin insert into doubts values (new.id); end",
    ],
    "postgresql": [
        "create table doubts (id uuid)",
        "create function doubted() returns trigger language plpgsql as "
        "$$ begin insert into doubts values (new.id); return new; end $$",
        "create trigger doubted after update of state on message for each row when (new.state = 'in_doubt' and "
        "old.state <> 'in_doubt') execute function doubted()",
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run cost."""

    members: int
    kills: int
    lost: int
    duplicated: int
    look_ups: int
    doubts: int
    seconds: float


class _Forgetful:
    """A channel as others have it: what is unsettled is taken for never sent, or for sent."""

    def __init__(self, channel: TwilioChannel, *, can_look_up: bool) -> None:
        self._channel = channel
        self.can_look_up = can_look_up

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    def copies(self, to: str) -> Iterator[Copy]:
        return iter(())


def _channel(at: Standin, way: str) -> Channel:
    channel = twilio(at, per_second=PER_SECOND)
    if way == LOOK_UP:
        return channel
    return _Forgetful(channel, can_look_up=way == SEND_AGAIN)  # type: ignore[return-value]


def _worker(url: str, at: Standin, way: str, now: datetime) -> int:
    """A worker in a process of its own, as `prepaired serve --only worker` runs it; its process id."""
    if child := os.fork():
        return child
    with contextlib.suppress(BaseException):
        running = deployment(open_database(url), {"sms": _channel(at, way)})
        Scheduler(running, MovedClock(now), plan_every=0.2).start()
        signal.pause()
    os._exit(1)


def _left(database: Database, now: datetime) -> int:
    """Rows that still wait for something, and nudges that are not planned yet."""
    with database.reads() as session:
        open_rows = session.scalar(select(func.count()).where(Message.state.in_(_OPEN))) or 0
        unplanned = session.scalar(select(func.count()).where(Rhythm.next_due_at <= now)) or 0
    return open_rows + unplanned


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def chaos(kind: str, *, kills: int, seed: int, members: int, workers: int, way: str = LOOK_UP) -> Cost:
    """Runs one program through that many kills."""
    random_, now = random.Random(seed), NOW + timedelta(hours=1, minutes=5)
    began = time.monotonic()
    with (
        fresh_database(kind) as url,
        standin(seed, error=0.01, rate_limit=0.01, hang_up=0.01) as at,
    ):
        _fill(url, members)
        alive = [_worker(url, at, way, now) for _ in range(workers)]
        for _ in range(kills):
            time.sleep(random_.uniform(*LIFE))
            _kill(alive.pop(random_.randrange(len(alive))))
            alive.append(_worker(url, at, way, now))
        watched = open_database(url)
        while _left(watched, now):
            time.sleep(0.25)
        for process in alive:
            _kill(process)
        doubts = _doubts(watched)
        watched.close()
        told = at.report()
    counts = told["counts"]
    return Cost(
        members=members,
        kills=kills,
        lost=members - len(counts),
        duplicated=sum(count - 1 for count in counts.values()),
        look_ups=told["look_ups"],
        doubts=doubts,
        seconds=time.monotonic() - began,
    )


def _fill(url: str, members: int) -> None:
    database = open_database(url)
    populate(database, members)
    with database.engine.begin() as connection:
        for statement in _TALLY[connection.dialect.name]:
            connection.execute(text(statement))
    database.close()  # nothing is open when workers fork


def _doubts(database: Database) -> int:
    with database.reading_engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from doubts")) or 0)


def _row(kind: str, workers: int, way: str, cost: Cost) -> str:
    reached = f"{cost.look_ups / cost.doubts:.2f}" if way == LOOK_UP and cost.doubts else ""
    return (
        f"| {kind}, {workers} worker{'s' * (workers > 1)} | {way} | {cost.kills} | {cost.members} | {cost.lost} "
        f"| {cost.duplicated} | {cost.doubts} | {cost.look_ups} | {reached} | {cost.seconds:.0f} |"
    )


def main() -> int:
    """Prints a Markdown table; ends with 1 where our way lost or repeated anything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument(
        "--members", type=int, help="about as many as the kills leave time for, where not given"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--ours", action="store_true", help="leave out what other ways would have cost")
    options = parser.parse_args()
    members = options.members or max(300, 150 * options.kills)
    print(f"seed {options.seed}\n\n| database | in doubt is | kills | nudges | lost | twice | rows in doubt | look-ups "
          "| each | seconds |\n|---|---|---|---|---|---|---|---|---|---|", flush=True)  # fmt: skip
    failed = False
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        for way in (LOOK_UP,) if options.ours else (LOOK_UP, SEND_AGAIN, GIVE_UP):
            workers = 1 if kind == "sqlite" else 3
            cost = chaos(
                kind, kills=options.kills, seed=options.seed, members=members, workers=workers, way=way
            )
            failed |= way == LOOK_UP and bool(cost.lost or cost.duplicated)
            print(_row(kind, workers, way, cost), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
