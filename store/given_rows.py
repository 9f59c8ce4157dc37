"""Hands any number of rows to one statement as a single parameter, on either database.

The statement's text stays the same however many rows there are, so that it is compiled once, and the server works
through all of them in one go. Decides nothing about the rows.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    FromClause,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import Date, Integer, TypeEngine

from store.models.record import Instant

PARAMETER = "given_rows"
TYPES: Mapping[str, TypeEngine[Any]] = {
    "uuid": Uuid(), "word": String(255), "number": Integer(), "instant": Instant(), "day": Date(),
}  # fmt: skip


@cache
def given(dialect: str, columns: tuple[tuple[str, str], ...]) -> FromClause:
    """A table of those (name, type) columns, its rows in the statement's parameter `given_rows`; see `TYPES`."""
    rows = bindparam(PARAMETER, type_=Text())
    if dialect == "sqlite":
        each = func.json_each(rows).table_valued("value", name="each_given")
        found = [
            type_coerce(func.json_extract(each.c.value, f"$.{name}"), TYPES[kind]).label(name)
            for name, kind in columns
        ]
        return select(*found).select_from(each).subquery("given")
    return (
        func.json_to_recordset(cast(rows, JSON))
        .table_valued(*(column(name, TYPES[kind]) for name, kind in columns), name="given")
        .render_derived(with_types=True)
    )


def as_parameter(dialect: str, rows: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The statement's parameter: those rows, by column name."""
    return {PARAMETER: json.dumps([*rows], default=lambda value: written(dialect, value))}


def written(dialect: str, value: object) -> object:
    """A value as the database keeps it, where JSON has no word for it. Raises TypeError for other values."""
    match value:
        case UUID():
            return value.hex
        case datetime():
            utc = value.astimezone(UTC)
            utc = utc.replace(tzinfo=None) if dialect == "sqlite" else utc
            return utc.isoformat(sep=" ", timespec="microseconds")
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"no place for {type(value).__name__} in a given row")
