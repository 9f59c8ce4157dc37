"""On PostgreSQL, Procrastinate carries the drains: one job a sender, run by one node at a time, rescued from dead ones.

The outbox holds the messages; a job says only "look at this queue". What a node loses with a job costs seconds,
never a message. On SQLite nothing of this is imported.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import (
    AlreadyEnqueued,
    ConnectorException,
    ProcrastinateException,
    UniqueViolation,
)
from procrastinate.jobs import Status
from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.deployment import INBOUND, URGENT
from store.database import Database

log = structlog.get_logger(__name__)
QUEUE = "prepaired"
DRAIN, ANSWER, HELP, RESCUE = "drain", "answer", "help", "rescue"
HEARTBEAT = 2.0  # seconds between a worker's signs of life
STALLED = 8.0  # without one for so long, its jobs are another's
AT_ONCE = 16  # jobs of one node; a sender has one, and a crisis must never wait for a place
POLL = 1.0  # seconds, where a notification was missed
_WAITING = text("select 1 from procrastinate_jobs where queueing_lock = :name and status = 'todo'")
_LIVE = text("select 1 from procrastinate_jobs where queueing_lock = :name and status in ('todo', 'doing')")
_DEFERRING = App(connector=SyncPsycopgConnector())  # never opened: it writes on the caller's connection

# A job that failed is told by us; its own log would repeat each start and end.
logging.getLogger("procrastinate").setLevel(logging.ERROR)


def enqueue(session: Session, name: str) -> None:
    """Has a worker look at that sender (or at what came in, or is urgent) once this transaction is committed.

    On the transaction's own connection, so that there is no gap between commit and job. Where one waits already
    nothing is added: it will start after us. That one may be served before our commit is seen, which is why the
    sweep looks again.
    """
    if session.scalar(_WAITING, {"name": name}) is None:
        _defer(session, name)


def enqueue_unless_live(session: Session, name: str) -> bool:
    """The same for the sweep: not where a job waits or runs; whether one was added."""
    return session.scalar(_LIVE, {"name": name}) is None and _defer(session, name)


def _defer(session: Session, name: str) -> bool:
    """Looks first, since each refusal is an error in the server's log; refused all the same, a savepoint keeps
    the transaction."""
    task = {INBOUND: ANSWER, URGENT: HELP}.get(name, DRAIN)
    # A lock keeps a second node off the same sender. Answers and pages have none: they wait for nobody.
    lock = name if task == DRAIN else None
    try:
        with session.begin_nested():
            driver = session.connection().connection.driver_connection
            job = _DEFERRING.configure_task(
                task, queue=QUEUE, lock=lock, queueing_lock=name, connection=driver,
                priority=0 if task == DRAIN else 10,
            )  # fmt: skip
            job.defer(**({"sender": name} if task == DRAIN else {}))
    except AlreadyEnqueued:
        return False
    return True


class SharedDrains:
    """This node's worker, in a thread of its own: takes jobs, shows that it lives, rescues what dead nodes held."""

    def __init__(
        self,
        database: Database,
        *,
        drain: Callable[[str], None],
        answer: Callable[[], None],
        help_now: Callable[[], None],
    ) -> None:
        self._url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._drain, self._answer, self._help = drain, answer, help_now
        self._ending = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._live, name="drains", daemon=True)

    def start(self) -> None:
        """Begins to take jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no further job and returns when those at hand are done."""
        self._ending.set()
        if self._loop is not None and self._task is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread.is_alive():
            self._thread.join()

    def _live(self) -> None:
        """Starts the worker again when the server was away: it ends with its connection."""
        while not self._ending.is_set():
            try:
                asyncio.run(self._until_cancelled())
            except asyncio.CancelledError:
                return
            except (ProcrastinateException, psycopg.Error, OSError) as fault:
                log.warning("worker_ended", fault=type(fault).__name__)
            self._ending.wait(1.0)

    async def _until_cancelled(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._ending.is_set():
            return
        self._loop.set_default_executor(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="job"))
        app = self._app()
        async with app.open_async():
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=AT_ONCE,
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                delete_jobs="always",
            )

    def _app(self) -> App:
        app = App(connector=PsycopgConnector(conninfo=self._url, min_size=1, max_size=4))
        app.task(name=DRAIN)(self._drain)
        app.task(name=ANSWER)(self._answer)
        app.task(name=HELP)(self._help)

        # A queueing lock keeps it single; with a lock, a node that dies at it would leave nobody to rescue.
        @app.periodic(cron="* * * * * */2")
        @app.task(name=RESCUE, queue=QUEUE, queueing_lock=RESCUE, priority=20)
        async def rescue(timestamp: int) -> None:
            await rescue_stalled(app)

        return app


async def rescue_stalled(app: App) -> None:
    """Puts jobs of dead workers back. Where a successor waits already, the old one is ended: that does the work."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        if job.id is None:
            continue
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await _end(app, job.id)
        except ConnectorException:
            continue  # another node was quicker
        log.warning("job_rescued", task=job.task_name)
    await app.job_manager.prune_stalled_workers(STALLED)


async def _end(app: App, job_id: int) -> None:
    try:
        await app.job_manager.finish_job_by_id_async(job_id=job_id, status=Status.FAILED, delete_job=True)
    except ConnectorException:
        return  # another node was quicker
