"""`prepaired migrate`: bring the database to this version. Needs no key."""

import typer


def migrate() -> None:
    """Bring the database to this version, in one transaction, forward only.

    An embedded SQLite file is created and migrated by whatever command comes first; on PostgreSQL the others
    refuse a schema that is behind, and this is the mend.

    Example: prepaired migrate
    """
    from scripts.wiring import explained_reach, read_settings
    from store import migrate as schema
    from store.database import open_database

    settings = read_settings(require_secrets=False)
    database = open_database(settings.database_url.get_secret_value())
    try:
        with explained_reach():
            before = schema.revision(database)
            after = schema.migrate(database)
    finally:
        database.close()
    if before == after:
        typer.echo(f"The database is at revision {after} already.")
    elif before is not None and before > after:
        typer.echo(
            f"The database is at revision {before}, newer than this program's {after}; nothing changed."
        )
    else:
        typer.echo(f"The database is now at revision {after}; it was {before or 'empty'}.")
