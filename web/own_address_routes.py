"""A member's new number or address: used once a code shows that it is theirs."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import change_settings, confirm_address
from web.bodies import Form, PostedForm
from web.faults import stale_form
from web.member_session import MemberDep, form_scope
from web.second_way import AskedDep, ask_code
from web.site import Site, SiteDep

router = APIRouter(prefix="/my/code", include_in_schema=False)


@router.get("")
def code_page(
    request: Request, member: MemberDep, site: SiteDep, asked: AskedDep, wrong: str = ""
) -> HTMLResponse:
    """Asks for the code that confirms a new number or address, and says what the code agrees to."""
    found = change_settings.asked_to_agree(site.deployment, asked, member) if asked else None
    return site.member_page(
        "member/my_code.html",
        language=found[1] if found else site.deployment.program.language,
        agreed=found[0] if found else None,
        token=site.seals.form_token(form_scope(request)),
        wrong=bool(wrong),
    )


@router.post("")
def take_address(
    request: Request, form: PostedForm, member: MemberDep, site: SiteDep, asked: AskedDep
) -> Response:
    """Takes the new number or address into use."""
    if not site.seals.is_form_token(form_scope(request), form.get("token", "")):
        raise stale_form()
    code = form.get("code", "")[:20]
    if asked is None or not confirm_address.try_code(site.deployment, asked, code, site.now()):
        return RedirectResponse("/my/code?wrong=1", 303)
    done = change_settings.use_address(site.deployment, asked, member, site.now())
    return RedirectResponse(f"/my?note={'address' if done else 'no_address'}", 303)


def send_code(site: Site, member: UUID, form: Form, asker: str) -> Response:
    """A new number or address is used once it is shown to be the member's."""
    response = RedirectResponse("/my/code", 303)
    if not ask_code(site, member, form.get("address", ""), response, asker=asker):
        return RedirectResponse("/my?note=no_address", 303)
    return response
