"""The column types that every table shares."""

import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, String, Text, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. A naive datetime is a defect and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Towards the database: UTC, naive on SQLite, which has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants are aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> UUID:
    """A UUIDv7: unique, and in order of making, which keeps indexes compact."""
    made: UUID = uuid_utils.uuid7()
    return made


def new_alias() -> str:
    """A random name for a case: it says nothing of whose it is, and nothing leads back once the row is gone."""
    return f"case:{secrets.token_hex(12)}"


Id = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Word = Annotated[str, mapped_column(String(64))]  # an enum's word, a name of ours, a code
Label = Annotated[str, mapped_column(String(255))]
Digest = Annotated[str, mapped_column(String(64))]  # SHA-256 or HMAC-SHA-256, hex
Sealed = Annotated[bytes, mapped_column(LargeBinary)]  # made by Vault.seal
Prose = Annotated[str, mapped_column(Text)]  # never personal
At = Annotated[datetime, mapped_column(Instant)]


class Record(DeclarativeBase):
    """What every table inherits: named constraints, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
