"""For operations: alive, ready, working, and counts. Nothing here needs a session and nothing is personal."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.engine_health import engine_health
from store.migrate import is_behind
from web.site import SiteDep
from web.views_health import measures

router = APIRouter(include_in_schema=False)


@router.api_route("/health/live", methods=["GET", "HEAD"])
def live() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.api_route("/health/ready", methods=["GET", "HEAD"])
def ready(site: SiteDep) -> JSONResponse:
    """The database answers and its schema is this version's."""
    database = site.deployment.database
    try:
        with database.reading_engine.connect() as connection:
            connection.execute(text("select 1"))
        behind = is_behind(database)
    except SQLAlchemyError:
        return JSONResponse({"status": "unavailable", "why": "the database does not answer"}, 503)
    if behind:
        return JSONResponse({"status": "unavailable", "why": "the schema is behind: prepaired migrate"}, 503)
    return JSONResponse({"status": "ok"})


@router.api_route("/health/engine", methods=["GET", "HEAD"])
def engine(site: SiteDep) -> JSONResponse:
    """503 while due work is not being done, naming what."""
    health = engine_health(site.deployment, site.clock, in_moved_time=site.settings.demo)
    if health.is_well:
        return JSONResponse({"status": "ok"})
    problems = [{"what": one.what, "why": one.why, "count": one.count} for one in health.troubles]
    return JSONResponse({"status": "failing", "why": health.problem, "problems": problems}, 503)


@router.get("/metrics")
def metrics(site: SiteDep) -> PlainTextResponse:
    """Prometheus text, counts only."""
    lines: list[str] = []
    seen: set[str] = set()
    refused = [
        (f"prepaired_{name}_total", "Requests refused by this process.", f'provider="{label}"', count)
        for (name, label), count in sorted(site.counters.all().items())
    ]
    for name, what, labels, value in [*measures(site.deployment, site.clock), *refused]:
        if name not in seen:
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
            seen.add(name)
        lines.append(f"{name}{{{labels}}} {value}" if labels else f"{name} {value}")
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
