"""Keys of other software: made and shown once, looked up by hash, counted by the minute."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.deployment import Deployment
from pairing.errors import PrepairedError
from store import audit
from store.models import ApiKey, new_id
from store.sealing import new_token, token_hash

PER_MINUTE = 60
_MINUTE = timedelta(minutes=1)


class KeyExists(PrepairedError):
    """There is a key of that name."""


class Admission(StrEnum):
    """Whether a call may go on."""

    ADMITTED = "admitted"
    UNKNOWN = "unknown"
    TOO_MANY = "too_many"


def make_key(deployment: Deployment, name: str, now: datetime) -> str:
    """A fresh key of that name, in plain only here. Raises KeyExists."""
    key = f"ppk_{new_token()}{new_token()}"
    try:
        with deployment.database.writes.begin() as session:
            session.add(ApiKey(id=new_id(), name=name, key_hash=token_hash(key), created_at=now, calls=0))
            session.flush()
            audit.record(session, at=now, actor="system", action="api_key_made", detail=name)
    except IntegrityError:
        raise KeyExists(f"there is a key named {name!r}; revoke it, or choose another name") from None
    return key


def revoke_key(deployment: Deployment, name: str, now: datetime) -> bool:
    """Ends that key; False where there is none, or it had ended."""
    with deployment.database.writes.begin() as session:
        row = session.scalars(
            select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)).with_for_update()
        ).one_or_none()
        if row is None:
            return False
        row.revoked_at = now
        row.name = f"{name} (revoked {now:%Y-%m-%d %H:%M:%S})"  # the name is free again
        audit.record(session, at=now, actor="system", action="api_key_revoked", detail=name)
    return True


def admit(deployment: Deployment, key: str, wall: datetime) -> tuple[Admission, str]:
    """Whether a call with that key may go on, and the key's name. Counts the call, under a lock."""
    with deployment.database.writes.begin() as session:
        row = session.scalars(
            select(ApiKey)
            .where(ApiKey.key_hash == token_hash(key), ApiKey.revoked_at.is_(None))
            .with_for_update()
        ).one_or_none()
        if row is None:
            return Admission.UNKNOWN, ""
        if row.window_at is None or wall - row.window_at >= _MINUTE:
            row.window_at, row.calls = wall, 0
        row.calls += 1
        return (Admission.TOO_MANY if row.calls > PER_MINUTE else Admission.ADMITTED), row.name
