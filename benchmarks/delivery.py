"""How fast delivery is, beside what others do on the same work: `python -m benchmarks.delivery [PART ...]`.

Parts: speed, planning, million, mails, pace, crisis, idle; all where none is named. `--small` runs each in short.
Prints Markdown tables of medians and ratios. The stand-in is a lean process of its own; with two cores it shares them
with the workers and the server, so that ratios say more than rates.
"""

import argparse
import contextlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import func, select, text

from benchmarks.population import (
    NOW,
    deployment,
    fresh_database,
    phone,
    populate,
    twilio,
)
from benchmarks.standin import NUMBER, Standin, standin
from channels.channel import Channel
from channels.sendgrid import SendGridChannel
from channels.twilio import TwilioChannel
from engine.clock import MovedClock
from engine.drain_sender import drain_sender
from engine.outbox import Draft, State, put
from engine.plan_nudges import plan_nudges
from engine.scheduler import Scheduler
from engine.tick import tick
from store.database import Database, open_database
from store.models import Message, Rhythm

END_OF_MORNING = NOW + timedelta(hours=1, minutes=5)  # everybody's nudge is due, and nobody's is late
RUNS = 3
KINDS = ("sqlite", "postgresql")


@contextlib.contextmanager
def populated(kind: str, members: int, *, medium: str = "sms", due: bool = True) -> Iterator[str]:
    """The URL of a database with that many members."""
    with fresh_database(kind) as url:
        database = open_database(url)
        populate(database, members, medium=medium, due=due)
        if not database.is_sqlite:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze"))
        database.close()
        yield url


def forked(work: Callable[[], None]) -> int:
    """Runs it in a process of its own; nothing may be open when it begins."""
    if child := os.fork():
        return child
    with contextlib.suppress(BaseException):
        work()
        os._exit(0)
    os._exit(1)


def worker(url: str, channels: Callable[[], dict[str, Channel]]) -> int:
    """A node as `prepaired serve --only worker` runs it."""

    def run() -> None:
        Scheduler(
            deployment(open_database(url), channels()), MovedClock(END_OF_MORNING), plan_every=0.2
        ).start()
        signal.pause()

    return forked(run)


def bare(at: Standin, count: int) -> float:
    """Messages a second of the official client in a bare loop, over the same transport."""
    client = twilio(at)._client
    began = time.perf_counter()
    for number in range(count):
        client.messages.create(
            to=phone(number), from_=NUMBER, body=f"{'x' * 150}{number}", validity_period=3600,
            status_callback="http://127.0.0.1:9/webhooks/twilio/status?m=0123456789abcdef",
        )  # fmt: skip
    return count / (time.perf_counter() - began)


def nudges(at: Standin, url: str, nodes: int) -> float:
    """Nudges a second, from due rhythm to recorded answer, with a sender a node."""
    watched = open_database(url)
    before = len(at.report()["at"])
    pids = [
        worker(url, lambda n=n: {"sms": twilio(at, number=f"+1500555000{n}")})  # type: ignore[misc]
        for n in range(nodes)
    ]
    members = _count(watched, select(func.count()).select_from(Rhythm))
    while _count(watched, select(func.count()).where(Message.state == State.SENT)) < members:
        time.sleep(0.2)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    watched.close()
    times = [moment for moment, _ in at.report()["at"][before:]]
    return len(times) / (max(times) - min(times))


def _count(database: Database, query: object) -> int:
    with database.reads() as session:
        return int(session.scalar(query) or 0)  # type: ignore[call-overload]


def job_each(url: str, at: Standin, count: int) -> float:
    """Nudges a second where each is a Procrastinate job that calls the same client."""
    import asyncio

    from procrastinate import App, PsycopgConnector

    conninfo = (
        open_database(url).engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    client = twilio(at)._client
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=2, max_size=10))

    @app.task(name="send", queue="bench")
    def send(number: int) -> None:
        client.messages.create(to=phone(number), from_=NUMBER, body=f"{'x' * 150}{number}")

    async def run() -> None:
        async with app.open_async():
            for number in range(count):
                await send.defer_async(number=number)
            await app.run_worker_async(
                queues=["bench"],
                wait=False,
                concurrency=8,
                install_signal_handlers=False,
                listen_notify=False,
            )

    began = time.perf_counter()
    asyncio.run(run())
    return count / (time.perf_counter() - began)


