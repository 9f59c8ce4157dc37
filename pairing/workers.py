"""Runs kernels in threads, so that a time limit can end them and progress can be told meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import pairwise
from threading import Thread
from time import monotonic
from typing import Any

import numpy as np

from pairing.compiled import AVAILABLE, machine_code
from pairing.errors import PrepairedError
from pairing.profile_weights import plain_weights
from pairing.profiles import Columns, Ints

Progress = Callable[[str, float], None]  # the name of a stage, and how much of the work is done, 0 to 1

THREADS = 2
LOOK = 0.1  # seconds between two looks at the clock
GRACE = 0.5  # seconds that a step has to end by itself when all time is up


class OutOfTime(PrepairedError):
    """A step went on although all time was up, compiling perhaps; it is left to itself."""


class Workers:
    """Kernels by name, compiled where possible, with a deadline for each stage of the work."""

    def __init__(
        self, *, seconds: float | None = None, progress: Progress | None = None, compiled: bool = AVAILABLE
    ) -> None:
        self._began, self._seconds, self._progress, self._compiled = monotonic(), seconds, progress, compiled
        self._stage, self._share, self._until = "getting ready", 0.0, 1.0
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
        if len(c.wide_kind):
            self.run("pairing.profile_weights", "pair_weights", c, one, other, weights, signal=False)
            return int(weights.sum())
        return int(plain_weights(c, one, other).sum())

    def run(self, module: str, kernel: str, *arguments: Any, signal: bool = True) -> None:
        """One kernel to its end; with `signal` a deadline may end it early."""
        told = np.zeros(2, dtype=np.int64)
        self._wait(
            [(partial(self._run_kernel, module, kernel), (*arguments, told) if signal else arguments)], told
        )

    def run_split(self, module: str, kernel: str, people: int, *arguments: Any, **results: Ints) -> None:
        """A kernel that takes a stretch of people, in several threads."""
        told = np.zeros(2, dtype=np.int64)
        ends = np.linspace(0, people, 1 + (THREADS if self._compiled else 1)).astype(int).tolist()
        function = partial(self._run_kernel, module, kernel)
        self._wait(
            [(function, (*arguments, low, high, *results.values(), told)) for low, high in pairwise(ends)],
            told,
        )

    def _run_kernel(self, module: str, kernel: str, *arguments: Any) -> None:
        """In the thread: what has to be compiled first is compiled there."""
        if self._compiled:
            machine_code(module)[kernel](*arguments)
        else:
            getattr(import_module(module), kernel)(*arguments)

    def _wait(self, calls: Sequence[tuple[Callable[..., None], tuple[Any, ...]]], told: Ints) -> None:
        faults: list[BaseException] = []
        threads = [Thread(target=_called, args=(faults, *call), daemon=True) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK)
                if thread.is_alive() and self.passed():
                    told[1] = 1
                    self.cut_short = True
                    if self._overdue():
                        raise OutOfTime("a step of pairing did not end in time")
                self._tell()
        if faults:
            raise faults[0]

    def _overdue(self) -> bool:
        return self._seconds is not None and monotonic() - self._began > self._seconds + GRACE

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._stage, self._share)


def _called(faults: list[BaseException], function: Callable[..., None], given: tuple[Any, ...]) -> None:
    try:
        function(*given)
    except BaseException as fault:  # noqa: BLE001  # raised again by whoever waits
        faults.append(fault)
