"""A member's own page: buddies and why, what is set, everything that is held, and who has looked."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.cover_absences import stand_ins
from engine.deployment import Deployment
from engine.keep_group import own_wish
from engine.part_ways import has_asked, known_buddies
from engine.recipients import is_resting_for, suppressed
from engine.why_together import told_to_them
from nudges.holds import local_day
from nudges.languages import translator
from store import program_state
from store.members import address_of, emergency_contact_of, name_of
from store.models import (
    BuddyGroup,
    GroupPlace,
    Incident,
    Member,
    SupportRequest,
)
from web.views_buddies import BuddyShown, buddies_shown, seen_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShown:
    """One way to reach the member."""

    medium: str
    address: str
    is_stopped: bool
    is_usable: bool
    consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyGroup:
    """One group of the member's."""

    buddies: list[BuddyShown]
    since: datetime | None
    reasons: list[str]
    is_asked: bool  # whether to keep it
    wish: str  # keep, new, add; empty while nothing was said


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """The member's page."""

    name: str
    language: str
    groups: list[MyGroup]
    earlier: list[tuple[UUID, str]]  # buddies now and before, for "never with"
    stand_ins: list[str]  # who looks out for the member for now, or whom the group does
    asked_for_change: bool
    timezone: str
    cadence: str
    hour: str
    work_days: str
    shares_contact: bool
    tells_coordinator: bool
    emergency: tuple[str, str]  # name and number of whom a responder may call
    away: tuple[date | None, date | None]
    is_outside: bool
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
        today = local_day(now, member.timezone)
        pausing = member.paused_until is not None and today < member.paused_until
        return MyPage(
            name=name_of(deployment.vault, member),
            language=member.language or deployment.program.language,
            groups=_groups(session, deployment, member),
            earlier=_earlier(session, deployment, member),
            stand_ins=_stand_ins(session, deployment, member),
            asked_for_change=has_asked(session, member_id),
            timezone=member.timezone,
            cadence=member.cadence,
            hour=member.hour,
            work_days=member.work_days,
            shares_contact=member.shares_contact,
            tells_coordinator=member.tells_coordinator,
            emergency=emergency_contact_of(deployment.vault, member),
            away=(member.away_from, member.away_until),
            is_outside=member.is_outside,
            paused_until=member.paused_until if pausing else None,
            rests_after_red=member.resting_since is not None,
            today=today,
            mode=member.mode,
            keeps_colours=member.keeps_colours,
            channels=_channels(session, deployment, member),
            quiet_because=_quiet_because(session, member, today, now),
        )


def _groups(session: Session, deployment: Deployment, member: Member) -> list[MyGroup]:
    ids = groups_of(session, member.id, only_active=True)
    groups = session.scalars(
        select(BuddyGroup).where(BuddyGroup.id.in_(ids), BuddyGroup.state == "active").order_by(BuddyGroup.id)
    )
    say = translator(member.language or deployment.program.language)
    return [
        MyGroup(
            buddies=buddies_shown(session, deployment, member, group.id),
            since=group.started_at,
            reasons=told_to_them(deployment.vault, group.common_sealed, group.id, say),
            is_asked=group.keep_asked_at is not None,
            wish=own_wish(session, deployment.vault, group.id, member.id) or "",
        )
        for group in groups
    ]


def _earlier(session: Session, deployment: Deployment, member: Member) -> list[tuple[UUID, str]]:
    people = session.scalars(
        select(Member).where(Member.id.in_(known_buddies(session, member.id)), ~Member.is_mourned)
    )
    named = [(one.id, seen_name(deployment, member, one)) for one in people]
    return sorted(named, key=lambda pair: pair[1])


def _stand_ins(session: Session, deployment: Deployment, member: Member) -> list[str]:
    """Each line names people: those who look out for the member for now, or whom the member does."""
    found = []
    for cover in stand_ins(session, member.id):
        if cover.member_id == member.id:
            found += [one.name for one in buddies_shown(session, deployment, member, cover.group_id)]
        else:
            found.append(seen_name(deployment, member, session.get_one(Member, cover.member_id)))
    return found


def _quiet_because(session: Session, member: Member, today: date, now: datetime) -> list[str]:
    """Why nothing may be sent today. Rows keep one word for all of these, so it is worked out anew."""
    left = member.status == "left" or (member.active_until is not None and today > member.active_until)
    begun = member.away_from is not None and member.away_from <= today
    away = (begun or (member.away_from is None and member.away_until is not None)) and not (
        member.away_until is not None and today > member.away_until
    )
    request = select(SupportRequest.id).where(SupportRequest.member_id == member.id, is_resting_for(now))
    incident = select(Incident.id).where(Incident.member_id == member.id, Incident.state != "closed")
    held = (
        (left, "you have left the program"),
        (
            member.active_from is not None and today < member.active_from,
            "your start in the program is still ahead",
        ),
        (member.paused_until is not None and today < member.paused_until, "you paused"),
        (member.status == "paused", "the organization has paused you"),
        (
            member.unit_paused_until is not None and today < member.unit_paused_until,
            "nudges on your unit rest for now",
        ),
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
