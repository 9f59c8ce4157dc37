"""The program as it runs: roster, staff, wording with its size, and the trail of acts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.program import Program
from nudges.segments import size
from nudges.texts import render
from store.models import AuditEntry, Member

ENTRIES = 100
# Acts whose subject a coordinator may know. A request, an incident or a look at one names nobody here: who asked
# for support is not to be read off the trail.
_NAMED = frozenset({"looked_at_person", "opted_out", "opted_in", "number_disowned", "member_erased"})
SAMPLE = {
    "name": "Maya",
    "buddy": "Jordan",
    "buddies": "Jordan Reyes",
    "responder": "Ray Chen",
    "by": "by 2:30 PM on Wed Nov 25",
    "number": "1",
    "code": "314159",
    "why": "on-call hours begin at 8:00 AM on Mon Nov 30",
    "words": "Something hard has happened on your unit. Nudges rest for a while.",
    "prompt": "How are you, really? Answer with one word first, then say why.",
    "reasons": "You share a specialty.",
    "contacts": "",
    "unsubscribe": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShown:
    """One SMS of the program with made-up people."""

    kind: str
    body: str
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """One act of the trail."""

    seq: int
    at: datetime
    actor: str
    action: str
    member_id: UUID | None
    ref: str  # of the member it is about
    detail: str


def wording_preview(program: Program, public_url: str) -> list[TextShown]:
    """Every text of the program, filled in."""
    fields = program.fields() | SAMPLE | {"link": f"{public_url}/s/{'x' * 22}"}
    shown = []
    for kind in program.wording.sms:
        own = {"minutes": "15"} if kind in ("sign_in", "join_code") else {}
        body = render(kind, "sms", program.wording, fields | own).body
        shown.append(TextShown(kind=kind, body=body, segments=size(body).segments))
    return shown


def audit_entries(deployment: Deployment, before: int | None = None) -> list[EntryShown]:
    """The newest acts, or those before a number."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(ENTRIES)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    with deployment.database.reads() as session:
        rows = session.scalars(query).all()
        refs = _refs(session, {row.subject for row in rows if row.subject})
    return [_entry(row, refs) for row in rows]


def _entry(row: AuditEntry, refs: dict[UUID, str]) -> EntryShown:
    member = _id(row.subject) if row.action in _NAMED else None
    actor = "a member" if row.actor.startswith("member:") else row.actor.removeprefix("staff:")
    return EntryShown(
        seq=row.seq,
        at=row.at,
        actor=actor,
        action=row.action,
        member_id=member if member in refs else None,
        ref=refs.get(member, "") if member else "",
        detail=row.detail,
    )


def _refs(session: Session, subjects: set[str]) -> dict[UUID, str]:
    ids = {one for subject in subjects if (one := _id(subject))}
    rows = session.execute(select(Member.id, Member.ref).where(Member.id.in_(ids)))
    return dict(rows.all())


def _id(subject: str | None) -> UUID | None:
    try:
        return UUID(subject) if subject else None
    except ValueError:
        return None
