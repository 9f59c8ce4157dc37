"""What members settle about themselves: pauses, how they are asked, what is kept, whether anything is sent. Each act is
one transaction and on the trail."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import opt_out
from engine.deployment import Deployment
from engine.link_holders import member_of_link
from engine.links import Purpose
from engine.recipients import suppressed
from nudges.holds import local_day
from pairing.errors import PrepairedError
from store import audit
from store.models import Colour, Member

LONGEST_PAUSE = timedelta(days=366)


class NoSuchPause(PrepairedError):
    """A day to come back on that is not ahead, or over a year ahead."""


def pause_until(deployment: Deployment, member_id: UUID, back_on: date, now: datetime) -> None:
    """No nudges until that day. Raises NoSuchPause."""
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        today = local_day(now, member.timezone)
        if not today < back_on <= today + LONGEST_PAUSE:
            raise NoSuchPause("choose a day ahead, within a year")
        member.paused_until = back_on
        _note(session, member_id, "paused", now)


def pause_for(deployment: Deployment, member_id: UUID, length: timedelta, now: datetime) -> None:
    """No nudges for that long, from today on the member's own calendar."""
    with deployment.database.reads() as session:
        today = local_day(now, session.get_one(Member, member_id).timezone)
    pause_until(deployment, member_id, today + length, now)


def resume(deployment: Deployment, member_id: UUID, now: datetime) -> None:
    """The member's own pause is over, and so is the rest after a red."""
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        member.paused_until = member.resting_since = None
        _note(session, member_id, "resumed", now)


def choose_mode(deployment: Deployment, member_id: UUID, mode: str, now: datetime) -> None:
    """`ask`, or `remind`: just remind me, never ask, and nothing is logged."""
    if mode not in ("ask", "remind"):
        raise ValueError(mode)
    with deployment.database.writes.begin() as session:
        session.get_one(Member, member_id).mode = mode
        _note(session, member_id, f"chose_{mode}", now)


def keep_colours(deployment: Deployment, member_id: UUID, keeps: bool, now: datetime) -> None:
    """Whether colours are kept from now on; without, those that were kept are deleted."""
    with deployment.database.writes.begin() as session:
        session.get_one(Member, member_id).keeps_colours = keeps
        if not keeps:
            session.execute(delete(Colour).where(Colour.member_id == member_id))
        _note(session, member_id, "keeps_colours" if keeps else "keeps_no_colours", now)


def stop_messages(deployment: Deployment, member_id: UUID, how: str, now: datetime) -> bool:
    """No message to any of the member's addresses any more; False when that was so already."""
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        points = {(point.medium, point.address_index) for point in member.contacts}
        if not points or suppressed(session, points) == points:
            return False
        medium, index = sorted(points)[0]
        opt_out.stop(session, deployment, medium=medium, address_index=index, member=member, now=now, how=how)
    return True


def start_messages(deployment: Deployment, member_id: UUID, medium: str, now: datetime) -> bool:
    """Messages by that medium again; the other one stays stopped."""
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        point = next((one for one in member.contacts if one.medium == medium), None)
        if point is None:
            return False
        return opt_out.start(
            session, medium=medium, address_index=point.address_index, member=member, now=now
        )


def unsubscribe(deployment: Deployment, token: str, now: datetime) -> bool | None:
    """One-click unsubscribe (RFC 8058): True now, False already, None where the token stands for nobody."""
    member_id = member_of_link(deployment, token, Purpose.UNSUBSCRIBE, now)
    return None if member_id is None else stop_messages(deployment, member_id, "unsubscribe", now)


def _note(session: Session, member_id: UUID, action: str, now: datetime) -> None:
    audit.record(session, at=now, actor=f"member:{member_id}", action=action, subject=str(member_id))
