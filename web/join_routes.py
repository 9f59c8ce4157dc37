"""Joining: what it is and who sees what, an address that is shown to be one's own, then a short form.

Each step answers alike whether or not the address is enrolled.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import choose_buddy, confirm_address
from engine.confirm_address import CannotSend, Confirmed
from engine.join_program import NotAgreed, join_program
from nudges import agreements
from nudges.languages import LANGUAGES, preferred
from store.addresses import BadAddress
from web.application_form import application, questions
from web.bodies import PostedForm
from web.faults import stale_form
from web.member_session import let_in
from web.poster_routes import own_number
from web.second_way import joined
from web.site import Site, SiteDep
from web.visibility import TABLE, VIEWERS

router = APIRouter(include_in_schema=False)
COOKIE = "prepaired_join"
_SCOPE = "join"
_CONFIRMED = "join confirmed"  # of the browser that gave the code: another one may wait for the same code
_STEPS = ("code", "about")


def _language(request: Request, site: SiteDep, lang: str = "") -> str:
    if lang in LANGUAGES:
        return lang
    return preferred(request.headers.get("accept-language", ""), site.deployment.program.language)


Language = Annotated[str, Depends(_language)]


def _joining(request: Request, site: SiteDep) -> UUID | None:
    return _of_cookie(request, site, _SCOPE)


def _confirmed(request: Request, site: SiteDep) -> UUID | None:
    return _of_cookie(request, site, _CONFIRMED)


def _of_cookie(request: Request, site: Site, scope: str) -> UUID | None:
    sealed = site.seals.open(scope, request.cookies.get(COOKIE, ""), site.clock.wall())
    return UUID(sealed) if sealed else None


def _asker(request: Request) -> str:
    """The network address that asks, as the proxy in front tells it."""
    return request.client.host if request.client else ""


Asker = Annotated[str, Depends(_asker)]
Joining = Annotated[UUID | None, Depends(_joining)]
ConfirmedJoining = Annotated[UUID | None, Depends(_confirmed)]


@router.api_route("/join/{program}", methods=["GET", "HEAD"])
def join_page(program: str, site: SiteDep, language: Language) -> HTMLResponse:
    """What the program is, who sees what, the limits of confidentiality, and where to begin."""
    return _first(site, language)


@router.post("/join/{program}")
def begin(program: str, form: PostedForm, site: SiteDep, language: Language, asker: Asker) -> Response:
    """Sends a code to the number or address that was given."""
    _check(site, form)
    return send_code(site, form, language, to=f"/join/{site.deployment.program.slug}/code", asker=asker)


def send_code(
    site: Site, form: PostedForm, language: str, *, to: str, asker: str, invitation_id: UUID | None = None
) -> Response:
    """Has a code sent to what the form says, and goes on to where it is asked for."""
    text = form.get("address", "").strip()[:254]
    if not site.deployment.program.join.is_open and invitation_id is None:
        return _first(site, language)
    try:
        row = confirm_address.send_code(
            site.deployment, text, site.now(), invitation_id=invitation_id, language=language, requester=asker
        )
    except BadAddress:
        return _first(site, language, wrong="address", address=text)
    except CannotSend as fault:
        return _first(site, language, wrong=str(fault), address=text)
    site.wake_senders()
    return _go_on(site, row, f"{to}?lang={language}")


@router.get("/join/{program}/code")
def code_page(program: str, site: SiteDep, language: Language, joining: Joining, wrong: str = "") -> Response:
    """Asks for the code."""
    if joining is None:
        return RedirectResponse(f"/join/{site.deployment.program.slug}", 303)
    return site.member_page(
        "member/join_code.html", language=language, token=site.seals.form_token(_SCOPE), wrong=bool(wrong),
        word=site.deployment.program.join.word, number=own_number(site),
    )  # fmt: skip


@router.post("/join/{program}/code")
def confirm(program: str, form: PostedForm, site: SiteDep, language: Language, joining: Joining) -> Response:
    """Looks at the code; a good one opens the form, or the page of whoever is a member already."""
    _check(site, form)
    base = f"/join/{site.deployment.program.slug}"
    if joining is None or not confirm_address.try_code(
        site.deployment, joining, form.get("code", "")[:20], site.now()
    ):
        return RedirectResponse(f"{base}/code?wrong=1&lang={language}", 303)
    who = _who(site, joining)
    if who is not None and who.has_joined and who.member_id and who.invitation_id:
        choose_buddy.accept(site.deployment, who.invitation_id, who.member_id, site.now())
        site.wake_senders()
        return _let_in(site, who, who.member_id, language, note="accepted")
    return _go_on(site, joining, f"{base}/about?lang={language}", _CONFIRMED)


@router.api_route("/j/{token}", methods=["GET", "HEAD"])
def link_page(token: str, site: SiteDep, language: Language) -> HTMLResponse:
    """A button only, for whoever texted the program's word."""
    if not confirm_address.is_link(site.deployment, token, site.now()):
        return site.member_page("member/join_over.html", language=language)
    return site.member_page("member/join_link.html", language=language)


