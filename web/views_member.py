"""A member's own page: buddies and why, what is set, everything that is held, and who has looked."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.recipients import OPEN_REQUEST, suppressed
from nudges.holds import local_day
from store import program_state
from store.members import address_of, name_of
from store.models import (
    GroupPlace,
    Incident,
    Member,
    SupportRequest,
)
from web.views_check_ins import GroupShown, groups_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShown:
    """One way to reach the member."""

    medium: str
    address: str
    is_stopped: bool
    is_usable: bool
    consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """The member's page."""

    name: str
    groups: list[GroupShown]
    paused_until: date | None
    rests_after_red: bool
    today: date
    mode: str
    keeps_colours: bool
    channels: list[ChannelShown]
    quiet_because: list[str]  # the true reasons, right now; nobody else reads them


def my_page(deployment: Deployment, member_id: UUID, now: datetime) -> MyPage | None:
    """The page of that member; None when they are no longer there."""
    with deployment.database.reads() as session:
        member = session.get(Member, member_id, options=[selectinload(Member.contacts)])
        if member is None:
            return None
        groups = set(groups_of(session, member_id, only_active=True))
        today = local_day(now, member.timezone)
        pausing = member.paused_until is not None and today < member.paused_until
        return MyPage(
            name=name_of(deployment.vault, member),
            groups=groups_shown(session, deployment, now, ids=groups) if groups else [],
            paused_until=member.paused_until if pausing else None,
            rests_after_red=member.resting_since is not None,
            today=today,
            mode=member.mode,
            keeps_colours=member.keeps_colours,
            channels=_channels(session, deployment, member),
            quiet_because=_quiet_because(session, member, today),
        )


def _quiet_because(session: Session, member: Member, today: date) -> list[str]:
    """Why nothing may be sent today. Rows keep one word for all of these, so it is worked out anew."""
    left = member.status == "left" or (member.active_until is not None and today > member.active_until)
    begun = member.away_from is not None and member.away_from <= today
    away = (begun or (member.away_from is None and member.away_until is not None)) and not (
        member.away_until is not None and today > member.away_until
    )
    request = select(SupportRequest.id).where(
        SupportRequest.member_id == member.id, SupportRequest.state.in_(OPEN_REQUEST)
    )
    incident = select(Incident.id).where(Incident.member_id == member.id, Incident.state != "closed")
    held = (
        (left, "you have left the program"),
        (
            member.active_from is not None and today < member.active_from,
            "your start in the program is still ahead",
        ),
        (member.paused_until is not None and today < member.paused_until, "you paused"),
        (member.status == "paused", "the organization has paused you"),
        (away, "you are on leave"),
        (member.resting_since is not None, "you answered red, and have not written since"),
        (session.scalars(request.limit(1)).first() is not None, "your request for support is open"),
        (session.scalars(incident.limit(1)).first() is not None, "somebody of our team is looking after you"),
        (program_state.is_halted(session), "the whole program is halted"),
    )
    return [words for is_so, words in held if is_so]


def _channels(session: Session, deployment: Deployment, member: Member) -> list[ChannelShown]:
    barred = suppressed(session, {(p.medium, p.address_index) for p in member.contacts})
    return [
        ChannelShown(
            medium=point.medium,
            address=address_of(deployment.vault, point),
            is_stopped=(point.medium, point.address_index) in barred,
            is_usable=point.unusable_since is None,
            consented=point.consented,
        )
        for point in member.contacts
    ]


def groups_of(session: Session, member_id: UUID, *, only_active: bool) -> list[UUID]:
    """The groups the member is in, or ever was in."""
    query = select(GroupPlace.group_id).where(GroupPlace.member_id == member_id)
    return list(session.scalars(query.where(GroupPlace.active) if only_active else query))
