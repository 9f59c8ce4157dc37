"""Puts the web part together: webhooks, pages for members, the console, the API and health."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse, Response
from starlette.types import Scope

from engine.clock import Clock
from engine.deployment import Deployment
from web import (
    api_routes,
    choice_routes,
    console_routes,
    door_routes,
    event_routes,
    health_routes,
    hold_routes,
    incident_routes,
    invitation_routes,
    join_routes,
    meeting_routes,
    member_routes,
    outreach_routes,
    own_address_routes,
    own_data_routes,
    poster_routes,
    program_routes,
    public_routes,
    refer_routes,
    request_routes,
    round_routes,
    sendgrid_routes,
    sign_in_routes,
    support_routes,
    supporter_routes,
    twilio_routes,
    unclear_routes,
    voice_routes,
)
from web.answers import answer_faults
from web.headers import SafeHeaders
from web.masking import mask_access_log
from web.seals import Seals
from web.settings import WebSettings
from web.site import Site
from web.templating import environments

_STATIC = Path(__file__).parent / "static"
_ROUTERS = (
    twilio_routes.router,
    voice_routes.router,
    sendgrid_routes.router,
    door_routes.router,  # before the support page, whose token takes all that is left of a path
    member_routes.router,
    own_data_routes.router,
    own_address_routes.router,
    support_routes.router,
    join_routes.router,
    invitation_routes.router,
    choice_routes.router,
    public_routes.router,
    sign_in_routes.router,
    console_routes.router,
    round_routes.router,
    incident_routes.router,
    refer_routes.router,  # before the page of one request
    request_routes.router,
    meeting_routes.router,
    supporter_routes.router,
    hold_routes.router,
    event_routes.router,
    program_routes.router,
    poster_routes.router,
    outreach_routes.router,
    unclear_routes.router,
    api_routes.router,
    health_routes.router,
)


class _Versioned(StaticFiles):
    """Our own files: their addresses carry the version, so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "public, max-age=86400")
        return response


def create_app(deployment: Deployment, clock: Clock, *, web: WebSettings) -> FastAPI:
    """The application for that deployment. Reads no settings and starts nothing; whoever calls may mount more."""
    site = Site(
        deployment=deployment,
        clock=clock,
        settings=web,
        templates=environments(deployment.program),
        seals=Seals(web.secret_key),
    )
    app = FastAPI(
        title=f"{deployment.program.name} API",
        version=web.version,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would ask another host for its scripts
        redoc_url=None,
    )
    app.state.site = site
    for router in _ROUTERS:
        app.include_router(router)
    app.add_api_route("/static/htmx.min.js", _htmx, include_in_schema=False)
    app.mount("/static", _Versioned(directory=_STATIC), name="static")
    app.add_middleware(SafeHeaders, is_https=web.is_https)
    answer_faults(app, site)
    mask_access_log()
    return app


def _htmx(_: Any = None) -> FileResponse:
    """One address for every page that uses it, the sandbox's too."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(_STATIC / "vendor" / "htmx.min.js", media_type="text/javascript", headers=headers)
