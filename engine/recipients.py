"""Who reads each message of a batch, where, and what is true of them now. A handful of queries a batch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Entry
from escalation.requests import OPEN_STATES
from nudges.holds import Standing
from store import program_state
from store.addresses import index_form
from store.given_rows import as_parameter, given
from store.models import (
    BuddyGroup,
    CheckIn,
    ContactPoint,
    GroupPlace,
    Incident,
    Member,
    Message,
    Staff,
    SupportRequest,
    Suppression,
)

OPEN_REQUEST = tuple(sorted(OPEN_STATES))


# What of a member decides whether and how they are written to. Rows rather than entities: there are many of them.
_MEMBER = (
    Member.id, Member.ref, Member.name_sealed, Member.timezone, Member.status, Member.active_from,
    Member.active_until, Member.away_from, Member.away_until, Member.paused_until, Member.unit_paused_until,
    Member.is_mourned, Member.is_outside, Member.resting_since, Member.mode, Member.language,
)  # fmt: skip
_POINT = (
    ContactPoint.member_id, ContactPoint.medium, ContactPoint.id, ContactPoint.address_sealed,
    ContactPoint.address_index, ContactPoint.consented, ContactPoint.unusable_since, ContactPoint.answered_at,
)  # fmt: skip
ReaderRow = Any  # a row of `_MEMBER`


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The reader of one message."""

    standing: Standing
    address: str | None = None
    address_index: str | None = None
    name: str = ""
    member: ReaderRow | None = None
    staff: Staff | None = None
    is_first: bool = False  # nothing was ever sent to that address
    has_answered: bool = False  # somebody there has written back to us


def recipients(
    session: Session, deployment: Deployment, messages: Sequence[Message | Entry], now: datetime
) -> dict[UUID, Recipient]:
    """Message id -> its reader, with the facts that decide whether it may go."""
    facts = _Facts(session, deployment, messages, now)
    return {message.id: facts.recipient(message) for message in messages}


class _Facts:
    def __init__(
        self, session: Session, deployment: Deployment, messages: Sequence[Message | Entry], now: datetime
    ) -> None:
        self._deployment = deployment
        self._halted = program_state.is_halted(session)
        self._members = _members(session, {m.member_id for m in messages if m.member_id})
        self._points = _points(session, self._members)
        self._staff = _staff(session, {m.staff_id for m in messages if m.staff_id})
        self._resting = resting_members(session, set(self._members), now)
        self._active = _active_groups(session, {m.group_id for m in messages if m.group_id})
        self._answered = _answered(session, messages)
        self._readers = {message.id: self._reader(message) for message in messages}
        indexes = {(m.medium, index) for m in messages if (index := self._readers[m.id][1])}
        self._suppressed = suppressed(session, indexes)
        self._written_to = _written_to(session, {index for _, index in indexes})
        self._vault, self._zone = deployment.vault, deployment.program.zone

    def _reader(self, message: Message | Entry) -> tuple[str | None, str | None]:
        """The address and its fingerprint."""
        vault, medium = self._deployment.vault, message.medium
        if message.member_id is not None:
            point = self._points.get((message.member_id, medium))
            if point is None or point.unusable_since is not None:
                return None, None
            address = vault.open(point.address_sealed, "contact_point", "address", point.id)
            return address, point.address_index
        staff_address = self._staff_address(message)
        return staff_address, vault.index(
            index_form(medium, staff_address), medium
        ) if staff_address else None

    def _staff_address(self, message: Message | Entry) -> str | None:
        vault = self._deployment.vault
        if message.staff_id is None:
            sealed = message.address_sealed
            return vault.open(sealed, "message", "address", message.id) if sealed else None
        staff = self._staff[message.staff_id]
        if message.medium == "webhook":
            return staff.ref  # the hospital's own system knows how to reach them
        by_phone = message.medium in ("sms", "call")
        column = "phone" if by_phone else "email"
        sealed = staff.phone_sealed if by_phone else staff.email_sealed
        return vault.open(sealed, "staff", column, staff.id) if sealed else None

    def recipient(self, message: Message | Entry) -> Recipient:
        address, index = self._readers[message.id]
        member = self._members.get(message.member_id) if message.member_id else None
        staff = self._staff.get(message.staff_id) if message.staff_id else None
        point = self._points.get((member.id, message.medium)) if member else None
        return Recipient(
            standing=self._standing(message, member, point, index)
            if member
            else self._outsider(message, address, index),
            address=address,
            address_index=index,
            name=self._name(member, staff),
            member=member,
            staff=staff,
            is_first=index not in self._written_to,
            has_answered=point is not None and point.answered_at is not None,
        )

    def _name(self, member: ReaderRow | None, staff: Staff | None) -> str:
        vault = self._vault
        if member is not None:
            sealed = member.name_sealed
            return vault.open(sealed, "member", "name", member.id) if sealed else str(member.ref)
        return vault.open(staff.name_sealed, "staff", "name", staff.id) if staff else ""

    def _outsider(self, message: Message | Entry, address: str | None, index: str | None) -> Standing:
        """The standing of somebody who is no member."""
        return Standing(
            zone=self._zone,
            reachable=address is not None,
            suppressed=(message.medium, index or "") in self._suppressed,
            halted=self._halted,
        )

    def _standing(
        self, message: Message | Entry, member: ReaderRow, point: Any | None, index: str | None
    ) -> Standing:
        return Standing(
            zone=member.timezone,
            status="left" if member.is_mourned else member.status,
            active_from=member.active_from,
            active_until=member.active_until,
            away_from=member.away_from,
            away_until=member.away_until,
            paused_until=member.paused_until,
            unit_paused_until=member.unit_paused_until,
            reachable=index is not None,
            consented=point is not None and point.consented,
            suppressed=(message.medium, index or "") in self._suppressed,
            group_active=message.group_id is None or (message.group_id, member.id) in self._active,
            answered=(message.group_id, message.period) in self._answered,
            resting=member.id in self._resting or member.resting_since is not None,
            halted=self._halted,
        )


