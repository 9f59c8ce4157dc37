"""By which medium a member is reached, as the database can tell it of any number of members at once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, exists, null, type_coerce

from store.models import ContactPoint, Suppression

MEDIA = ("sms", "email")  # the first that reaches the member is taken


def medium_of(member_id: Any, media: Collection[str]) -> ColumnElement[str | None]:
    """Of the media that are set up: SMS where consented to, usable and not suppressed; else mail; NULL where
    neither is. `member_id` is a column of the statement."""
    usable = [(_reaches(medium, member_id), medium) for medium in MEDIA if medium in media]
    return case(*usable) if usable else type_coerce(null(), String)


def _reaches(medium: str, member_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    barred = exists().where(
        Suppression.medium == ContactPoint.medium, Suppression.address_index == ContactPoint.address_index
    )
    return exists().where(
        ContactPoint.member_id == member_id,
        ContactPoint.medium == medium,
        ContactPoint.consented,
        ContactPoint.unusable_since.is_(None),
        ~barred,
    )
