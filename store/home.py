"""Where a database lives, told so that a copy of it lives elsewhere: what makes a restored backup start halted.

On SQLite the file's place on its file system, which a copy does not share and a reboot does not change; on PostgreSQL
the server's own identifier, the database's and the table's, which a dump does not carry along. A file that is copied
over itself keeps its place: beside it stands when the engine last went round, so that an older state is told.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from store.database import Database

_ON_SERVER = text(
    "select (select system_identifier from pg_control_system()), "
    "(select oid from pg_database where datname = current_database()), "
    "cast(to_regclass('program_state') as oid)"
)


def home_of(database: Database) -> str:
    """The place of that database; equal only for the very same one."""
    if not database.is_sqlite:
        with database.reading_engine.connect() as connection:
            return ":".join(["server", *(str(value) for value in connection.execute(_ON_SERVER).one())])
    file = _file(database)
    if file is None:
        return "memory"
    return f"file:{os.statvfs(file).f_fsid:x}:{file.stat().st_ino}"


def note_round(database: Database, at: datetime) -> None:
    """Keeps beside an embedded database when the engine went round; the database knows it already."""
    seen = _seen(database)
    if seen is None:
        return
    with suppress(OSError):  # a folder that cannot be written to: then only the place speaks
        fresh = seen.with_name(f"{seen.name}.{os.getpid()}")
        fresh.write_text(at.isoformat())
        fresh.replace(seen)


def last_round(database: Database) -> datetime | None:
    """What `note_round` kept last; None where there is nothing that can be read."""
    seen = _seen(database)
    try:
        return datetime.fromisoformat(seen.read_text()) if seen else None
    except (OSError, ValueError):
        return None


def forget_rounds(database: Database) -> None:
    """The state as it is now is the right one, whatever was seen later."""
    seen = _seen(database)
    if seen is not None:
        seen.unlink(missing_ok=True)


def _file(database: Database) -> Path | None:
    name = database.engine.url.database
    return Path(name) if database.is_sqlite and name and name != ":memory:" else None


def _seen(database: Database) -> Path | None:
    file = _file(database)
    return file.with_name(f"{file.name}-seen") if file else None