def _written_to(session: Session, indexes: set[str]) -> set[str]:
    """Of those fingerprints, the addresses that something was sent to before."""
    if not indexes:
        return set()
    dialect = session.get_bind().dialect.name
    parameter = as_parameter(dialect, [{"address": index} for index in sorted(indexes)])
    return set(session.connection().execute(_known(dialect), parameter).scalars())


@cache
def _known(dialect: str) -> Select[str]:
    """One look into the index for each, however many messages an address has had."""
    asked = given(dialect, (("address", "word"),))
    before = exists().where(Message.address_index == asked.c.address, Message.sent_at.is_not(None))
    return select(asked.c.address).where(before)


def suppressed(session: Session, indexes: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of those (medium, fingerprint), the ones on our suppression list."""
    if not indexes:
        return set()
    rows = session.execute(
        select(Suppression.medium, Suppression.address_index).where(
            Suppression.medium.in_({medium for medium, _ in indexes}),
            Suppression.address_index.in_({index for _, index in indexes}),
        )
    )
    return {(medium, index) for medium, index in rows} & indexes


def _members(session: Session, ids: set[UUID]) -> dict[UUID, ReaderRow]:
    if not ids:
        return {}
    rows = session.connection().execute(select(*_MEMBER).where(Member.id.in_(ids)))
    return {row.id: row for row in rows}


def _points(session: Session, ids: Collection[UUID]) -> dict[tuple[UUID, str], Any]:
    """(member, medium) -> the number or address."""
    if not ids:
        return {}
    rows = session.connection().execute(select(*_POINT).where(ContactPoint.member_id.in_(ids)))
    return {(row.member_id, row.medium): row for row in rows}


def _staff(session: Session, ids: set[UUID]) -> dict[UUID, Staff]:
    if not ids:
        return {}
    return {staff.id: staff for staff in session.scalars(select(Staff).where(Staff.id.in_(ids)))}


def is_resting_for(now: datetime) -> ColumnElement[bool]:
    """Of requests: those during which nudges rest, since nobody is in touch with the person yet, or only lately."""
    return SupportRequest.state.in_(OPEN_REQUEST) & or_(
        SupportRequest.rest_until.is_(None), SupportRequest.rest_until > now
    )


def resting_members(session: Session, ids: set[UUID], now: datetime) -> set[UUID]:
    """Of those members the ones whose nudges rest for a request, or for an incident that is open."""
    if not ids:
        return set()
    requests = select(SupportRequest.member_id).where(SupportRequest.member_id.in_(ids), is_resting_for(now))
    incidents = select(Incident.member_id).where(Incident.member_id.in_(ids), Incident.state != "closed")
    return {member for member in session.scalars(requests.union_all(incidents)) if member}


def _active_groups(session: Session, ids: set[UUID]) -> set[tuple[UUID, UUID]]:
    """(group, member) for every place that is active in those groups."""
    if not ids:
        return set()
    rows = session.execute(
        select(GroupPlace.group_id, GroupPlace.member_id)
        .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
        .where(BuddyGroup.id.in_(ids), BuddyGroup.state == "active", GroupPlace.active)
    )
    return {(group, member) for group, member in rows}


def _answered(session: Session, messages: Sequence[Message | Entry]) -> set[tuple[UUID, str]]:
    """(group, period) in which the group has logged that it connected, whichever kind of nudge asked."""
    asked = {(m.group_id, m.period) for m in messages if m.group_id and m.period}
    if not asked:
        return set()
    rows = session.execute(
        select(CheckIn.group_id, CheckIn.period).where(
            tuple_(CheckIn.group_id, CheckIn.period).in_(asked), CheckIn.connected
        )
    )
    return {(group, period) for group, period in rows}
