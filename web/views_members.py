"""Members as a coordinator sees them: a list to search, and one person's trail of nudges with the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.notice_silence import rung_of
from engine.outbox import State
from engine.recipients import resting_members, suppressed
from nudges.kinds import Lane
from nudges.silence import Rung
from store.members import address_of, attributes_of, name_of
from store.models import CheckIn, GroupPlace, Member, Message
from web.causes import cause_in_words
from web.privacy import hold_in_words, standing_in_words
from web.views_check_ins import GroupShown, groups_shown

A_PAGE = 50
TRAIL = 60  # nudges shown of one person
MOST_SEARCHED = 20_000  # names are sealed, so a search opens them one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberShown:
    """One row of the list."""

    id: UUID
    ref: str
    name: str
    standing: str  # active, resting, left, not started
    group: GroupShown | None
    reach: str  # texts, mail, texts and mail, asked us to stop, not reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberList:
    """One page of the list."""

    rows: list[MemberShown]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One nudge: when due, what became of it, and why, if it did not go."""

    due_at: datetime
    kind: str
    medium: str
    state: str
    why: str
    sent_at: datetime | None
    answered: bool  # by somebody of the group; not what was said


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """One person's page."""

    member: MemberShown
    timezone: str
    contacts: tuple[tuple[str, str, str], ...]  # medium, address, how it stands
    attributes: tuple[tuple[str, str], ...]
    wants_a_look: bool  # asked that the coordinator look in when it goes quiet, and it has
    trail: list[TrailEntry]


def member_list(deployment: Deployment, now: datetime, *, q: str = "", page: int = 1) -> MemberList:
    """Members whose id or name holds every word of `q`, by id; a page of 50."""
    words = q.casefold().split()
    with deployment.database.reads() as session:
        query = (
            select(Member)
            .where(~Member.is_outside, ~Member.is_mourned)
            .order_by(Member.ref)
            .options(selectinload(Member.contacts))
        )
        if words:
            found = [
                member
                for member in session.scalars(query.limit(MOST_SEARCHED))
                if all(
                    word in f"{member.ref} {name_of(deployment.vault, member)}".casefold() for word in words
                )
            ]
            total = len(found)
            pages = max(1, -(-total // A_PAGE))
            page = min(max(page, 1), pages)
            found = found[(page - 1) * A_PAGE : page * A_PAGE]
        else:
            total = (
                session.scalar(
                    select(func.count()).select_from(Member).where(~Member.is_outside, ~Member.is_mourned)
                )
                or 0
            )
            pages = max(1, -(-total // A_PAGE))
            page = min(max(page, 1), pages)
            found = list(session.scalars(query.offset((page - 1) * A_PAGE).limit(A_PAGE)))
        rows = _shown(session, deployment, found, now)
    return MemberList(rows=rows, total=total, page=page, pages=pages)


def person(session: Session, deployment: Deployment, member_id: UUID, now: datetime) -> PersonShown | None:
    """One person's page; None for an unknown id. The caller writes down that it was looked at."""
    member = session.get(Member, member_id, options=[selectinload(Member.contacts)])
    if member is None or member.is_outside or member.is_mourned:
        return None
    vault = deployment.vault
    barred = suppressed(session, {(p.medium, p.address_index) for p in member.contacts})
    return PersonShown(
        member=_shown(session, deployment, [member], now)[0],
        timezone=member.timezone,
        contacts=tuple(
            (
                point.medium,
                address_of(vault, point),
                _contact_state(
                    (point.medium, point.address_index) in barred, point.unusable_code, point.consented
                ),
            )
            for point in member.contacts
        ),
        attributes=tuple((name, ", ".join(values)) for name, values in attributes_of(vault, member).items()),
        wants_a_look=member.tells_coordinator and rung_of(session, member.id) is Rung.COORDINATOR,
        trail=_trail(session, member),
    )


def _contact_state(is_stopped: bool, unusable: str | None, consented: bool) -> str:
    if is_stopped:
        return "stopped"
    if unusable:
        return f"cannot be reached ({unusable})"
    return "in use" if consented else "no consent"


def _trail(session: Session, member: Member) -> list[TrailEntry]:
    """Nudges and introductions only: that an answer or a crisis message was sent is nobody else's to know."""
    messages = session.scalars(
        select(Message)
        .where(Message.member_id == member.id, Message.lane == Lane.NUDGE)
        .order_by(Message.due_at.desc(), Message.id)
        .limit(TRAIL)
    ).all()
    answered = set()
    if member.mode != "remind":
        groups = {message.group_id for message in messages if message.group_id}
        rows = session.execute(
            select(CheckIn.group_id, CheckIn.kind, CheckIn.period).where(CheckIn.group_id.in_(groups))
        )
        answered = {(group, kind, period) for group, kind, period in rows}
    return [
        TrailEntry(
            due_at=message.due_at,
            kind=message.kind,
            medium=message.medium,
            state=state_in_words(message),
            why=why_in_words(message),
            sent_at=message.sent_at,
            answered=(message.group_id, message.kind, message.period) in answered,
        )
        for message in messages
    ]


def state_in_words(message: Message) -> str:
    """One word for where a message stands."""
    if message.state == "due" and message.reason:
        return "held"
    return {"dropped": "not sent", "dead": "failed", "in_doubt": "being checked"}.get(
        message.state, message.state
    )


def why_in_words(message: Message) -> str:
    """Why a message waits, did not go, failed, or went on another day or hour than its rule says."""
    if message.state == State.DEAD:
        return cause_in_words(message.reason)
    said = (hold_in_words(message.reason, message.lane), message.moved or "")
    return "; ".join(words for words in said if words)


def _shown(
    session: Session, deployment: Deployment, members: Sequence[Member], now: datetime
) -> list[MemberShown]:
    ids = {member.id for member in members}
    resting = resting_members(session, ids, now)
    places = session.execute(
        select(GroupPlace.member_id, GroupPlace.group_id).where(
            GroupPlace.member_id.in_(ids), GroupPlace.active
        )
    )
    group_of = dict(places.all())
    groups = {group.id: group for group in groups_shown(session, deployment, now, ids=set(group_of.values()))}
    barred = suppressed(session, {(p.medium, p.address_index) for m in members for p in m.contacts})
    return [
        MemberShown(
            id=member.id,
            ref=member.ref,
            name=name_of(deployment.vault, member),
            standing=standing_in_words(member, member.id in resting, now),
            group=groups.get(group_of[member.id]) if member.id in group_of else None,
            reach=_reach(member, barred),
        )
        for member in members
    ]


def _reach(member: Member, barred: set[tuple[str, str]]) -> str:
    usable = [
        point.medium
        for point in member.contacts
        if point.consented
        and point.unusable_since is None
        and (point.medium, point.address_index) not in barred
    ]
    if usable:
        return " and ".join(
            word for medium, word in (("sms", "texts"), ("email", "mail")) if medium in usable
        )
    return (
        "asked us to stop"
        if barred & {(p.medium, p.address_index) for p in member.contacts}
        else "not reachable"
    )
