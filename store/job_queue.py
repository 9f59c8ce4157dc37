"""The tables of the job queue (Procrastinate) that PostgreSQL nodes share: made by our migrations, from its package.

No text of it is kept here. A database says which release its queue was made for, so that a later step knows what to
add; on SQLite there is no queue, and nothing of it is imported.
"""

from pathlib import Path

from sqlalchemy import Connection, text

PREFIX = "procrastinate_"  # everything of its own begins so; the models know nothing of it
_NOTE = "job queue of procrastinate "


def create(connection: Connection) -> None:
    """Makes the queue's tables and functions in that transaction, on PostgreSQL; elsewhere does nothing."""
    if connection.dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager

    # The driver itself: the text holds many statements and percent signs that are no places for values.
    connection.connection.cursor().execute(SchemaManager.get_schema())
    connection.execute(text(f"comment on table {PREFIX}jobs is '{_NOTE}{shipped()}'"))


def shipped() -> str:
    """The newest change that the installed package's schema holds, such as 03.04.00."""
    from procrastinate.schema import SchemaManager

    changes = Path(SchemaManager.get_migrations_path()).glob("[0-9]*_*.sql")
    return max(change.name.partition("_")[0] for change in changes)


def installed(connection: Connection) -> str | None:
    """The change up to which that database's queue is; None where there is no queue."""
    note = connection.scalar(
        text("select obj_description(to_regclass(:jobs), 'pg_class')"), {"jobs": f"{PREFIX}jobs"}
    )
    return str(note).removeprefix(_NOTE) if note else None
