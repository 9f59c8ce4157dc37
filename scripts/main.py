"""`prepaired`: the table of commands and how each of them ends.

Only the module of the command asked for is imported, so that `--help`, `pair` and `replies` answer at once.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from pairing.errors import PrepairedError
from scripts.errors import CommandFault

_SETUP, _PEOPLE, _RUN, _LOOK = "Set up", "Members and groups", "Run", "Look and try out"
_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: where it is, and the line that the overview has about it."""

    about: str
    panel: str
    module: str
    function: str

    def load(self) -> Callable[..., Any]:
        """The function behind it, imported now."""
        found: Callable[..., Any] = getattr(import_module(f"scripts.{self.module}"), self.function)
        return found


def _in(panel: str, about: str, module: str, function: str | None = None) -> Command:
    return Command(about=about, panel=panel, module=module, function=function or module)


COMMANDS = {
    "init": _in(_SETUP, "Ask a few questions, write settings, create the database.", "init"),
    "migrate": _in(_SETUP, "Bring the database to this version.", "migrate"),
    "doctor": _in(_SETUP, "Say what is wrong with this installation, and the mend.", "doctor"),
    "import": _in(_PEOPLE, "Add and update members from a CSV file.", "import_members", "import_file"),
    "buddy": _in(_PEOPLE, "Note an agreed buddy group.", "buddy"),
    "exclude": _in(_PEOPLE, "Never pair two members, in confidence.", "exclude"),
    "lock": _in(_PEOPLE, "Keep two or three members together.", "lock"),
    "erase": _in(_PEOPLE, "Forget a member for good.", "erase"),
    "events": _in(_PEOPLE, "Offer outreach to everybody in a CSV file of events.", "events"),
    "rotate": _in(_PEOPLE, "Plan a cohort's next round, show it, publish it.", "rotate"),
    "api-key": _in(_RUN, "Make or revoke a key for other software.", "api_key"),
    "serve": _in(_RUN, "Run web pages, webhooks and the scheduler.", "serve"),
    "tick": _in(_RUN, "Do everything that is due once, then exit.", "tick"),
    "messages": _in(_RUN, "Show the outbox.", "messages"),
    "halt": _in(_RUN, "Stop all nudges now.", "halt"),
    "resume": _in(_RUN, "Let nudges go on.", "halt", "resume"),
    "revoke": _in(_RUN, "End every link, session and open page now.", "revoke"),
    "exposed": _in(_RUN, "List whose data could have been seen between two instants.", "exposed"),
    "drill": _in(_RUN, "Page whoever is on call with a drill, and time it.", "drill"),
    "demo": _in(_LOOK, "Try it all with a sample program on this machine.", "demo"),
    "pair": _in(_LOOK, "Pair the people of a CSV file; no database.", "pair"),
    "calendar": _in(_LOOK, "Show when nudges fall, and why.", "calendar"),
    "replies": _in(_LOOK, "Show what replies are understood as.", "replies"),
    "simulate": _in(_LOOK, "Run a program through on a virtual clock.", "simulate"),
}


def run() -> None:
    """The entry point. Exits 0 for done, 1 for "the answer is no", 2 for bad usage or input, 70 for a defect."""
    sys.exit(end_of(sys.argv[1:]))


def end_of(arguments: Sequence[str]) -> int:
    """Runs the command that the arguments name; the exit code. Messages go to standard error."""
    words, debug = _without_debug(arguments)
    wanted = next((word for word in words if not word.startswith("-")), "")
    try:
        application(wanted)(args=words, prog_name="prepaired")
    except SystemExit as ending:
        return _code(ending)
    except PrepairedError as fault:
        if debug:
            traceback.print_exc()
        print(_first_lines(str(fault)), file=sys.stderr)
        return fault.exit_code if isinstance(fault, CommandFault) else 2
    except Exception as fault:  # noqa: BLE001 (the edge: no traceback ever reaches a user)
        if debug:
            traceback.print_exc()
        else:
            _unexpected(wanted, fault)
        return _UNEXPECTED
    return 0


def application(wanted: str) -> typer.Typer:
    """Every command by name and summary; only the wanted one is there in full."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )
    app.callback()(_everything)
    for name, command in COMMANDS.items():
        if name == wanted:
            app.command(name, rich_help_panel=command.panel)(command.load())
        else:
            app.command(name, help=command.about, rich_help_panel=command.panel)(_not_loaded)
    return app


def _everything(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=lambda on: _version(on)),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,
) -> None:
    """Prepaired: a buddy program for clinicians. No one should care alone.

    Example: prepaired demo
    """


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"prepaired {version_of()}")
        raise typer.Exit


def version_of() -> str:
    """This program's version; "0" where it runs from a folder without being installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("prepaired")
    except PackageNotFoundError:
        return "0"


def _not_loaded() -> None:
    """Stands in for the commands that were not asked for."""
    raise AssertionError("a command that was not loaded cannot run")


def _without_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """`--debug` counts wherever it stands before a lone `--`."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != "--debug"]
    return kept + words[end:], len(kept) < end


def _code(ending: SystemExit) -> int:
    return ending.code if isinstance(ending.code, int) else int(ending.code is not None)


def _first_lines(message: str, most: int = 50) -> str:
    lines = message.splitlines()
    more = [f"... and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join(lines[:most] + more)


def _unexpected(command: str, fault: Exception) -> None:
    """One honest line. Not the fault's own text: it may hold somebody's number."""
    name = f"prepaired {command}".strip()
    print(f"{name} failed in a way we did not foresee ({type(fault).__name__}).", file=sys.stderr)
    print("Run it again with --debug to see where.", file=sys.stderr)


if __name__ == "__main__":
    run()
