"""What the engine asks again and again looks nothing up by reading through a table that grows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, text

from engine.answer_inbound import answer_inbound
from engine.clock import Clock
from engine.deployment import Deployment
from engine.engine_health import engine_health
from engine.rotate import RoundPlan, plan_round, store_round
from engine.tick import senders_with_work, tick
from store.database import Database
from tests.engine.people import Town
from tests.stories.world import WorldClock

# A row or more for each member, message or answer; everything else stays small.
GROWING = (
    "member", "contact_point", "consent", "suppression", "cohort_member", "buddy_group", "group_place", "rhythm",
    "message", "link", "provider_event", "inbound", "check_in", "colour", "audit_entry",
)  # fmt: skip
Asked = dict[str, Any]


@contextmanager
def listening(database: Database) -> Iterator[Asked]:
    """Statement -> the values of its first use."""
    asked: Asked = {}

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, is_many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and not is_many:
            asked.setdefault(statement, values)

    engines = {database.engine, database.reading_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def go_round(deployment: Deployment, clock: Clock) -> Asked:
    """Everything that a node asks while nothing, or a nudge, is due."""
    with listening(deployment.database) as asked:
        tick(deployment, clock)
        senders_with_work(deployment, clock.now())
        answer_inbound(deployment, clock.now())
        engine_health(deployment, clock)
    return asked


def publish(town: Town) -> None:
    planned = plan_round(town.deployment, "main", now=town.now)
    assert isinstance(planned, RoundPlan)
    store_round(town.deployment, planned, now=town.now, publish=True, actor="system")


def test_no_round_of_the_engine_reads_through_a_growing_table(town: Town) -> None:
    publish(town)
    clock, read_through = WorldClock(town.now), set()
    for days in (0, 1, 7):  # before the first nudge, and after
        clock.sleep(timedelta(days=days))
        asked = go_round(town.deployment, clock)
        with town.deployment.database.reading_engine.connect() as connection:
            read_through |= {
                (step, statement)
                for statement, values in asked.items()
                for step in _steps(connection, statement, values)
            }
    assert not read_through


def _steps(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    """Steps that read a whole table, or a whole index that is not one of few rows."""
    if connection.dialect.name == "postgresql":
        # With so few rows the server would rather read them all: where it does even so, there is no index.
        connection.execute(text("set local enable_seqscan = off"))
        for row in connection.exec_driver_sql(f"explain {statement}", values):
            found = re.search(r"Seq Scan on (\w+)", str(row[0]))
            if found and found[1] in GROWING:
                yield str(row[0]).strip()
        return
    for row in connection.exec_driver_sql(f"explain query plan {statement}", values):
        found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", str(row[-1]))
        if found and found[1] in GROWING and not _is_partial(connection, found[2]):
            yield str(row[-1])


def _is_partial(connection: Connection, index: str | None) -> bool:
    """Whether it holds only the rows for which something unusual is true."""
    made = connection.execute(text("select sql from sqlite_master where name = :name"), {"name": index})
    return " WHERE " in (made.scalar() or "").upper()
