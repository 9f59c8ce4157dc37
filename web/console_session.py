"""Who looks at the console: the session's staff member with their roles; without one, the way to sign in."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from engine.responders import may_be_paged
from engine.sign_in import SESSION_LASTS, sign_in_as, staff_of_session
from engine.staff import name_of_staff
from pairing.errors import PrepairedError
from store.models import Staff
from store.sealing import token_hash
from web.bodies import Form, PostedForm
from web.faults import not_yours, stale_form
from web.site import Site, SiteDep

COOKIE = "prepaired_session"
ROLES = (
    "coordinator", "director", "responder", "supporter", "clinical_reviewer", "clinical_backup", "auditor",
)  # fmt: skip


class SignInNeeded(PrepairedError):
    """There is no session, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The staff member who looks."""

    id: UUID
    ref: str
    name: str
    roles: frozenset[str]
    form_token: str  # every form of this session carries it

    def has(self, *roles: str) -> bool:
        """Whether one of the roles is theirs."""
        return not self.roles.isdisjoint(roles)

    def need(self, *roles: str) -> None:
        """Raises Refused unless one of the roles is theirs."""
        if not self.has(*roles):
            raise not_yours()

    @property
    def actor(self) -> str:
        """How the audit trail names them."""
        return f"staff:{self.ref}"


def _viewer(request: Request, site: SiteDep) -> Viewer:
    token = request.cookies.get(COOKIE, "")
    staff = _staff(site, token) if token else None
    if staff is None and site.settings.demo and (demo := _first_of_demo(site)):
        token = sign_in_as(site.deployment, demo, now=site.now(), wall=site.clock.wall())
        staff = _staff(site, token)
        request.state.new_cookie = session_cookie(token, site)
    if staff is None:
        raise SignInNeeded("sign in first")
    program = site.deployment.program
    # No roles of the file's: they come with the pathway and the roster.
    duties = {"deputy"} if staff.ref == program.deputy else set()
    if staff.ref in program.roster.alternates:
        duties.add("alternate")
    if may_be_paged(program, staff):
        duties.add("responder")  # whom a page may reach, whatever their role
    return Viewer(
        id=staff.id,
        ref=staff.ref,
        name=name_of_staff(site.deployment.vault, staff),
        roles=frozenset(staff.roles.split(",")) | duties,
        form_token=site.seals.form_token(f"session:{token_hash(token)}"),
    )


ViewerDep = Annotated[Viewer, Depends(_viewer)]


def _checked_form(request: Request, form: PostedForm, viewer: ViewerDep, site: SiteDep) -> Form:
    token = request.cookies.get(COOKIE, "")
    if not site.seals.is_form_token(f"session:{token_hash(token)}", form.get("token", "")):
        raise stale_form()
    return form


ConsoleForm = Annotated[Form, Depends(_checked_form)]


def _staff(site: Site, token: str) -> Staff | None:
    with site.deployment.database.reads() as session:
        return staff_of_session(session, token, site.clock.wall())


def _first_of_demo(site: Site) -> str | None:
    """Whom the demo signs in as: whoever coordinates it."""
    people = site.deployment.program.staff_with("coordinator") or site.deployment.program.staff
    return people[0].id if people else None


def session_cookie(token: str, site: Site) -> str:
    """The cookie of a session, as a header's value: out of reach of scripts and of other sites' posts."""
    response = Response()
    set_session(response, token, site)
    return response.headers["set-cookie"]


def set_session(response: Response, token: str, site: Site) -> None:
    """The cookie of a session, out of reach of scripts and of other sites' posts."""
    response.set_cookie(
        COOKIE, token, max_age=int(SESSION_LASTS.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=site.settings.is_https,
    )  # fmt: skip


def ask_to_sign_in(request: Request) -> Response:
    """To the sign-in page; a refreshing part of a page is told to take the whole page there."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "Sign in first"}, 401)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/console/sign-in"})
    return RedirectResponse("/console/sign-in", 303)
