"""Where tables go: a terminal as wide as it is, a pipe or a file wide enough to lose nothing; and progress bars."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

_PIPE = 160


def console() -> Console:
    """A console on standard output."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE)


@contextmanager
def progress(wanted: bool) -> Iterator[Callable[[str, float], None] | None]:
    """What to tell the name and the share of work done; a bar on standard error where that is a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("getting ready", total=1.0)
        yield lambda stage, done: bar.update(task, description=stage, completed=done)
