"""Renders a page of the console: the same frame for everybody, with the doors that the role opens."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import HTMLResponse

from engine.engine_health import engine_health
from web.console_session import ROLES, Viewer
from web.site import Site

_EVERYBODY = frozenset(ROLES)
_COORDINATOR = frozenset({"coordinator"})


@dataclass(frozen=True, slots=True)
class Door:
    """One entry of the navigation and who sees it."""

    name: str
    path: str
    title: str
    roles: frozenset[str]


DOORS = (
    Door("overview", "/console", "Today", _EVERYBODY),
    Door("incidents", "/console/incidents", "Incidents", frozenset({"responder"})),
    Door(
        "requests",
        "/console/requests",
        "Requests",
        frozenset({"coordinator", "director", "deputy", "alternate", "supporter"}),
    ),
    Door(
        "supporters",
        "/console/supporters",
        "Supporters",
        frozenset({"coordinator", "director", "deputy", "supporter"}),
    ),
    Door(
        "holds",
        "/console/holds",
        "Kept",
        frozenset({"coordinator", "director", "deputy", "clinical_backup", "auditor"}),
    ),
    Door("unclear", "/console/unclear", "Unclear texts", frozenset({"clinical_reviewer"})),
    Door("members", "/console/members", "Members", _COORDINATOR),
    Door("rounds", "/console/rounds", "Rounds", _COORDINATOR),
    Door("groups", "/console/groups", "Groups", _COORDINATOR),
    Door("check-ins", "/console/check-ins", "Check-ins", _COORDINATOR),
    Door("messages", "/console/messages", "Nudges", _COORDINATOR),
    Door("outreach", "/console/outreach", "Outreach", frozenset({"coordinator", "director", "deputy"})),
    Door("posters", "/console/posters", "Posters", _COORDINATOR),
    Door("program", "/console/program", "Program", frozenset({"coordinator", "director"})),
    Door("audit", "/console/audit", "Audit", frozenset({"coordinator", "auditor"})),
)


def _trouble(site: Site) -> str:
    return engine_health(site.deployment, site.clock, in_moved_time=site.settings.demo).problem


def console_page(
    site: Site, viewer: Viewer, name: str, *, here: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page, framed for that viewer."""
    frame: dict[str, Any] = {
        "trouble": _trouble(site) if here != "overview" else "",  # whose part that refreshes says it
        "viewer": viewer,
        "doors": [door for door in DOORS if viewer.roles & door.roles],
        "here": here,
        "token": viewer.form_token,
        "staff_of_demo": site.deployment.program.staff if site.settings.demo else (),
    }
    return site.page(name, status=status, **(frame | values))
