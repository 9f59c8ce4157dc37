"""A member's own rhythm: how often, at which hour, and whether a long silence may reach the coordinator."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.rhythms import follow_member
from pairing.errors import PrepairedError
from store import audit
from store.models import Member


class NoSuchHour(PrepairedError):
    """An hour at which nobody is written to."""


def choose_rhythm(session: Session, deployment: Deployment, member: Member, kind: str, now: datetime) -> bool:
    """From now on that cadence of the program is the member's most frequent one; the first is the program's own.

    False where the program has no such cadence.
    """
    kinds = [cadence.kind for cadence in deployment.program.cadences]
    if kind not in kinds:
        return False
    member.cadence = "" if kind == kinds[0] else " ".join(kinds[kinds.index(kind) :])
    follow_member(session, deployment, member, now)
    _note(session, member, f"chose_{kind}"[:64], now)
    return True


def set_rhythm(deployment: Deployment, member_id: UUID, kind: str, now: datetime) -> bool:
    """The same from a page, in a transaction of its own."""
    with deployment.database.writes.begin() as session:
        return choose_rhythm(session, deployment, session.get_one(Member, member_id), kind, now)


def set_hour(deployment: Deployment, member_id: UUID, hour: str, now: datetime) -> None:
    """Nudges come within the hour that begins then ("19:00"); empty: in the program's window.

    Raises NoSuchHour for what is no time, or lies in quiet hours.
    """
    try:
        starts = time.fromisoformat(hour) if hour else None
    except ValueError:
        raise NoSuchHour("write a time such as 19:00") from None
    if starts is not None and deployment.program.quiet.covers(starts):
        raise NoSuchHour("nobody is written to at that hour")
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        member.hour = starts.strftime("%H:%M") if starts else ""
        follow_member(session, deployment, member, now)
        _note(session, member, "chose_hour", now)


def tell_coordinator(deployment: Deployment, member_id: UUID, wanted: bool, now: datetime) -> None:
    """Whether the coordinator may hear when the member has been silent for long; never without this."""
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        member.tells_coordinator = wanted
        _note(session, member, "may_tell_silence" if wanted else "may_not_tell_silence", now)


def _note(session: Session, member: Member, action: str, now: datetime) -> None:
    audit.record(session, at=now, actor=f"member:{member.id}", action=action, subject=str(member.id))
