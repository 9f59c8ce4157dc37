"""Runs kernels in threads, so that a time limit can end them and progress can be told meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from time import monotonic
from typing import Any

import numpy as np

from pairing.compiled import AVAILABLE, machine_code
from pairing.profiles import Columns, Ints

Progress = Callable[[str, float], None]  # the name of a stage, and how much of the work is done, 0 to 1

THREADS = 2
LOOK = 0.1  # seconds between two looks at the clock


class Workers:
    """Kernels by name, compiled where possible, with a deadline for each stage of the work."""

    def __init__(
        self, *, seconds: float | None = None, progress: Progress | None = None, compiled: bool = AVAILABLE
    ) -> None:
        self._began, self._seconds, self._progress, self._compiled = monotonic(), seconds, progress, compiled
        self._stage, self._share, self._until = "", 0.0, 1.0
        self.cut_short = False  # whether a deadline ended something early

    @contextmanager
    def stage(self, name: str, *, until: float) -> Iterator[None]:
        """A part of the work, to be done when that share of the time is over."""
        self._stage, self._until = name, until
        self._tell()
        yield
        self._share = until
        self._tell()

    def passed(self) -> bool:
        """Whether the stage's time is up."""
        return self._seconds is not None and monotonic() - self._began > self._until * self._seconds

    def total_weight(self, c: Columns, pairs: Ints) -> int:
        """What pairs weigh together, one pair a row."""
        weights = np.empty(len(pairs), dtype=np.int64)
        one, other = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
        self.run("pairing.profile_weights", "pair_weights", c, one, other, weights, signal=False)
        return int(weights.sum())

    def run(self, module: str, kernel: str, *arguments: Any, signal: bool = True) -> None:
        """One kernel to its end; with `signal` a deadline may end it early."""
        told = np.zeros(2, dtype=np.int64)
        self._wait([(self._kernel(module, kernel), (*arguments, told) if signal else arguments)], told)

    def run_split(self, module: str, kernel: str, people: int, *arguments: Any, **results: Ints) -> None:
        """A kernel that takes a stretch of people, in several threads."""
        told = np.zeros(2, dtype=np.int64)
        ends = np.linspace(0, people, 1 + (THREADS if self._compiled else 1)).astype(int).tolist()
        function = self._kernel(module, kernel)
        self._wait(
            [(function, (*arguments, low, high, *results.values(), told)) for low, high in pairwise(ends)],
            told,
        )

    def _kernel(self, module: str, kernel: str) -> Callable[..., None]:
        if self._compiled:
            return machine_code(module)[kernel]
        return getattr(import_module(module), kernel)  # type: ignore[no-any-return]

    def _wait(self, calls: Sequence[tuple[Callable[..., None], tuple[Any, ...]]], told: Ints) -> None:
        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            waiting: set[Future[None]] = {pool.submit(function, *given) for function, given in calls}
            everything = waiting
            while waiting:
                _, waiting = wait(waiting, timeout=LOOK)
                if waiting and self.passed():
                    told[1] = 1
                    self.cut_short = True
                self._tell()
        for each in everything:
            each.result()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._stage, self._share)
