"""Where tables go: a terminal as wide as it is, a pipe or a file wide enough to lose nothing."""

import sys

from rich.console import Console

_PIPE = 160


def console() -> Console:
    """A console on standard output."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE)
