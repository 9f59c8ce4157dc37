"""Two members and the staff of the story program, with short ways to their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from engine.deployment import Deployment
from engine.links import Purpose, issue
from engine.program import StaffEntry
from engine.staff import sync_staff
from store.members import PairKeeper
from store.models import AuditEntry, Member, Message, Record, Staff

RowT = TypeVar("RowT", bound=Record)
MEMBERS = tuple(
    {
        "id": ref, "name": name, "phone": phone, "email": f"{ref}@example.org", "timezone": "America/New_York",
        "unit": unit, "sms_consent": "yes", "email_consent": "yes",
    }
    for ref, name, phone, unit in (
        ("m1", "Marisol Quintanilla", "+12025550101", "Oncology"),
        ("m2", "Theodora Vance", "+12025550102", "ICU"),
    )
)  # fmt: skip


@dataclass
class Town:
    """The deployment under test and its instant."""

    deployment: Deployment
    now: datetime
    woken: list[str]

    def member(self, ref: str = "m1") -> UUID:
        """A member's id."""
        with self.deployment.database.reads() as session:
            return session.scalars(select(Member.id).where(Member.ref == ref)).one()

    def staff(self, ref: str) -> UUID:
        """A staff member's id."""
        with self.deployment.database.reads() as session:
            return session.scalars(select(Staff.id).where(Staff.ref == ref)).one()

    def change_staff(self, ref: str, *, deputy: str | None = None, **columns: object) -> None:
        """Has the program file say something else of one of the staff, adding those it did not name."""
        program = self.deployment.program
        known = {person.id: person for person in program.staff}
        unnamed = StaffEntry(id=ref, name=ref, email=None, phone=None, unit=None, roles=frozenset())
        known[ref] = replace(known.get(ref, unnamed), **columns)  # type: ignore[arg-type]
        program = replace(program, staff=tuple(known.values()), deputy=deputy or program.deputy)
        self.deployment = replace(self.deployment, program=program)
        sync_staff(self.deployment, self.now)

    def exclude(self, one: str, other: str) -> None:
        """Never these two."""
        with self.deployment.database.writes.begin() as session:
            keeper = PairKeeper(self.deployment.vault, self.now)
            keeper.exclude(session, self.member(one), self.member(other))

    def link(self, purpose: Purpose = Purpose.SUPPORT, ref: str = "m1") -> str:
        """A fresh token of a member's."""
        with self.deployment.database.writes.begin() as session:
            return issue(session, purpose, now=self.now, member_id=self.member(ref))

    def rows(self, model: type[RowT], **equals: object) -> Sequence[RowT]:
        """What a table holds."""
        with self.deployment.database.reads() as session:
            return session.scalars(select(model).filter_by(**equals)).all()

    def trail(self) -> list[str]:
        """The acts on the trail, oldest first, without those that set the scene."""
        return [
            entry.action
            for entry in sorted(self.rows(AuditEntry), key=lambda entry: entry.seq)
            if entry.action != "members_imported"
        ]

    def kinds(self) -> list[str]:
        """What was queued."""
        return sorted(message.kind for message in self.rows(Message))
