"""The outbox as a coordinator sees it: no text, no address, and names beside nudges only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import State
from nudges.holds import Reason
from nudges.kinds import Lane
from store.members import name_of
from store.models import Member, Message
from web.privacy import hold_in_words
from web.views_members import state_in_words, why_in_words

MOST = 100
STATES = tuple(State)
_LANES = {Lane.CRISIS: "crisis answer or page", Lane.ANSWER: "answer", Lane.STAFF: "notice to staff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageShown:
    """One row."""

    id: UUID
    what: str  # the kind of a nudge; of anything else only which sort it is
    member_id: UUID | None  # of a nudge only
    name: str
    medium: str
    state: str
    why: str
    due_at: datetime
    sent_at: datetime | None
    is_dead: bool
    may_requeue: bool  # dead, and what it says is still due


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """How many messages did not go, for one reason."""

    state: str
    why: str
    count: int


def messages_shown(deployment: Deployment, now: datetime, *, state: str = "") -> list[MessageShown]:
    """The newest messages, or those in one state."""
    query = select(Message).order_by(Message.due_at.desc(), Message.id).limit(MOST)
    if state in STATES:
        query = query.where(Message.state == bindparam(None, state, literal_execute=True))  # for its index
    with deployment.database.reads() as session:
        rows = session.scalars(query).all()
        named = {row.member_id for row in rows if row.member_id and row.lane == Lane.NUDGE}
        members = {m.id: m for m in session.scalars(select(Member).where(Member.id.in_(named)))}
    return [_shown(deployment, row, members, now) for row in rows]


def _shown(deployment: Deployment, row: Message, members: dict[UUID, Member], now: datetime) -> MessageShown:
    """Answers are listed without the person: that somebody asked for support stands in their kind."""
    is_nudge, is_dead = row.lane == Lane.NUDGE, row.state == State.DEAD
    member = members.get(row.member_id) if row.member_id and is_nudge else None
    return MessageShown(
        id=row.id,
        what=row.kind if is_nudge else _LANES[Lane(row.lane)],
        member_id=member.id if member else None,
        name=name_of(deployment.vault, member) if member else "",
        medium=row.medium,
        state=state_in_words(row),
        why=why_in_words(row) if is_nudge or is_dead else "",
        due_at=row.due_at,
        sent_at=row.sent_at,
        is_dead=is_dead,
        may_requeue=is_dead and row.send_before > now,
    )


def counts_by_state(session: Session) -> dict[str, int]:
    """State -> how many."""
    rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
    return dict(rows.all())


def causes(session: Session, since: datetime) -> list[Cause]:
    """Why messages are held or did not go since then, most frequent first; counts, nobody named."""
    rows = session.execute(
        select(Message.state, Message.reason, Message.lane, func.count())
        .where(
            Message.due_at >= since,
            Message.reason.is_not(None),
            Message.state.in_((State.DUE, State.DROPPED, State.DEAD, State.UNDELIVERED, State.IN_DOUBT)),
            Message.reason != Reason.ANSWERED,
        )
        .group_by(Message.state, Message.reason, Message.lane)
    )
    words = {"due": "held", "dropped": "not sent", "dead": "failed", "in_doubt": "being checked"}
    sums: dict[tuple[str, str], int] = {}
    for state, reason, lane, count in rows:
        key = (words.get(state, state), hold_in_words(reason, lane))
        sums[key] = sums.get(key, 0) + count
    found = [Cause(state=state, why=why, count=count) for (state, why), count in sums.items()]
    return sorted(found, key=lambda one: (-one.count, one.why))
