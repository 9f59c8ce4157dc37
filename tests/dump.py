"""Everything that a stolen copy of a database would show, as bytes to search."""

from pathlib import Path

from sqlalchemy import MetaData, select

from store.database import Database


def dump(database: Database) -> bytes:
    """Every value of every row of every table, still sealed; on SQLite also the files as they lie on disk."""
    tables = MetaData()
    pieces: list[bytes] = []
    with database.reading_engine.connect() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                pieces += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    file = database.engine.url.database
    if database.is_sqlite and file:
        paths = [Path(file), Path(f"{file}-wal")]
        pieces += [path.read_bytes() for path in paths if path.exists()]
    return b"\n".join(pieces)
