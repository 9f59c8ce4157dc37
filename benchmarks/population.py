"""Databases with any number of members whose nudge is due, made in bulk; and the deployment that nudges them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from benchmarks.standin import ACCOUNT, NUMBER, Standin
from channels.channel import Channel
from channels.twilio import TwilioChannel
from engine.deployment import Deployment
from engine.program import Program
from engine.rhythms import begin
from nudges.clock import QuietHours
from scripts.program import load_program
from store import program_state
from store.database import Database, open_database
from store.migrate import migrate
from store.models import BuddyGroup, Cohort, ContactPoint, GroupPlace, Member, Rhythm, Round, new_id
from store.sealing import Vault
from tests.postgres import running_server

VAULT = Vault([b"k" * 32], b"i" * 32)
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, 10 in the morning in New York
BEGAN = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
ZONE = "America/New_York"
AT_ONCE = 5_000
_PLAIN = dict.fromkeys(("work_days", "region", "shift", "cadence", "hour"), "")  # the program's own pattern


@contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """The URL of an empty, migrated database: "sqlite", "postgresql" (a server of its own) or any URL."""
    if kind not in ("sqlite", "postgresql"):
        yield kind
        return
    if kind == "postgresql":
        with running_server() as url:
            _prepare(url)
            yield url
        return
    with TemporaryDirectory(prefix="prepaired-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        _prepare(url)
        yield url


def _prepare(url: str) -> None:
    database = open_database(url)
    migrate(database)
    with database.writes.begin() as session:
        program_state.begin(session, VAULT, BEGAN)
    database.close()


def program() -> Program:
    """The built-in program, at any hour: a benchmark may run at night."""
    return replace(load_program(), quiet=QuietHours(begins=_at(3), ends=_at(3, 1)))


def _at(hour: int, minute: int = 0) -> Any:
    return datetime(2026, 1, 1, hour, minute).time()


def deployment(database: Database, channels: dict[str, Channel], **more: Any) -> Deployment:
    """The program on that database."""
    return Deployment(
        database=database, vault=VAULT, program=load_program(), channels=channels,
        lookup_wait=timedelta(seconds=0.2), **more,
    )  # fmt: skip


def twilio(at: Standin, *, per_second: float = 100_000, number: str = NUMBER) -> TwilioChannel:
    """The official client, pointed at the stand-in."""
    return TwilioChannel(
        account_sid=ACCOUNT, auth_token="t", from_number=number, public_url="http://127.0.0.1:9",
        api_base=at.url, per_second=per_second,
    )  # fmt: skip


def phone(number: int) -> str:
    """The number of the member with that index: unique, and none that exists."""
    return f"+1202{number:07}"


def populate(database: Database, members: int, *, medium: str = "sms", due: bool = True) -> None:
    """Adds that many members in pairs, each with a rhythm; due now, or only next week."""
    cohort, round_ = new_id(), new_id()
    program = load_program()
    with database.writes.begin() as session:
        session.execute(insert(Cohort), [{"id": cohort, "name": f"c{cohort.hex[-6:]}", "created_at": BEGAN}])
        session.execute(
            insert(Round),
            [{"id": round_, "cohort_id": cohort, "number": 1, "state": "published", "size": 2, "seed": 1, "weight": 0,
              "bound": 0, "planned_at": BEGAN, "published_at": BEGAN, "ends_on": None}],
        )  # fmt: skip
    aimed = _aimed(database, program, cohort, due=due)
    numbers = iter(range(members))
    while chunk := list(islice(numbers, AT_ONCE)):
        _insert(database, chunk, cohort, round_, medium, aimed)


def _aimed(database: Database, program: Program, cohort: UUID, *, due: bool) -> dict[str, Any]:
    """The columns of a rhythm as the engine aims it, at the example of a member who is never stored."""
    row = new_id()
    member = Member(
        id=row, timezone=ZONE, attributes_sealed=VAULT.seal_json({}, "member", "attributes", row), **_PLAIN
    )
    session = database.writes()
    running = Deployment(database=database, vault=VAULT, program=program)
    begin(session, running, None, member, cohort, new_id(), BEGAN)
    rhythm = next(row for row in session.new if isinstance(row, Rhythm))
    own = ("id", "cohort_id", "member_id", "group_id")
    columns = {c.name: getattr(rhythm, c.name) for c in Rhythm.__table__.columns if c.name not in own}
    session.close()
    # The end of the window: whoever's minute it is, the next occurrence is another day's.
    columns["next_due_at"] = columns["next_due_at"].replace(hour=16, minute=0, second=0, microsecond=0)
    if not due:
        columns["next_due_at"] += timedelta(days=14)
    return columns


def _insert(
    database: Database, chunk: list[int], cohort: UUID, round_: UUID, medium: str, aimed: dict[str, Any]
) -> None:
    rows: dict[type, list[dict[str, Any]]] = {
        m: [] for m in (Member, ContactPoint, BuddyGroup, GroupPlace, Rhythm)
    }
    group = new_id()
    for number in chunk:
        if number % 2 == 0:
            group = new_id()
            rows[BuddyGroup].append(
                {"id": group, "cohort_id": cohort, "round_id": round_, "state": "active", "started_at": BEGAN}
            )
        row, point = new_id(), new_id()
        address = phone(number) if medium == "sms" else f"m{number}@example.org"
        rows[Member].append(
            {"id": row, "ref": f"b{number}", "name_sealed": VAULT.seal(f"Member{number} Test", "member", "name", row),
             "attributes_sealed": VAULT.seal_json({}, "member", "attributes", row), "timezone": ZONE,
             "status": "active", "mode": "ask", "keeps_colours": True, "created_at": BEGAN, **_PLAIN}
        )  # fmt: skip
        rows[ContactPoint].append(
            {"id": point, "member_id": row, "medium": medium, "consented": True,
             "address_sealed": VAULT.seal(address, "contact_point", "address", point),
             "address_index": VAULT.index(address, medium), "answered_at": BEGAN}
        )  # fmt: skip
        rows[GroupPlace].append({"group_id": group, "member_id": row, "cohort_id": cohort, "active": True})
        rows[Rhythm].append(
            {"id": new_id(), "cohort_id": cohort, "member_id": row, "group_id": group, **aimed}
        )
    with database.writes.begin() as session:
        for model, values in rows.items():
            session.execute(insert(model), values)
