"""After something hard on a unit: its nudges rest until a day, a text that was reviewed beforehand may go out, and a
human gets the list of whom to reach."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Draft, put_many
from engine.plan_nudges import media_of
from engine.reach_out import open_outreach
from nudges.holds import local_day
from pairing.errors import PrepairedError
from store import audit
from store.members import attributes_of
from store.models import Member, new_id

ATTRIBUTE = "unit"


class NoSuchUnit(PrepairedError):
    """No member who takes part has that unit, or the day is not ahead."""


def units(session: Session, deployment: Deployment) -> dict[str, int]:
    """Unit -> how many members it has, by name."""
    found: dict[str, int] = {}
    for member in _taking_part(session):
        for value in attributes_of(deployment.vault, member).get(ATTRIBUTE, ()):
            found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


def pause_unit(
    deployment: Deployment, unit: str, until: date, words: str, now: datetime, *, actor: str
) -> int:
    """Rests the unit's nudges until that day; how many members it has. `words`: one of the program's reviewed
    messages, or "" for none. Raises NoSuchUnit."""
    if words and words not in deployment.program.unit_messages:
        raise NoSuchUnit("choose one of the reviewed messages")
    with deployment.database.writes.begin() as session:
        members = members_of_unit(session, deployment, unit)
        today = local_day(now, deployment.program.zone)
        if not members or not today < until or (until - today).days > 366:
            raise NoSuchUnit("choose a unit with members, and a day ahead, within a year")
        for member in members:
            member.unit_paused_until = until
        ids = [member.id for member in members]
        if words:
            tell_members(session, deployment, ids, words, now)
        open_outreach(session, deployment, ids, reason="unit", note=unit, now=now)
        audit.record(session, at=now, actor=actor, action="unit_paused", detail=f"{unit} until {until}")
    return len(members)


def resume_unit(deployment: Deployment, unit: str, now: datetime, *, actor: str) -> None:
    """The unit's nudges go on from today."""
    with deployment.database.writes.begin() as session:
        for member in members_of_unit(session, deployment, unit):
            member.unit_paused_until = None
        audit.record(session, at=now, actor=actor, action="unit_resumed", detail=unit)


def tell_members(
    session: Session, deployment: Deployment, ids: Sequence[UUID], words: str, now: datetime
) -> None:
    """Queues those words to each of them, within the transaction."""
    media, act = media_of(session, deployment, set(ids)), new_id()
    put_many(
        session,
        deployment,
        [
            Draft(
                key=f"unit_message:{act}:{one}", kind="unit_message", medium=medium, member_id=one,
                details={"words": words}, due_at=now,
            )
            for one in ids
            if (medium := media[one])
        ],
        now,
    )  # fmt: skip


def members_of_unit(session: Session, deployment: Deployment, unit: str) -> list[Member]:
    wanted = unit.casefold()
    return [
        member
        for member in _taking_part(session)
        if wanted
        in {value.casefold() for value in attributes_of(deployment.vault, member).get(ATTRIBUTE, ())}
    ]


def _taking_part(session: Session) -> Sequence[Member]:
    return session.scalars(select(Member).where(Member.status != "left", ~Member.is_outside)).all()
