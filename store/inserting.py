"""Inserts that leave it to a unique key whether something happens a second time; on either database."""

from collections.abc import Mapping, Sequence
from functools import cache
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
    statement = _statement(model, session.get_bind().dialect.name, tuple(key))
    return set(session.connection().execute(statement, [dict(row) for row in rows]).scalars())


@cache
def _statement(model: type[Record], dialect: str, key: tuple[str, ...]) -> Any:
    """Built once: a webhook waits for it. On the table, not the model, since nothing is loaded."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table: Any = model.__table__
    returned = table.c["id" if "id" in table.c else key[0]]
    return insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(returned)
