"""Shows that a number or address is in the hands of whoever gave it: a code, or a link that is pressed.

Answers alike for an address that is enrolled, unknown or stopped, so that nobody learns who takes part.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import phonenumbers
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Draft, put
from pairing.errors import PrepairedError
from store.addresses import index_form, normal
from store.members import contact_by_index
from store.models import Invitation, Joining, new_id
from store.sealing import new_token, token_hash

CODE_LASTS = timedelta(minutes=15)
JOINING_LASTS = timedelta(hours=2)  # from a confirmed address to a finished form
ONE_CODE_EVERY = timedelta(minutes=1)
MOST_CODES_A_DAY = 5  # to one address
MOST_CODES_AN_HOUR = 300  # to all of them together
MOST_TRIES = 5


class CannotSend(PrepairedError):
    """The program has no channel that reaches such an address; the text says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Whose address was confirmed."""

    id: UUID  # of the joining
    medium: str
    address: str
    member_id: UUID | None  # the member who has that address already
    has_joined: bool  # and has agreed to be written to
    settles: UUID | None  # the member who is adding this address to their own page
    invitation_id: UUID | None
    is_outside: bool  # invited by a member, and does not work here


def medium_of(text: str) -> str:
    """Whether it looks like a mail address or a number."""
    return "email" if "@" in text else "sms"


def send_code(
    deployment: Deployment,
    text: str,
    now: datetime,
    *,
    invitation_id: UUID | None = None,
    member_id: UUID | None = None,
    language: str = "",
) -> UUID:
    """Sends a code to that number or address; the id of the joining that the code belongs to.

    Raises BadAddress, CannotSend. Whether anything was really sent is not told: too many codes, or an address
    that said STOP, look the same.
    """
    medium = medium_of(text)
    address = _reachable(deployment, medium, text)
    index = deployment.vault.index(index_form(medium, address), medium)
    with deployment.database.writes.begin() as session:
        recent = _latest(session, index, now - ONE_CODE_EVERY)
        if recent is not None and (recent.invitation_id, recent.member_id) == (invitation_id, member_id):
            return recent.id
        row, code = new_id(), f"{secrets.randbelow(1_000_000):06}"
        if recent is not None or _too_many(session, index, now):
            return row  # of nothing: its page asks for a code that nobody has
        session.add(
            Joining(
                id=row,
                medium=medium,
                address_sealed=deployment.vault.seal(address, "joining", "address", row),
                address_index=index,
                code_index=deployment.vault.index(code, f"code:{row}"),
                member_id=member_id,
                invitation_id=invitation_id,
                created_at=now,
                expires_at=now + CODE_LASTS,
            )
        )
        session.flush()
        minutes = str(int(CODE_LASTS.total_seconds() // 60))
        draft = Draft(
            key=f"join_code:{row}", kind="join_code", medium=medium, address=address,
            details={"code": code, "minutes": minutes, "language": language}, due_at=now,
        )  # fmt: skip
        put(session, deployment, draft, now)
    return row


def joining_by_link(
    session: Session, deployment: Deployment, medium: str, address: str, now: datetime
) -> str:
    """A token for somebody who wrote to us from that address, which shows that it is theirs."""
    row, token = new_id(), new_token()
    session.add(
        Joining(
            id=row,
            medium=medium,
            address_sealed=deployment.vault.seal(address, "joining", "address", row),
            address_index=deployment.vault.index(index_form(medium, address), medium),
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + JOINING_LASTS,
        )
    )
    return token


def try_code(deployment: Deployment, joining_id: UUID, code: str, now: datetime) -> bool:
    """Whether that was the code; five tries, then it is worth nothing."""
    digits = "".join(sign for sign in code if sign.isdigit())
    with deployment.database.writes.begin() as session:
        counted = session.execute(
            update(Joining)
            .where(Joining.id == joining_id, Joining.tries < MOST_TRIES, Joining.expires_at > now)
            .values(tries=Joining.tries + 1)
            .returning(Joining.code_index)
        ).scalar_one_or_none()
        good = deployment.vault.index(digits, f"code:{joining_id}")
        if counted is None or not secrets.compare_digest(counted, good):
            return False
        _confirm(session, joining_id, now)
    return True


def follow_link(deployment: Deployment, token: str, now: datetime) -> UUID | None:
    """The joining behind a link whose button was pressed; None where the link is over or garbled."""
    with deployment.database.writes.begin() as session:
        row = session.scalar(
            select(Joining.id).where(Joining.token_hash == token_hash(token), Joining.expires_at > now)
        )
        if row is not None:
            _confirm(session, row, now)
        return row


def is_link(deployment: Deployment, token: str, now: datetime) -> bool:
    """Whether that link still works. Reads only."""
    with deployment.database.reads() as session:
        query = select(Joining.id).where(Joining.token_hash == token_hash(token), Joining.expires_at > now)
        return session.scalar(query) is not None


def confirmed(deployment: Deployment, joining_id: UUID, now: datetime) -> Confirmed | None:
    """Who stands behind a joining; None where it was never confirmed, or is over."""
    with deployment.database.reads() as session:
        return confirmed_in(session, deployment, joining_id, now)


def confirmed_in(
    session: Session, deployment: Deployment, joining_id: UUID, now: datetime
) -> Confirmed | None:
    """The same, within a transaction."""
    row = session.get(Joining, joining_id)
    if row is None or row.confirmed_at is None or row.expires_at <= now:
        return None
    point = contact_by_index(session, row.medium, row.address_index)
    joined = point is not None and any(one.consented for one in point.member.contacts)
    if point is not None and joined and not (point.consented or point.answered_at):
        point, joined = None, False  # a list said so, nobody has shown it: no way into that member's page
    return Confirmed(
        id=row.id,
        medium=row.medium,
        address=deployment.vault.open(row.address_sealed, "joining", "address", row.id),
        member_id=point.member_id if point else None,
        has_joined=joined,
        settles=row.member_id,
        invitation_id=row.invitation_id,
        is_outside=bool(row.invitation_id and session.get_one(Invitation, row.invitation_id).is_outside),
    )


def forget_joinings(deployment: Deployment, now: datetime) -> int:
    """Deletes what is over for a day: until then it counts towards the limit of codes."""
    over = Joining.expires_at <= now - timedelta(days=1)
    with deployment.database.reads() as session:
        if session.scalar(select(Joining.id).where(over).limit(1)) is None:
            return 0
    with deployment.database.writes.begin() as session:
        return len(session.execute(delete(Joining).where(over).returning(Joining.id)).all())


def _confirm(session: Session, joining_id: UUID, now: datetime) -> None:
    session.execute(
        update(Joining)
        .where(Joining.id == joining_id)
        .values(confirmed_at=now, expires_at=now + JOINING_LASTS, code_index=None)
    )


def _reachable(deployment: Deployment, medium: str, text: str) -> str:
    """The address in its one spelling. Raises BadAddress; CannotSend also for a number abroad, which costs."""
    address = normal(medium, text)
    if medium not in deployment.channels:
        other = "mail address" if medium == "sms" else "mobile number"
        raise CannotSend(f"We cannot write there. Please give a {other} instead.")
    if medium == "sms":
        code = phonenumbers.parse(address).country_code
        if code != phonenumbers.country_code_for_region(deployment.program.country):
            raise CannotSend("We can only text numbers of this country. Please give a mail address instead.")
    return address


def _latest(session: Session, index: str, since: datetime) -> Joining | None:
    query = select(Joining).where(
        Joining.address_index == index,
        Joining.created_at > since,
        Joining.code_index.is_not(None),
    )
    return session.scalars(query.order_by(Joining.created_at.desc()).limit(1)).first()


def _too_many(session: Session, index: str, now: datetime) -> bool:
    to_it = select(func.count()).where(
        Joining.address_index == index, Joining.created_at > now - timedelta(days=1)
    )
    to_all = select(func.count()).where(Joining.created_at > now - timedelta(hours=1))
    return (session.scalar(to_it) or 0) >= MOST_CODES_A_DAY or (
        session.scalar(to_all) or 0
    ) >= MOST_CODES_AN_HOUR
