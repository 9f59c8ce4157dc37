"""Stores what comes in at the same moment in one transaction: a burst of answers costs one commit, not one each.

Whoever gets to write writes for all that wait, and they find theirs done. Nothing is answered before it is stored.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from store.database import Database
from store.inserting import insert_new
from store.models import Inbound

MOST_AT_ONCE = 100
Values = Mapping[str, Any]


class _Arrival:
    """One message on its way into the table; `is_new` is None until it is there."""

    __slots__ = ("database", "is_new", "values")

    def __init__(self, database: Database, values: Values) -> None:
        self.database, self.values = database, values
        self.is_new: bool | None = None


class Arrivals:
    """What waits to be stored in this process. Threads share it."""

    def __init__(self) -> None:
        self._waiting: list[_Arrival] = []
        self._queue, self._writing = Lock(), Lock()

    def store(self, database: Database, values: Values) -> bool:
        """Stores the row of a message; False when one with its id was here already. Raises what the database does."""
        mine = _Arrival(database, values)
        with self._queue:
            self._waiting.append(mine)
        with self._writing:
            if mine.is_new is None:
                self._write(mine)
        return bool(mine.is_new)

    def _write(self, mine: _Arrival) -> None:
        """Writes this one and all that wait with it; if that fails, this one alone, and each other for itself."""
        with self._queue:
            others = [each for each in self._waiting if each is not mine and each.database is mine.database]
            batch = [mine, *others[: MOST_AT_ONCE - 1]]
            self._waiting = [each for each in self._waiting if each not in batch]
        try:
            _insert(batch)
        except Exception:
            if len(batch) == 1:
                raise
            with self._queue:
                self._waiting += batch[1:]
            _insert([mine])


def _insert(batch: list[_Arrival]) -> None:
    with batch[0].database.writes.begin() as session:
        new = insert_new(session, Inbound, [each.values for each in batch], ("provider", "provider_id"))
    for each in batch:
        each.is_new = each.values["id"] in new
