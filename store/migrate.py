"""Brings a database's schema to this version, forward only, in one transaction.

Alembic does the work and is imported only when there is some: asking whether a schema is behind is one query.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from store.database import Database
from store.errors import SchemaBehind

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every node takes the same one: two migrations on PostgreSQL wait for each other.
_MIGRATION_LOCK = 5_209_113_046


def newest() -> str:
    """The revision this program was written for: the number that the last migration's file starts with."""
    return max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision(database: Database) -> str | None:
    """The revision that the database is at; None for one that was never migrated."""
    with database.reading_engine.connect() as connection:
        return _revision(connection)


def is_behind(database: Database) -> bool:
    """Whether `migrate` has something to do. A newer program's schema is not behind: changes are additive."""
    return _is_behind(revision(database))


def migrate(database: Database) -> str:
    """Takes every step that is missing, all or none, and returns the revision reached.

    Safe to run from several processes at once: on SQLite the write lock, on PostgreSQL an advisory lock makes
    the second one wait, and it then finds nothing to do.
    """
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        before = _revision(connection)
        if _is_behind(before):
            _upgrade(connection)
            return newest()
        return before or newest()


def prepare(database: Database) -> None:
    """Makes an embedded database ready to use; whatever command comes first does it.

    Raises SchemaBehind on PostgreSQL, where a migration is the operator's decision.
    """
    if not is_behind(database):
        return
    if not database.is_sqlite:
        raise SchemaBehind("the database schema is older than this program: run `prepaired migrate`")
    migrate(database)


def alembic_config(connection: Connection) -> "Config":
    """Alembic's settings for work on that open connection; there is no alembic.ini."""
    from alembic.config import Config  # slow to import, and seldom needed

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found


def _is_behind(found: str | None) -> bool:
    return found is None or found < newest()


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")
