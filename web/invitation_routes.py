"""What somebody on a list is sent, once: what this is, and a yes or a no. A no leaves no trace that anybody reads."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from engine.join_program import NotAgreed, NotConfirmed, accept_invitation, decline_invitation
from engine.link_holders import member_of_link
from engine.links import Purpose
from nudges import agreements
from nudges.languages import LANGUAGES
from web.application_form import application, questions
from web.bodies import PostedForm
from web.join_routes import ZONES, Asker, Language, second_way
from web.second_way import joined
from web.site import Site, SiteDep
from web.visibility import TABLE, VIEWERS

router = APIRouter(include_in_schema=False)


@router.api_route("/i/{token}", methods=["GET", "HEAD"])
def invitation_page(token: str, site: SiteDep, language: Language) -> HTMLResponse:
    """What it is, who sees what, and the form; whoever opens it and however often."""
    return _page(site, token, language, {})


@router.post("/i/{token}")
def answer(token: str, form: PostedForm, site: SiteDep, language: Language, asker: Asker) -> Response:
    """A yes enrols and opens the page; a no ends it."""
    if form.get("act") == "decline":
        decline_invitation(site.deployment, token, site.now())
        return site.member_page("member/declined.html", language=language)
    wish = application(site.deployment, form, "email", language)
    try:
        member = accept_invitation(site.deployment, token, wish, site.now())
    except NotAgreed:
        return _page(site, token, language, form, wrong=True)
    except NotConfirmed:
        return site.member_page("member/join_over.html", language=language)
    site.wake_senders()
    return joined(site, member, form, "email", note="joined", language=language, asker=asker)


def _page(site: Site, token: str, language: str, form: PostedForm, *, wrong: bool = False) -> HTMLResponse:
    if member_of_link(site.deployment, token, Purpose.INVITATION, site.now()) is None:
        return site.member_page("member/join_over.html", language=language)
    return site.member_page(
        "member/invitation.html",
        language=language,
        languages=LANGUAGES,
        table=TABLE,
        viewers=VIEWERS,
        agreement=site.deployment.program.agreement,
        medium="email",
        form=form,
        wrong=wrong,
        action="",
        consent=agreements.way_of("email"),
        second=second_way(site, "email"),
        understood=agreements.UNDERSTOOD,
        questions=questions(site.deployment),
        zone=form.get("timezone") or site.deployment.program.zone,
        zones=ZONES,
        token="",
    )
