"""What is held about a member, for themselves: to read, and to keep."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response

from web.faults import unknown
from web.member_session import MemberDep
from web.site import SiteDep
from web.views_held import all_held
from web.views_own_data import my_data

router = APIRouter(prefix="/my/data", include_in_schema=False)


@router.get("")
def own_data(member: MemberDep, site: SiteDep) -> HTMLResponse:
    """Everything held about the member, and who has looked."""
    data = my_data(site.deployment, member)
    if data is None:
        raise unknown()
    language = data.language or site.deployment.program.language
    return site.member_page("member/my_data.html", language=language, data=data)


@router.get(".json")
def own_data_to_keep(member: MemberDep, site: SiteDep) -> Response:
    """The same, all of it, to keep."""
    held = all_held(site.deployment, member)
    if held is None:
        raise unknown()
    headers = {"Content-Disposition": 'attachment; filename="held-about-me.json"'}
    return JSONResponse(held, headers=headers)
