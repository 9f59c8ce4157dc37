"""Counts what this process saw and refused, for /metrics. Never what was in it."""

import threading
from collections import Counter
from collections.abc import Mapping


class Counters:
    """Thread-safe counts by name and one label."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, label: str) -> None:
        """One more."""
        with self._lock:
            self._counts[name, label] += 1

    def all(self) -> Mapping[tuple[str, str], int]:
        """(name, label) -> count, as of now."""
        with self._lock:
            return dict(self._counts)
