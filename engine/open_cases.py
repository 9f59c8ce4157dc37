"""Opens cases by every other way in: a referral, a phone call, an adverse event with everybody who was there.

One open case a person, under a lock; a second way in adds to it. What comes back says nothing of who is a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.case_people import address_index
from engine.deployment import Deployment
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.request_support import open_request_of, start_clocks
from escalation.requests import OPEN_STATES, RequestState
from escalation.ways_in import Kind, Source
from store import audit
from store.members import contact_by_index, member_by_ref
from store.models import Member, SupportRequest, new_alias, new_id

FLOOD = 40  # referrals by the open form in an hour; more is a machine
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Somebody to be reached out to: a member by the organization's id, or anybody by name and a way to reach them."""

    member: str = ""  # the organization's id
    name: str = ""
    phone: str = ""
    email: str = ""
    unit: str = ""
    how: str = ""  # how and when to reach them
    is_group: bool = False  # everybody on `unit`


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is reported: who was there, the kind, and one neutral sentence that was checked."""

    involved: Sequence[Involved]
    source: Source
    kind: Kind | None
    sentence: str = ""


def open_cases(deployment: Deployment, report: Report, *, actor: str, now: datetime) -> int:
    """Opens a case for each of them, or adds to the one that is open; returns for how many people.

    Each person's case is written in a transaction of its own: of two reports at once one opens it, the other adds.
    """
    for involved in report.involved:
        try:
            _open(deployment, report, involved, actor, now)
        except IntegrityError:  # the other report was quicker
            _open(deployment, report, involved, actor, now)
    return len(report.involved)


def is_flooded(deployment: Deployment, now: datetime) -> bool:
    """Whether more referrals came by the open form within the hour than people write."""
    with deployment.database.reads() as session:
        count = session.scalar(
            select(func.count()).where(
                SupportRequest.source == Source.REFERRAL, SupportRequest.asked_at > now - _HOUR
            )
        )
    return (count or 0) >= FLOOD


def _open(deployment: Deployment, report: Report, involved: Involved, actor: str, now: datetime) -> None:
    with deployment.database.writes.begin() as session:
        member = _member(session, deployment, involved)
        request = _open_case_of(session, deployment, involved, member)
        is_new = request is None
        if request is None:
            request = _new(session, deployment, report, involved, member, now)
        if request.state == RequestState.PENDING:  # only the member knew of the wish; nobody learns of it now
            request.source = report.source
            start_clocks(session, deployment, request, now)
            is_new = True
        _add(deployment, request, report)
        if is_new and report.source is Source.EVENT and member is not None:
            _offer(session, deployment, request, member, now)
        action = "request_opened" if is_new else "request_added_to"
        audit.record(session, at=now, actor=actor, action=action, subject=request.alias)


def _member(session: Session, deployment: Deployment, involved: Involved) -> Member | None:
    if involved.is_group:
        return None
    if involved.member and (found := member_by_ref(session, involved.member)):
        return found
    for medium, address in (("sms", involved.phone), ("email", involved.email)):
        index = address_index(deployment, medium, address) if address else None
        point = contact_by_index(session, medium, index) if index else None
        if point is not None:
            return point.member
    return None


def person_index(deployment: Deployment, involved: Involved) -> str:
    """What finds the open case of somebody who is no member: number, else mail address, else name and unit."""
    for medium, address in (("sms", involved.phone), ("email", involved.email)):
        if address and (index := address_index(deployment, medium, address)):
            return index
    named = involved.member or f"{involved.name}|{involved.unit}"
    return deployment.vault.index(
        " ".join(named.casefold().split()), "group" if involved.is_group else "person"
    )


def _open_case_of(
    session: Session, deployment: Deployment, involved: Involved, member: Member | None
) -> SupportRequest | None:
    if member is not None:
        return open_request_of(session, member.id)
    return session.scalars(
        select(SupportRequest)
        .where(
            SupportRequest.person_index == person_index(deployment, involved),
            SupportRequest.state.in_(OPEN_STATES),
        )
        .with_for_update()
    ).one_or_none()


def _new(
    session: Session,
    deployment: Deployment,
    report: Report,
    involved: Involved,
    member: Member | None,
    now: datetime,
) -> SupportRequest:
    row = new_id()
    request = SupportRequest(
        id=row,
        alias=new_alias(),
        member_id=member.id if member else None,
        person_index=None if member else person_index(deployment, involved),
        person_sealed=None if member else _sealed(deployment, involved, row),
        is_group=involved.is_group,
        state=RequestState.PENDING,
        source=report.source,
        asked_at=now,
        since=now,
    )
    session.add(request)
    session.flush()
    return request


def _sealed(deployment: Deployment, involved: Involved, row: UUID) -> bytes:
    name = involved.name or involved.member
    told: Mapping[str, str] = {
        "name": f"Everybody on {involved.unit}" if involved.is_group else name,
        "phone": involved.phone,
        "email": involved.email,
        "unit": involved.unit,
        "how": involved.how,
    }
    kept = {key: value for key, value in told.items() if value}
    return deployment.vault.seal_json(kept, "support_request", "person", row)


def _add(deployment: Deployment, request: SupportRequest, report: Report) -> None:
    """Kind and sentence, where there are none yet: what the person asked for is not overwritten."""
    if request.kind is None and report.kind is not None:
        request.kind = report.kind
    if request.sentence_sealed is None and report.sentence:
        sealed = deployment.vault.seal(report.sentence, "support_request", "sentence", request.id)
        request.sentence_sealed = sealed


def _offer(
    session: Session, deployment: Deployment, request: SupportRequest, member: Member, now: datetime
) -> None:
    """To a member by their own channel, where they agreed to one; anybody else hears from a human only."""
    medium = media_of(session, deployment, {member.id})[member.id]
    if medium is not None:
        draft = Draft(
            key=f"offer:{request.id}", kind="outreach_offer", medium=medium, member_id=member.id, due_at=now
        )
        put(session, deployment, draft, now)