@router.post("/j/{token}")
def follow(token: str, form: PostedForm, site: SiteDep, language: Language) -> Response:
    """The text came from that number, so it is confirmed."""
    row = confirm_address.follow_link(site.deployment, token, site.now())
    if row is None:
        return site.member_page("member/join_over.html", language=language)
    return _go_on(site, row, f"/join/{site.deployment.program.slug}/about?lang={language}", _CONFIRMED)


@router.get("/join/{program}/about")
def about_page(program: str, site: SiteDep, language: Language, joining: ConfirmedJoining) -> Response:
    """The form, once the address is confirmed; a member goes on to their own page."""
    who = _who(site, joining)
    if who is None:
        return RedirectResponse(f"/join/{site.deployment.program.slug}", 303)
    if who.has_joined and who.member_id:
        return _let_in(site, who, who.member_id, language)
    return _about(site, who, language, {})


@router.post("/join/{program}/about")
def enrol(
    program: str,
    form: PostedForm,
    site: SiteDep,
    language: Language,
    joining: ConfirmedJoining,
    asker: Asker,
) -> Response:
    """Enrols once, however often the form is sent, and opens the new member's page."""
    _check(site, form)
    who = _who(site, joining)
    if who is None or joining is None:
        return RedirectResponse(f"/join/{site.deployment.program.slug}", 303)
    wish = application(site.deployment, form, who.medium, language, is_outside=who.is_outside)
    try:
        member = join_program(site.deployment, joining, wish, site.now())
    except NotAgreed:
        return _about(site, who, language, form, wrong=True)
    if who.invitation_id:
        choose_buddy.accept(site.deployment, who.invitation_id, member, site.now())
    site.wake_senders()
    note = "accepted" if who.invitation_id else "joined"
    if who.settles_until is not None:
        return _let_in(site, who, member, language)
    return joined(site, member, form, who.medium, note=note, language=language, asker=asker)


def _who(site: Site, joining: UUID | None) -> Confirmed | None:
    return confirm_address.confirmed(site.deployment, joining, site.now()) if joining else None


def _check(site: Site, form: PostedForm) -> None:
    if not site.seals.is_form_token(_SCOPE, form.get("token", "")):
        raise stale_form()


def _let_in(site: Site, who: Confirmed, member: UUID, language: str, *, note: str = "") -> Response:
    """The page of whoever has shown an address of it; not by one that was put there a moment ago."""
    if who.settles_until is not None:
        return site.member_page("member/settling.html", language=language, until=who.settles_until)
    return let_in(site, member, note=note)


def _go_on(site: Site, joining: UUID, to: str, scope: str = _SCOPE) -> Response:
    response = RedirectResponse(to, 303)
    lasts = confirm_address.JOINING_LASTS
    response.set_cookie(
        COOKIE, site.seals.seal(scope, str(joining), site.clock.wall() + lasts), path="/join", httponly=True,
        max_age=int(lasts.total_seconds()), samesite="lax", secure=site.settings.is_https,
    )  # fmt: skip
    return response


def _first(site: Site, language: str, *, wrong: str = "", address: str = "") -> HTMLResponse:
    return site.member_page(
        "member/join.html",
        language=language,
        languages=LANGUAGES,
        table=TABLE,
        viewers=VIEWERS,
        agreement=site.deployment.program.agreement,
        media=frozenset(site.deployment.channels),
        is_open=site.deployment.program.join.is_open,
        word=site.deployment.program.join.word,
        token=site.seals.form_token(_SCOPE),
        wrong=wrong,
        address=address,
    )


def _about(
    site: Site, who: Confirmed, language: str, form: PostedForm, *, wrong: bool = False
) -> HTMLResponse:
    return site.member_page(
        "member/join_about.html",
        language=language,
        languages=LANGUAGES,
        medium=who.medium,
        form=form,
        wrong=wrong,
        action="",
        table=TABLE,
        viewers=VIEWERS,
        agreement=site.deployment.program.agreement,
        consent=agreements.way_of(who.medium),
        second=second_way(site, who.medium),
        understood=agreements.UNDERSTOOD,
        questions=() if who.is_outside else questions(site.deployment),
        zone=form.get("timezone") or site.deployment.program.zone,
        zones=ZONES,
        token=site.seals.form_token(_SCOPE),
    )


def second_way(site: Site, first: str) -> tuple[str, str] | None:
    """The other medium, where the program has it, and the sentence that agrees to it."""
    other = "email" if first == "sms" else "sms"
    return (other, agreements.way_of(other)) if other in site.deployment.channels else None


ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "America/Halifax", "America/Toronto",
    "America/Mexico_City", "America/Bogota", "America/Sao_Paulo", "Europe/London", "Europe/Paris",
    "Europe/Madrid", "Europe/Berlin", "Africa/Lagos", "Asia/Kolkata", "Asia/Manila", "Asia/Tokyo",
    "Australia/Sydney", "UTC",
)  # fmt: skip
