"""A small program to look at: staff, members in groups, and a clock that moves when told to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from channels.channel import Copy, Outcome, OutcomeKind, Outgoing
from engine.deployment import Deployment
from engine.import_members import import_members
from engine.links import Purpose, issue
from engine.rotate import RoundPlan, plan_round, store_round
from engine.staff import sync_staff
from sandbox.state import SandboxState
from scripts.program import load_program
from store.database import Database
from store.models import Member, Message, Staff
from store.sealing import Vault

PROGRAM = """
name: Side by Side
organisation: Lakeview Medical Center
staff:
  - {id: ana, name: Ana Silva, email: ana@example.org, phone: "+12025550140", unit: Quality, roles: [coordinator]}
  - {id: dee, name: Dee Okafor, email: dee@example.org, phone: "+12025550141", roles: [director]}
  - {id: ray, name: Ray Chen, email: ray@example.org, phone: "+12025550142", unit: Chaplaincy, roles: [responder]}
  - {id: sam, name: Sam Ortiz, email: sam@example.org, phone: "+12025550143", unit: ICU, roles: [supporter]}
  - {id: uma, name: Uma Patel, email: uma@example.org, phone: "+12025550144", unit: Oncology, roles: [supporter]}
  - {id: cy, name: Cy Ward, email: cy@example.org, unit: ICU, roles: [clinical_reviewer]}
  - {id: bea, name: Bea Nakamura, email: bea@example.org, unit: Psychiatry, roles: [clinical_backup]}
  - {id: art, name: Art Novak, email: art@example.org, roles: [auditor]}
on_call:
  role: chaplain
  hours:
    - {days: [mon, tue, wed, thu, fri, sat, sun], starts: "00:00", ends: "00:00", chain: [ray]}
"""

PEOPLE = (
    ("m1", "Marisol Quintanilla", "+12025550101", "Oncology"),
    ("m2", "Theodora Vance", "+12025550102", "ICU"),
    ("m3", "Priya Raman", "+12025550103", "Emergency"),
    ("m4", "João Ferreira", "+12025550104", "Surgery"),
    ("m5", "Ngozi Adeyemi", "+12025550105", "Quality"),
    ("m6", "Ingrid Solberg", "+12025550106", "Pediatrics"),
)


@dataclass
class StillClock:
    """Stands still until moved; the wall moves with it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def sleep(self, length: timedelta) -> None:
        self.at += length


@dataclass
class Outbox:
    """A channel that keeps what it is given."""

    medium: str
    sender: str
    per_second: float = 100.0
    batch_size: int = 10
    can_look_up: bool = False
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        self.sent += batch
        return [Outcome(kind=OutcomeKind.ACCEPTED, provider_id=one.message_id) for one in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        return iter(())


@dataclass
class Hospital:
    """The deployment under test, with short ways to what a test starts from."""

    deployment: Deployment
    clock: StillClock
    woken: list[str] = field(default_factory=list)
    twilio: SandboxState | None = None  # where a test brings one

    @classmethod
    def opened(cls, database: Database, vault: Vault, now: datetime, folder: Path, *, url: str) -> "Hospital":
        """With six members in three groups."""
        path = folder / "program.yaml"
        path.write_text(PROGRAM)
        woken: list[str] = []
        deployment = Deployment(
            database=database,
            vault=vault,
            program=load_program(path),
            channels={"sms": Outbox("sms", "twilio:test"), "email": Outbox("email", "mail:test")},
            public_url=url,
            reply_domain="reply.example.org",
            wake=woken.append,
        )
        sync_staff(deployment, now)
        import_members(deployment, list(_rows()), now=now, cohort="main")
        planned = plan_round(deployment, "main", now=now)
        assert isinstance(planned, RoundPlan)
        store_round(deployment, planned, now=now, publish=True, actor="test")
        return cls(deployment=deployment, clock=StillClock(now), woken=woken)

    def member(self, ref: str = "m1") -> UUID:
        with self.deployment.database.reads() as session:
            return session.scalars(select(Member.id).where(Member.ref == ref)).one()

    def staff(self, ref: str) -> Staff:
        with self.deployment.database.reads() as session:
            return session.scalars(select(Staff).where(Staff.ref == ref)).one()

    def link(self, purpose: Purpose, ref: str = "m1") -> str:
        """A fresh token of that kind for a member."""
        with self.deployment.database.writes.begin() as session:
            return issue(session, purpose, now=self.clock.now(), member_id=self.member(ref))

    def messages(self, kind: str) -> Sequence[Message]:
        with self.deployment.database.reads() as session:
            return session.scalars(select(Message).where(Message.kind == kind)).all()


def _rows() -> Iterator[tuple[int, dict[str, str]]]:
    for line, (ref, name, phone, unit) in enumerate(PEOPLE, 2):
        yield line, {
            "id": ref, "name": name, "phone": phone, "unit": unit, "timezone": "America/New_York",
            "email": f"{ref}@example.org", "sms_consent": "yes", "email_consent": "yes",
        }  # fmt: skip