def speed(small: bool) -> None:
    """End to end, beside the bare client and one job a nudge."""
    members, runs = (1_000, 1) if small else (10_000, RUNS)
    print(
        "| end to end, a second | bare client | ours | ÷ bare | one job a nudge | ours ÷ that |\n"
        "|---|---|---|---|---|---|"
    )
    for kind, nodes in (("sqlite", 1), ("postgresql", 2)):
        loops, ours, jobs = [], [], []
        for _ in range(runs):
            with standin() as at:
                loops.append(bare(at, members // 2))
                with populated(kind, members) as url:
                    ours.append(nudges(at, url, nodes))
                    if kind == "postgresql":
                        jobs.append(job_each(url, at, members // 10))
        ratio = median(o / b for o, b in zip(ours, loops, strict=True))
        each = f"{median(jobs):.0f} | {median(ours) / median(jobs):.1f}" if jobs else " | "
        print(f"| {kind}, {nodes} sender{'s' * (nodes > 1)} on {nodes} worker{'s' * (nodes > 1)} | {median(loops):.0f} "
              f"| {median(ours):.0f} | {ratio:.2f} | {each} |", flush=True)  # fmt: skip


def _planned(url: str) -> tuple[float, int]:
    """Seconds to plan everything that is due, and the peak of memory in kB, in a process of its own."""
    reading, writing = os.pipe()

    def run() -> None:
        database = open_database(url)
        running = deployment(database, {"sms": _silent()})
        began = time.perf_counter()
        while plan_nudges(running, END_OF_MORNING):
            pass
        seconds = time.perf_counter() - began
        os.write(writing, f"{seconds} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}".encode())

    child = forked(run)
    os.close(writing)
    told = os.read(reading, 1_000).decode().split()
    os.waitpid(child, 0)
    os.close(reading)
    return float(told[0]), int(told[1])


def _silent() -> TwilioChannel:
    return twilio(Standin(port=9, pid=0))


def _scheduled(url: str, count: int) -> float:
    """Seconds in which APScheduler plans a job for each of that many members on that database."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.start(paused=True)
    began = time.perf_counter()
    for number in range(count):
        scheduler.add_job(phone, "interval", weeks=1, args=[number], id=f"m{number}")
    seconds = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    return seconds


def planning(small: bool) -> None:
    """Rows planned a second, beside APScheduler with a job a member."""
    members, runs = (2_000, 1) if small else (20_000, RUNS)
    print(
        "| planning, members a second | ours | APScheduler, a job a member | ours ÷ that |\n|---|---|---|---|"
    )
    for kind in KINDS:
        ours, theirs = [], []
        for _ in range(runs):
            with populated(kind, members) as url:
                ours.append(members / _planned(url)[0])
                theirs.append(members / 10 / _scheduled(url, members // 10))
        print(
            f"| {kind} | {median(ours):.0f} | {median(theirs):.0f} | {median(ours) / median(theirs):.1f} |",
            flush=True,
        )


def million(small: bool) -> None:
    """Planning a million: time and memory beside a tenth and a hundredth."""
    largest = 20_000 if small else 1_000_000
    print(
        "| planning due members | seconds | ÷ 10 times a tenth | peak memory, MB | ÷ that of a hundredth |\n"
        "|---|---|---|---|---|"
    )
    for kind in KINDS:
        told = {}
        for members in (largest // 100, largest // 10, largest):
            with populated(kind, members) as url:
                told[members] = _planned(url)
        (seconds, memory), tenth, hundredth = told[largest], told[largest // 10], told[largest // 100]
        print(f"| {kind}, {largest:,} | {seconds:.1f} | {seconds / (10 * tenth[0]):.2f} | {memory / 1024:.0f} "
              f"| {memory / hundredth[1]:.2f} |", flush=True)  # fmt: skip


def idle(small: bool) -> None:
    """A tick with nothing to do, at a million members and at a thousand."""
    largest, rounds = (10_000, 5) if small else (1_000_000, 15)
    print("| idle tick, ms | 1,000 members | many | ratio |\n|---|---|---|---|")
    for kind in KINDS:
        found = []
        for members in (1_000, largest):
            with populated(kind, members, due=False) as url, standin() as at:
                database = open_database(url)
                running, clock = deployment(database, {"sms": twilio(at)}), MovedClock(END_OF_MORNING)
                tick(running, clock)
                times = []
                for _ in range(rounds):
                    began = time.perf_counter()
                    tick(running, clock)
                    times.append(time.perf_counter() - began)
                found.append(median(times) * 1000)
                database.close()
        print(
            f"| {kind}, {largest:,} | {found[0]:.1f} | {found[1]:.1f} | {found[1] / found[0]:.2f} |",
            flush=True,
        )


def mails(small: bool) -> None:
    """How many requests that many mails take."""
    count = 10_000 if small else 1_000_000
    print("| mails | requests | a second |\n|---|---|---|")
    with populated("sqlite", count, medium="email") as url, standin() as at:
        database = open_database(url)
        channel = SendGridChannel(
            api_key="k", from_address="b@example.org", api_base=at.url, per_second=100_000
        )
        running = deployment(database, {"email": channel})
        while plan_nudges(running, END_OF_MORNING):
            pass
        began = time.perf_counter()
        drain_sender(running, channel.sender, MovedClock(END_OF_MORNING))
        seconds = time.perf_counter() - began
        told = at.report()
        database.close()
        print(f"| {told['mails']:,} | {told['mail_requests']:,} | {count / seconds:.0f} |", flush=True)


def pace(small: bool) -> None:
    """How many sends fall into any ten seconds, with one and with four nodes, through the death of one."""
    rate, seconds = 20.0, 40 if small else 200
    print("| pace of 20 a second | worst 10 s ÷ (10 x rate + 1) | mean ÷ rate |\n|---|---|---|")
    for nodes in (1, 4):
        with populated("postgresql", int(rate * seconds)) as url, standin() as at:
            make = lambda at=at: {"sms": twilio(at, per_second=rate)}  # noqa: E731
            pids = [worker(url, make) for _ in range(nodes)]
            while len(at.report()["at"]) < rate * seconds / 2:
                time.sleep(0.5)
            _kill_drainer(url, pids)
            if nodes == 1:
                pids.append(worker(url, make))
            while len(at.report()["at"]) < rate * seconds:
                time.sleep(0.5)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            times = sorted(moment for moment, _ in at.report()["at"])
        worst = max(sum(1 for other in times if moment <= other < moment + 10) for moment in times)
        mean = (len(times) - 1) / (times[-1] - times[0])
        print(
            f"| {nodes} node{'s' * (nodes > 1)} | {worst / (10 * rate + 1):.3f} | {mean / rate:.3f} |",
            flush=True,
        )


def _kill_drainer(url: str, pids: list[int]) -> None:
    database = open_database(url)
    with database.reads() as session:
        owner = session.scalar(text("select owner from sender where owner is not null"))
    database.close()
    pid = int(str(owner).split("|")[2]) if owner else pids[0]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    pids.remove(pid)


def crisis(small: bool) -> None:
    """How long a crisis answer takes to the provider while that many nudges are planned and going out.

    It comes from another process than the one that plans and sends: what a wake would save on SQLite is not counted.
    """
    queued, asked = (5_000, 5) if small else (100_000, 20)
    print("| nudges queued | crisis answer at the provider after, s: median | worst |\n|---|---|---|")
    for kind in KINDS:
        with populated(kind, queued) as url, standin() as at:
            pid = worker(url, lambda at=at: {"sms": twilio(at, per_second=50)})  # type: ignore[misc]
            database = open_database(url)
            while not _count(database, select(func.count()).select_from(Message)):
                time.sleep(0.01)
            # The first while the others are still being planned, the rest while they go out.
            waits = [_one_crisis(database, at, f"+1303555{number:04}") for number in range(asked)]
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            database.close()
        print(f"| {queued:,}, {kind} | {median(waits):.2f} | {max(waits):.2f} |", flush=True)


def _one_crisis(database: Database, at: Standin, number: str) -> float:
    """Seconds from the text's arrival in our table to the answer at the provider."""
    running = deployment(database, {"sms": _silent()})
    from engine.scheduler import waking

    running = waking(running)
    began = time.perf_counter()
    with database.writes.begin() as session:
        draft = Draft(key=number, kind="crisis_self", medium="sms", address=number, due_at=END_OF_MORNING)
        put(session, running, draft, END_OF_MORNING)
    running.wake("urgent")
    while number not in at.report()["counts"]:
        time.sleep(0.02)
    return time.perf_counter() - began


PARTS: dict[str, Callable[[bool], None]] = {
    "speed": speed, "planning": planning, "million": million, "mails": mails, "pace": pace, "crisis": crisis,
    "idle": idle,
}  # fmt: skip


def main() -> None:
    """Runs the parts that are named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}\n")
    for name in options.parts or PARTS:
        PARTS[name](options.small)
        print()


if __name__ == "__main__":
    sys.exit(main())
