"""`prepaired replies`: what texts mean, JSON lines in and out. Reads no settings and keeps nothing."""

import json
import sys
from typing import Any

import typer

from scripts.errors import UsageFault


def replies() -> None:
    """Understand replies: JSON lines {"text": ...} on standard input, each printed with intent and more.

    Every key of a line is kept; intent, about, also, confidence and matched are added.
    A line that is no such object is named on standard error, and the exit code is 2.

    Example: echo '{"text": "1"}' | prepaired replies
    """
    from nudges.replies import understand

    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        row = _row(line, number)
        found = understand(row["text"])
        row |= {
            "intent": str(found.intent),
            "about": str(found.about) if found.about else None,
            "also": [str(each) for each in found.also],
            "confidence": found.confidence,
            "matched": found.matched,
        }
        typer.echo(_line(row))


def _row(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _refused(number, "this is not JSON in UTF-8") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise _refused(number, 'expected an object with "text", a string')
    return row


def _refused(number: int, why: str) -> UsageFault:
    """Names the line, not what it says: it may be somebody's distress."""
    return UsageFault(f'standard input, line {number}: {why}, such as {{"text": "1"}}')


def _line(row: dict[str, Any]) -> bytes:
    try:
        return json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON may hold and UTF-8 may not
        return json.dumps(row).encode()
