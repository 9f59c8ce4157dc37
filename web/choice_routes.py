"""A friend's invitation, and the page about listening. Opening changes nothing; a yes goes by way of a code."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from engine import choose_buddy
from engine.buddies import first_name
from store.members import name_of
from store.models import Member
from web.bodies import PostedForm
from web.faults import stale_form
from web.join_routes import Asker, Language, send_code
from web.site import Site, SiteDep
from web.visibility import TABLE, VIEWERS

router = APIRouter(include_in_schema=False)


@router.api_route("/listen", methods=["GET", "HEAD"])
def listening_page(site: SiteDep, language: Language) -> HTMLResponse:
    """How to listen, on one screen."""
    return site.member_page("member/listen.html", language=language)


@router.api_route("/with/{token}", methods=["GET", "HEAD"])
def invitation_page(token: str, site: SiteDep, language: Language) -> HTMLResponse:
    """Who invites, into what, and the two buttons."""
    return _page(site, token, language)


@router.post("/with/{token}")
def answer(token: str, form: PostedForm, site: SiteDep, language: Language, asker: Asker) -> Response:
    """A no ends the invitation; a yes has a code sent, so that we know whose yes it is."""
    if not site.seals.is_form_token("join", form.get("token", "")):
        raise stale_form()
    if form.get("act") == "decline":
        choose_buddy.decline(site.deployment, token, site.now())
        return site.member_page("member/declined.html", language=language)
    with site.deployment.database.reads() as session:
        row = choose_buddy.invitation_of(session, token, site.now())
    if row is None:
        return site.member_page("member/join_over.html", language=language)
    to = f"/join/{site.deployment.program.slug}/code"
    return send_code(site, form, language, to=to, asker=asker, invitation_id=row.id)


def _page(site: Site, token: str, language: str) -> HTMLResponse:
    with site.deployment.database.reads() as session:
        row = choose_buddy.invitation_of(session, token, site.now())
        member = session.get(Member, row.member_id) if row else None
        if row is None or member is None:
            return site.member_page("member/join_over.html", language=language)
        friend = first_name(name_of(site.deployment.vault, member))
        is_outside = row.is_outside
    return site.member_page(
        "member/with.html",
        language=language,
        friend=friend,
        is_outside=is_outside,
        media=frozenset(site.deployment.channels),
        table=TABLE,
        viewers=VIEWERS,
        agreement=site.deployment.program.agreement,
        token=site.seals.form_token("join"),
    )
