"""Runs migrations on the connection that store.migrate hands over; Alembic loads this file by its path."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from store.job_queue import PREFIX
from store.models import Record
from store.models.record import Instant


def _render(kind: str, value: object, _autogen: AutogenContext) -> str | Literal[False]:
    # A migration names plain types, so that it still means the same when our own types have changed.
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(PREFIX)


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    transactional_ddl=True,  # SQLite can, and the caller's transaction makes it all or nothing
    render_item=_render,
    include_name=_ours,
    render_as_batch=connection.dialect.name == "sqlite",  # it cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
