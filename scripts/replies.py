"""`prepaired replies`: what texts mean, JSON lines in and out. Reads no settings and keeps nothing."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from scripts.errors import UsageFault

_SHOWN = 20  # faults that are told one by one
_RIGHT = 'write it as {"text": "1"}'


def replies(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Understand replies: JSON lines {"text": ...} on standard input, each printed with intent and more.

    Every key of a line is kept; intent, about, also, confidence and matched are added.
    A line that is no such object is named on standard error, the others are answered, and the exit code is 2.

    Example: echo '{"text": "1"}' | prepaired replies
    """
    if sys.stdin.isatty():
        typer.echo('Reading lines such as {"text": "1"} from the terminal; Ctrl-D ends them.', err=True)
    faults: list[str] = []
    found = _understood(faults)
    if as_json:
        rows = list(found)
        if not faults:
            typer.echo(_line(rows))
    else:
        for row in found:
            typer.echo(_line(row))
    if faults:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise UsageFault("\n".join((*faults[:_SHOWN], *more)))


def _understood(faults: list[str]) -> Iterator[dict[str, Any]]:
    """Each line with what it means; what is wrong with the others goes into `faults`."""
    from nudges.replies import understand

    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            row = _row(line, number)
        except ValueError as fault:
            faults.append(f"standard input, line {number}: {fault}; {_RIGHT}")
            continue
        found = understand(row["text"])
        yield row | {
            "intent": str(found.intent),
            "about": str(found.about) if found.about else None,
            "also": [str(each) for each in found.also],
            "confidence": found.confidence,
            "matched": found.matched,
        }


def _row(line: bytes, number: int) -> dict[str, Any]:
    """The object of a line. Raises ValueError, which says what is wrong and where, not what the line says: it may be
    somebody's distress."""
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"column {error.start + 1}: this is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"column {error.colno}: this is not JSON") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets without end
        raise ValueError("this is not JSON that can be read") from None
    if not isinstance(row, dict):
        raise ValueError(f"this is {_kind(row)}, not an object")
    if "text" not in row:
        raise ValueError('there is no "text"')
    if not isinstance(row["text"], str):
        raise ValueError(f'"text" is {_kind(row["text"])}, not a string')
    return row


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value) if len(str(value)) <= 20 else "a number"
    return "a string" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def _line(row: object) -> bytes:
    try:
        return json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON may hold and UTF-8 may not
        return json.dumps(row).encode()
