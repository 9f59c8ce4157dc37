"""On PostgreSQL one node at a time drains a sender, and what a dead node held is another's."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from engine import shared_drains
from engine.deployment import URGENT
from engine.shared_drains import DRAIN, SharedDrains, enqueue, enqueue_unless_live
from store.database import Database, open_database
from store.models import Cohort, new_id
from tests.conftest import NOW
from tests.databases import PostgresServer

pytestmark = pytest.mark.postgresql
SENDER, OTHER = "twilio:+15005550006", "sendgrid:buddy@example.org"
PATIENCE = 60


@pytest.fixture
def server(postgres_server: PostgresServer) -> Iterator[Database]:
    """A fresh database on a server."""
    with postgres_server.fresh() as url:
        database = open_database(url)
        yield database
        database.close()


def _jobs(database: Database) -> list[tuple[str, str]]:
    with database.reads() as session:
        rows = session.execute(text("select queueing_lock, status::text from procrastinate_jobs order by id"))
        return [(name, status) for name, status in rows]


def _enqueue(database: Database, name: str) -> None:
    with database.writes.begin() as session:
        enqueue(session, name)


def test_a_wake_is_committed_with_its_messages_or_not_at_all(server: Database) -> None:
    session = server.writes()
    enqueue(session, SENDER)
    session.rollback()
    assert _jobs(server) == []
    enqueue(session, SENDER)
    session.commit()
    assert _jobs(server) == [(SENDER, "todo")]
    session.close()


def test_a_refused_wake_leaves_the_transaction_that_asked_for_it_whole(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enqueue(server, SENDER)
    # As if the job that waits had been committed between the look and the wake.
    monkeypatch.setattr(shared_drains, "_WAITING", text("select 1 where cast(:name as text) is null"))
    with server.writes.begin() as session:
        enqueue(session, SENDER)
        session.add(Cohort(id=new_id(), name="after the refusal", created_at=NOW))
    assert _jobs(server) == [(SENDER, "todo")]
    with server.reads() as session:
        assert [cohort.name for cohort in session.query(Cohort)] == ["after the refusal"]


def test_the_sweep_wakes_only_a_sender_without_a_live_job(server: Database) -> None:
    with server.writes.begin() as session:
        assert enqueue_unless_live(session, SENDER)
        assert not enqueue_unless_live(session, SENDER)
        assert enqueue_unless_live(session, OTHER)


def _on_a_worker_that_died(server: Database, *, successor: bool) -> list[tuple[str, str]]:
    """What is left of a job whose worker showed no life for long, after a rescue."""

    async def scene() -> None:
        app = App(connector=PsycopgConnector(conninfo=_conninfo(server), min_size=1, max_size=2))
        async with app.open_async():
            worker = await app.job_manager.register_worker()
            assert await app.job_manager.fetch_job(queues=None, worker_id=worker)
            if successor:
                _enqueue(server, SENDER)
            with server.writes.begin() as session:
                session.execute(
                    text("update procrastinate_workers set last_heartbeat = now() - interval '20 seconds'")
                )
            await shared_drains.rescue_stalled(app)

    _enqueue(server, SENDER)
    with ThreadPoolExecutor(1) as pool:  # a browser test of this process may have left a loop running
        pool.submit(lambda: asyncio.run(scene())).result()
    return _jobs(server)


def _conninfo(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_job_of_a_dead_worker_is_put_back(server: Database) -> None:
    assert _on_a_worker_that_died(server, successor=False) == [(SENDER, "todo")]


def test_where_a_successor_waits_the_dead_workers_job_is_ended_and_the_successor_stays(
    server: Database,
) -> None:
    assert _on_a_worker_that_died(server, successor=True) == [(SENDER, "todo")]


class _Node:
    """A worker whose drains last until they are let go."""

    def __init__(self, database: Database, log: list[str], running: threading.Semaphore) -> None:
        self.go = threading.Event()
        self._log, self._running = log, running
        self.worker = SharedDrains(database, drain=self._drain, answer=lambda: None, help_now=self._help)
        self.worker.start()

    def _drain(self, sender: str) -> None:
        self._log.append(f"begins {sender}")
        self._running.release()
        assert self.go.wait(PATIENCE)
        self._log.append(f"ends {sender}")
        self._running.release()

    def _help(self) -> None:
        self._log.append("helps")
        self._running.release()


def test_one_node_at_a_time_drains_a_sender_while_help_waits_for_nobody(server: Database) -> None:
    log: list[str] = []
    step = threading.Semaphore(0)
    nodes = [_Node(server, log, step), _Node(server, log, step)]
    try:
        _enqueue(server, SENDER)
        assert step.acquire(timeout=PATIENCE)
        _enqueue(server, SENDER)  # the successor
        _enqueue(server, URGENT)
        _enqueue(server, OTHER)
        assert step.acquire(timeout=PATIENCE)
        assert step.acquire(timeout=PATIENCE)
        assert sorted(log) == sorted([f"begins {SENDER}", f"begins {OTHER}", "helps"])
        for node in nodes:
            node.go.set()
        for _ in range(4):
            assert step.acquire(timeout=PATIENCE)
        assert [line for line in log if SENDER in line] == [f"begins {SENDER}", f"ends {SENDER}"] * 2
    finally:
        for node in nodes:
            node.go.set()
            node.worker.stop()
    assert [job for job in _jobs(server) if job[0] != "rescue"] == []


def test_the_queue_names_nothing_but_the_sender(server: Database) -> None:
    _enqueue(server, SENDER)
    with server.reads() as session:
        (row,) = session.execute(text("select task_name, args::text, lock from procrastinate_jobs")).all()
    assert tuple(row) == (DRAIN, f'{{"sender": "{SENDER}"}}', SENDER)
