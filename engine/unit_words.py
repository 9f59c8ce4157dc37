"""Words of one's own to a unit after something hard: written by one person, sent only once another has read them.

The unit rests meanwhile. Words that nobody approved within two days are deleted, as those are that were decided on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.pause_unit import NoSuchUnit, members_of_unit, tell_members
from engine.staff import name_of_staff, notify
from nudges.segments import forcing
from store import audit
from store.models import Staff, UnitWords, new_id

LASTS = timedelta(days=2)
LONGEST = 160
APPROVERS = ("coordinator", "director", "deputy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Words that wait for a second person."""

    id: UUID
    unit: str
    words: str
    by: str
    since: datetime
    may_decide: bool  # whoever looks did not write them


def ask_to_tell(deployment: Deployment, unit: str, text: str, staff_id: UUID, now: datetime) -> None:
    """Keeps the words for a second person, who is told that something waits. Raises NoSuchUnit for words that no text
    to a member can hold."""
    words = fit_to_send(text)
    with deployment.database.writes.begin() as session:
        if not members_of_unit(session, deployment, unit):
            raise NoSuchUnit("choose a unit with members")
        row = new_id()
        sealed = deployment.vault.seal(words, "unit_words", "words", row)
        session.add(UnitWords(id=row, unit=unit, words_sealed=sealed, asked_by=staff_id, asked_at=now))
        session.flush()
        notify(
            session, deployment, [one for one in _approvers(session) if one.id != staff_id],
            kind="approval_notice", key=f"unit_words:{row}", now=now, details={"path": "/outreach"},
        )  # fmt: skip
        ref = session.get_one(Staff, staff_id).ref
        audit.record(session, at=now, actor=f"staff:{ref}", action="unit_words_written", detail=unit)


def fit_to_send(text: str) -> str:
    """The words on one line. Raises NoSuchUnit where no text to a member can hold them."""
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        raise NoSuchUnit(f"write a message of at most {LONGEST} characters")
    if (mark := forcing(words)) is not None:
        raise NoSuchUnit(f"the sign {mark!r} makes the text cost more than two messages; write it without")
    return words


def waiting(session: Session, deployment: Deployment, staff_id: UUID, now: datetime) -> list[Waiting]:
    """What waits for a second person, the oldest first."""
    rows = session.scalars(
        select(UnitWords).where(UnitWords.asked_at > now - LASTS).order_by(UnitWords.asked_at, UnitWords.id)
    )
    return [
        Waiting(
            id=row.id,
            unit=row.unit,
            words=deployment.vault.open(row.words_sealed, "unit_words", "words", row.id),
            by=_writer(session, deployment, row),
            since=row.asked_at,
            may_decide=row.asked_by != staff_id,
        )
        for row in rows
    ]


def decide(deployment: Deployment, row_id: UUID, staff_id: UUID, now: datetime, *, send: bool) -> int | None:
    """A second person's yes or no, once; how many members are written to. None where the words are gone, or one's own.

    Whoever wrote them may take them back, and not send them.
    """
    with deployment.database.writes.begin() as session:
        row = session.get(UnitWords, row_id)
        if row is None or row.asked_at <= now - LASTS or (send and row.asked_by == staff_id):
            return None
        words = deployment.vault.open(row.words_sealed, "unit_words", "words", row.id)
        taken = delete(UnitWords).where(UnitWords.id == row_id).returning(UnitWords.unit)
        unit = session.scalars(taken.execution_options(synchronize_session=False)).one_or_none()
        if unit is None:
            return None  # somebody was quicker
        ids = [member.id for member in members_of_unit(session, deployment, unit)] if send else []
        tell_members(session, deployment, ids, words, now)
        ref = session.get_one(Staff, staff_id).ref
        action = "unit_words_approved" if send else "unit_words_refused"
        audit.record(session, at=now, actor=f"staff:{ref}", action=action, detail=unit)
    return len(ids)


def forget_words(deployment: Deployment, now: datetime) -> int:
    """Deletes words that nobody approved in time."""
    over = UnitWords.asked_at <= now - LASTS
    with deployment.database.reads() as session:
        if session.scalar(select(UnitWords.id).where(over).limit(1)) is None:
            return 0
    with deployment.database.writes.begin() as session:
        return len(session.execute(delete(UnitWords).where(over).returning(UnitWords.id)).all())


def _approvers(session: Session) -> Sequence[Staff]:
    staff = session.scalars(select(Staff).where(Staff.active).order_by(Staff.ref)).all()
    return [one for one in staff if set(APPROVERS) & set(one.roles.split(","))]


def _writer(session: Session, deployment: Deployment, row: UnitWords) -> str:
    staff = session.get(Staff, row.asked_by) if row.asked_by else None
    return name_of_staff(deployment.vault, staff) if staff else "somebody who is no longer on the staff"
