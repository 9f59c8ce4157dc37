"""Who may open what, and who reads what there: asked of the whole application, and the tables of docs/access.md.

The first one is printed by the test that finds it wrong.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "access.md"
STAFF = {
    "ana": "coordinator",
    "max": "deputy",
    "dee": "director",
    "alt": "alternate",
    "sam": "supporter (own case)",
    "uma": "supporter (another)",
    "ray": "responder",
    "bea": "clinical backup",
    "cy": "reviewer",
    "art": "auditor",
}
YES = "yes"
_ROW = re.compile(r"^\| (.+) \|$")


def staff_routes(application: FastAPI) -> list[tuple[str, str]]:
    """Method and path of everything behind a staff session, in the order of paths."""
    found = {(method, path) for method, path in all_routes(application) if _is_behind_session(path)}
    return sorted(found, key=lambda one: (one[1], one[0]))


def open_routes(application: FastAPI) -> list[tuple[str, str]]:
    """Everything else: for members, strangers, providers and watchers."""
    return [route for route in all_routes(application) if not _is_behind_session(route[1])]


def all_routes(application: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route; HEAD is GET without its body."""
    routes = iter_route_contexts(application.routes)
    found = {(method, one.path or "") for one in routes for method in one.methods or () if method != "HEAD"}
    return sorted(found, key=lambda one: (one[1], one[0]))


def _is_behind_session(path: str) -> bool:
    own_way = path.startswith(("/console/sign-in", "/console/demo", "/api/v1/events"))
    return path.startswith(("/console", "/api/v1")) and not own_way


def table(heading: str) -> dict[str, dict[str, str]]:
    """The table below that heading of the document: first cell of a row -> column -> cell."""
    lines = (
        DOCUMENT.read_text(encoding="utf-8")
        .partition(f"## {heading}\n")[2]
        .partition("\n## ")[0]
        .splitlines()
    )
    rows = [[cell.strip() for cell in found[1].split(" | ")] for line in lines if (found := _ROW.match(line))]
    columns = rows[0][1:]
    return {
        row[0].strip("`"): dict(zip(columns, row[1:], strict=True)) for row in rows[1:]
    }  # the rule below the head is no row


def rendered(rows: Mapping[str, Iterable[str]]) -> str:
    """Rows of such a table: what, and for each of the staff `yes` or nothing."""
    lines = [
        f"| `{what}` | " + " | ".join(YES if who in refs else "" for who in STAFF) + " |"
        for what, refs in ((what, set(refs)) for what, refs in rows.items())
    ]
    head = "| route | " + " | ".join(STAFF.values()) + " |\n|---|" + "---|" * len(STAFF)
    return "\n".join([head, *lines])
