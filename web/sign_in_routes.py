"""Signing in and out: a link by mail, a button, a session. Opening a link changes nothing; pressing does."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.links import Purpose
from engine.sign_in import request_sign_in, sign_in, sign_in_as, sign_out
from web.bodies import PostedForm
from web.console_session import COOKIE, ConsoleForm, set_session
from web.faults import stale_form, unknown
from web.site import SiteDep

router = APIRouter(prefix="/console", include_in_schema=False)
_SCOPE = "sign-in"


@router.api_route("/sign-in", methods=["GET", "HEAD"])
def sign_in_page(site: SiteDep) -> HTMLResponse:
    """Asks for the staff member's mail address."""
    return site.page("console/sign_in.html", token=site.seals.form_token(_SCOPE), asked=False)


@router.post("/sign-in")
def ask_for_link(form: PostedForm, site: SiteDep) -> HTMLResponse:
    """Sends a link if the address is known, and answers alike if it is not."""
    if not site.seals.is_form_token(_SCOPE, form.get("token", "")):
        raise stale_form()
    request_sign_in(site.deployment, form.get("email", "")[:320], site.now())
    site.wake_senders()
    return site.page("console/sign_in.html", token=site.seals.form_token(_SCOPE), asked=True)


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
def link_page(token: str, site: SiteDep) -> HTMLResponse:
    """A button only: mail scanners open links, people press buttons."""
    return site.page("console/sign_in_link.html", failed=False)


@router.post("/sign-in/{token}")
def follow_link(token: str, form: PostedForm, site: SiteDep) -> Response:
    """Spends the link and opens the console; a page's link opens its incident."""
    opened = sign_in(site.deployment, token, now=site.now(), wall=site.clock.wall())
    if opened is None:
        return site.page("console/sign_in_link.html", failed=True)
    to = "/console/incidents" if opened.purpose is Purpose.PAGE else "/console"
    to += f"/{opened.incident_id}" if opened.incident_id else ""
    response = RedirectResponse(to, 303)
    set_session(response, opened.token, site)
    return response


@router.post("/sign-out")
def leave(request: Request, form: ConsoleForm, site: SiteDep) -> Response:
    """Ends the session here and on the server."""
    sign_out(site.deployment, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/console/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/demo/see-as")
def see_as(request: Request, form: ConsoleForm, site: SiteDep) -> Response:
    """In the demo: look at the console with somebody else's eyes."""
    if not site.settings.demo:
        raise unknown()
    sign_out(site.deployment, request.cookies.get(COOKIE, ""))
    try:
        token = sign_in_as(site.deployment, form.get("staff", ""), now=site.now(), wall=site.clock.wall())
    except LookupError:
        raise unknown() from None
    response = RedirectResponse("/console", 303)
    set_session(response, token, site)
    return response
