"""Inserts that leave it to a unique key whether something happens a second time; on either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.models import Record


def insert_new(
    session: Session, model: type[Record], rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> set[Any]:
    """Inserts the rows that are new under the unique `key`; returns the first key column's values (or the
    ids, where the model has them) of those. Rows that are there already are left as they are."""
    if not rows:
        return set()
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table: Any = model
    returned = getattr(table, "id", None) or getattr(table, key[0])
    statement = insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(returned)
    return set(session.scalars(statement, [dict(row) for row in rows]))


def insert_quietly(
    session: Session, model: type[Record], rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> None:
    """The same where nobody asks which were new: a third of the work. Columns that are left out stay empty."""
    if rows:
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = insert(model).on_conflict_do_nothing(index_elements=list(key))
        session.connection().execute(statement, [dict(row) for row in rows])
