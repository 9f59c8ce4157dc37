"""Makes links and looks them up. The token is in plain only in the text that carries it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID

from sqlalchemy import Insert, bindparam, insert, select, update
from sqlalchemy.orm import Session

from store.given_rows import as_parameter, given
from store.models import Link
from store.sealing import new_token, token_hash


class Purpose(StrEnum):
    """What a link lets its holder do."""

    HELPED = "helped"  # /helped/…: two questions; the link is nobody's
    SUPPORT = "support"  # /s/…: the support page of the member who got the message
    MEMBER = "member"  # /m/…: trades for a cookie that opens the member's page
    UNSUBSCRIBE = "unsubscribe"  # /unsubscribe/…: RFC 8058
    REPLY = "reply"  # the token in the reply address of one mail
    SIGN_IN = "sign_in"  # a staff member's one-time sign-in
    INVITATION = "invitation"  # /i/…: what somebody on a list is sent, once
    PAGE = "page"  # the responder's page of one incident


LIFETIMES = {
    Purpose.HELPED: timedelta(days=30),
    Purpose.SUPPORT: timedelta(days=30),
    Purpose.MEMBER: timedelta(days=7),
    Purpose.UNSUBSCRIBE: timedelta(days=400),
    Purpose.REPLY: timedelta(days=30),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.INVITATION: timedelta(days=60),
    Purpose.PAGE: timedelta(days=2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a good token stands for."""

    purpose: Purpose
    member_id: UUID | None
    staff_id: UUID | None
    message_id: UUID | None
    incident_id: UUID | None


def issue(
    session: Session,
    purpose: Purpose,
    *,
    now: datetime,
    member_id: UUID | None = None,
    staff_id: UUID | None = None,
    message_id: UUID | None = None,
    incident_id: UUID | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """A fresh token; only its hash is stored."""
    token = new_token()
    session.add(
        Link(
            token_hash=token_hash(token),
            purpose=purpose,
            member_id=member_id,
            staff_id=staff_id,
            message_id=message_id,
            incident_id=incident_id,
            created_at=now,
            expires_at=now + (lifetime or LIFETIMES[purpose]),
        )
    )
    return token


class LinkDesk:
    """Makes the links of a batch of messages and stores them together."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._rows: list[dict[str, object]] = []

    def issue(
        self,
        purpose: Purpose,
        *,
        message_id: UUID,
        member_id: UUID | None = None,
        staff_id: UUID | None = None,
        incident_id: UUID | None = None,
    ) -> str:
        """A fresh token, which holds once the batch is stored."""
        token = new_token()
        self._rows.append(
            {
                "token_hash": token_hash(token),
                "purpose": purpose,
                "member_id": member_id,
                "staff_id": staff_id,
                "message_id": message_id,
                "incident_id": incident_id,
                "expires_at": self._now + LIFETIMES[purpose],
            }
        )
        return token

    def store(self, session: Session) -> None:
        """Writes what was issued."""
        if self._rows:
            dialect = session.get_bind().dialect.name
            parameter = as_parameter(dialect, self._rows)
            session.connection().execute(_stored(dialect), {**parameter, "now": self._now})
            self._rows = []


@cache
def _stored(dialect: str) -> Insert:
    rows = given(
        dialect,
        (
            ("token_hash", "word"), ("purpose", "word"), ("member_id", "uuid"), ("staff_id", "uuid"),
            ("message_id", "uuid"), ("incident_id", "uuid"), ("expires_at", "instant"),
        ),
    )  # fmt: skip
    now = bindparam("now", type_=Link.created_at.type)
    return insert(Link).from_select([*rows.c.keys(), "created_at"], select(*rows.c, now))


def resolve(session: Session, token: str, purpose: Purpose, now: datetime) -> Bearer | None:
    """Whom the token stands for; None when it is garbled, of another purpose, used up or expired."""
    row = session.execute(
        select(Link).where(
            Link.token_hash == token_hash(token),
            Link.purpose == purpose,
            Link.expires_at > now,
            Link.used_at.is_(None),
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    return Bearer(
        purpose=purpose,
        member_id=row.member_id,
        staff_id=row.staff_id,
        message_id=row.message_id,
        incident_id=row.incident_id,
    )


def spend(session: Session, token: str, purpose: Purpose, now: datetime) -> Bearer | None:
    """Like `resolve`, and the token is used up: of two who try at once, one gets it."""
    bearer = resolve(session, token, purpose, now)
    if bearer is None:
        return None
    spent = session.execute(
        update(Link)
        .where(Link.token_hash == token_hash(token), Link.used_at.is_(None))
        .values(used_at=now)
        .returning(Link.token_hash)
    ).scalar_one_or_none()
    return bearer if spent else None
