"""Shows that a number or address is in the hands of whoever gave it: a code, or a link that is pressed.

Answers alike for an address that is enrolled, unknown or stopped, so that nobody learns who takes part. A code holds
for everybody who asked for one to that address just now, each with tries of their own: nobody spoils it for another.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import phonenumbers
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.code_limits import may_send, may_wait, network_of
from engine.deployment import Deployment
from engine.outbox import Draft, put
from pairing.errors import PrepairedError
from store.addresses import index_form, normal
from store.members import contact_by_index
from store.models import ContactPoint, Invitation, Joining, new_id
from store.sealing import new_token, token_hash

CODE_LASTS = timedelta(minutes=15)
JOINING_LASTS = timedelta(hours=2)  # from a confirmed address to a finished form
MOST_TRIES = 5
SETTLES_IN = timedelta(days=3)  # until an address that was put on a member's page opens that page


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
    settles_until: (
        datetime | None
    )  # an address that was put on the member's page lately opens nothing before then
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
    requester: str = "",
) -> UUID:
    """Sends a code to that number or address; the id of the joining that the code belongs to. `requester`: the network
    address that asks.

    Raises BadAddress, CannotSend. Whether anything was really sent is not told: too many codes, or an address
    that said STOP, look the same.
    """
    medium = medium_of(text)
    address = _reachable(deployment, medium, text)
    index = deployment.vault.index(index_form(medium, address), medium)
    asker = deployment.vault.index(network_of(requester), "requester")
    with deployment.database.writes.begin() as session:
        row, code = new_id(), f"{secrets.randbelow(1_000_000):06}"
        if not may_wait(session, index, asker, now):
            return row  # of nothing: its page asks for a code that nobody has
        goes = may_send(session, medium, index, asker, now)
        session.add(
            Joining(
                id=row,
                medium=medium,
                address_sealed=deployment.vault.seal(address, "joining", "address", row),
                address_index=index,
                code_index=_sealed_code(deployment, index, code) if goes else None,
                sent_at=now if goes else None,
                requester_index=asker,
                member_id=member_id,
                invitation_id=invitation_id,
                created_at=now,
                expires_at=now + CODE_LASTS,
            )
        )
        session.flush()
        if goes:
            _put_code(session, deployment, row, medium, address, code, language, now)
    return row


def _put_code(
    session: Session, deployment: Deployment, row: UUID, medium: str, address: str, code: str, language: str,
    now: datetime,
) -> None:  # fmt: skip
    minutes = str(int(CODE_LASTS.total_seconds() // 60))
    draft = Draft(
        key=f"join_code:{row}", kind="join_code", medium=medium, address=address,
        details={"code": code, "minutes": minutes, "language": language}, due_at=now,
    )  # fmt: skip
    put(session, deployment, draft, now)


def _sealed_code(deployment: Deployment, address_index: str, code: str) -> str:
    return deployment.vault.index(code, f"code:{address_index}")


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
    """Whether that was a code that went to the address within its time; five tries each, then it is worth nothing."""
    digits = "".join(sign for sign in code if sign.isdigit())
    with deployment.database.writes.begin() as session:
        index = session.execute(
            update(Joining)
            .where(
                Joining.id == joining_id, Joining.tries < MOST_TRIES, Joining.expires_at > now,
                Joining.confirmed_at.is_(None), Joining.token_hash.is_(None),
            )
            .values(tries=Joining.tries + 1)
            .returning(Joining.address_index)
        ).scalar_one_or_none()  # fmt: skip
        if index is None:
            return False
        live = select(Joining.code_index).where(
            Joining.address_index == index,
            Joining.code_index.is_not(None),
            Joining.sent_at > now - CODE_LASTS,
        )
        good = _sealed_code(deployment, index, digits)
        if not any(secrets.compare_digest(one or "", good) for one in session.scalars(live).all()):
            return False
        spent = update(Joining).where(Joining.address_index == index, Joining.code_index == good)
        session.execute(spent.values(code_index=None))
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
        settles_until=settles_until(point, now) if point and joined else None,
        settles=row.member_id,
        invitation_id=row.invitation_id,
        is_outside=bool(row.invitation_id and session.get_one(Invitation, row.invitation_id).is_outside),
    )


def settles_until(point: ContactPoint, now: datetime) -> datetime | None:
    """Until when an address that was put on a member's page opens that page for nobody; None where it may.

    Whoever finds a page open for a moment could otherwise make it theirs for good.
    """
    over = point.changed_at + SETTLES_IN if point.changed_at else None
    return over if over and over > now else None


def forget_joinings(deployment: Deployment, now: datetime) -> int:
    """Deletes what is over for a day: until then it counts towards the limit of codes."""
    over = Joining.expires_at <= now - timedelta(days=1)
    with deployment.database.reads() as session:
        if session.scalar(select(Joining.id).where(over).limit(1)) is None:
            return 0
    with deployment.database.writes.begin() as session:
        return len(session.execute(delete(Joining).where(over).returning(Joining.id)).all())


def _confirm(session: Session, joining_id: UUID, now: datetime) -> None:
    """Once: a link that is pressed again lasts no longer for it."""
    session.execute(
        update(Joining)
        .where(Joining.id == joining_id, Joining.confirmed_at.is_(None))
        .values(confirmed_at=now, expires_at=now + JOINING_LASTS)
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
