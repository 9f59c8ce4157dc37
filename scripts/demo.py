"""`prepaired demo`: a sample program on this machine, with stand-in providers on their real wire protocol."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

_PORT = 8000


def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The loopback port; else 8000, or any free one.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    speed: Annotated[
        float, typer.Option(min=0.1, max=604800, help="How many seconds pass in one; 3600 is an hour.")
    ] = 1.0,
) -> None:
    """Try everything with 240 made-up members: console, member pages, phones. Nothing leaves this machine.

    What you do is forgotten when you end it with Ctrl-C.

    Example: prepaired demo --speed 3600
    """
    import tempfile

    bound = _loopback(port)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    from pathlib import Path

    from scripts.demo_stage import run_demo
    from scripts.serving import Ending

    ending = Ending()
    ending.listen()
    with tempfile.TemporaryDirectory(prefix="prepaired-demo-") as folder:
        run_demo(
            bound,
            url,
            folder=Path(folder),
            speed=speed,
            ending=ending,
            announce=lambda: typer.echo(url),
            ready=lambda: _ready(url, browser),
        )


def _loopback(port: int | None) -> "socket.socket":
    from scripts.errors import UsageFault
    from scripts.serving import bound_socket

    try:
        return bound_socket("127.0.0.1", _PORT if port is None else port)
    except UsageFault:
        if port is not None:
            raise
        return bound_socket("127.0.0.1", 0)


def _ready(url: str, browser: bool) -> None:
    typer.echo("Ready. The console signs you in by itself; Ctrl-C ends it.", err=True)
    if browser and _has_display():
        import webbrowser

        webbrowser.open(url)


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return not os.environ.get("SSH_CONNECTION")
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
