"""The member's own page: buddies and settings, and the buttons."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import choose_buddy, erase_member, link_holders
from nudges.languages import LANGUAGES, translator
from web.bodies import Form, PostedForm
from web.faults import stale_form, unknown
from web.join_routes import ZONES, Asker
from web.member_session import COOKIE, MemberDep, form_scope
from web.own_acts import act_for
from web.own_address_routes import send_code
from web.poster_routes import qr_code
from web.site import Site, SiteDep
from web.views_member import my_page

router = APIRouter(prefix="/my", include_in_schema=False)
INVITES = (
    "Would you be my buddy in {program}? We look out for each other, a minute and a half a week: {address}"
)


@router.get("")
def own_page(request: Request, member: MemberDep, site: SiteDep, note: str = "") -> HTMLResponse:
    """Buddies and settings."""
    page = my_page(site.deployment, member, site.now())
    if page is None:
        raise unknown()
    return site.member_page(
        "member/my.html",
        language=page.language,
        languages=LANGUAGES,
        zones=ZONES,
        my=page,
        token=site.seals.form_token(form_scope(request)),
        note=note,
    )


@router.post("")
def settle(request: Request, form: PostedForm, member: MemberDep, site: SiteDep, asker: Asker) -> Response:
    """Does what the pressed button says."""
    if not site.seals.is_form_token(form_scope(request), form.get("token", "")):
        raise stale_form()
    if form.get("act") == "support":
        token = link_holders.support_link(site.deployment, member, site.now())
        return RedirectResponse(f"/s/{token}", 303)
    if form.get("act") == "invite":
        return _invite(site, member, form)
    if form.get("act") == "address":
        return send_code(site, member, form, asker)
    if form.get("act") == "forget":
        return _forget(site, member, form)
    note = act_for(site, member, form)
    site.wake_senders()
    return RedirectResponse(f"/my?note={note}", 303)


def _invite(site: Site, member: UUID, form: Form) -> Response:
    """A fresh link and its QR code; the token is in plain on this page only."""
    try:
        token = choose_buddy.invite_friend(
            site.deployment, member, site.now(), is_outside=form.get("outside") == "yes"
        )
    except choose_buddy.TooManyInvitations:
        return RedirectResponse("/my?note=enough", 303)
    page = my_page(site.deployment, member, site.now())
    language = page.language if page else ""
    address = f"{site.settings.public_url}/with/{token}"
    words = translator(language)(INVITES).format(program=site.deployment.program.name, address=address)
    return site.member_page(
        "member/my_invite.html", language=language, address=address, words=words, qr=qr_code(address)
    )


def _forget(site: Site, member: UUID, form: Form) -> Response:
    """Erases the member, once the box is ticked; the browser forgets them, too."""
    if form.get("sure") != "yes":
        return RedirectResponse("/my?note=tick", 303)
    erase_member.erase_member(site.deployment, member, site.now(), actor="a member")
    response: Response = site.member_page("member/forgotten.html")
    response.delete_cookie(COOKIE, path="/my")
    return response
