"""A second number or address: a code is sent there, and the page that asks for the code says what it agrees to."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from engine import confirm_address
from store.addresses import BadAddress
from web.bodies import Form
from web.member_session import STAYS, let_in
from web.site import Site, SiteDep

COOKIE = "prepaired_address"
_PURPOSE = "my address"
LONGEST = 254


def ask_code(
    site: Site, member: UUID, text: str, response: Response, *, asker: str, language: str = ""
) -> bool:
    """Sends a code there and has this browser remember for which; False where we cannot write there."""
    try:
        row = confirm_address.send_code(
            site.deployment,
            text.strip()[:LONGEST],
            site.now(),
            member_id=member,
            language=language,
            requester=asker,
        )
    except (BadAddress, confirm_address.CannotSend):
        return False
    site.wake_senders()
    sealed = site.seals.seal(_PURPOSE, str(row), site.clock.wall() + STAYS)
    response.set_cookie(
        COOKIE, sealed, max_age=int(STAYS.total_seconds()), path="/my", httponly=True, samesite="lax",
        secure=site.settings.is_https,
    )  # fmt: skip
    return True


def joined(
    site: Site, member: UUID, form: Form, first: str, *, note: str, language: str, asker: str
) -> Response:
    """Opens the page of whoever has just joined by `first`; where they gave another way and ticked it, its code."""
    text = form.get("second", "").strip()
    if not text:
        return let_in(site, member, note=note)
    if form.get("second_consent") != "yes":
        return let_in(site, member, note="no_second")
    on = let_in(site, member, to="/my/code")
    if confirm_address.medium_of(text) != first and ask_code(
        site, member, text, on, language=language, asker=asker
    ):
        return on
    return let_in(site, member, note="no_address")


def _asked(request: Request, site: SiteDep) -> UUID | None:
    row = site.seals.open(_PURPOSE, request.cookies.get(COOKIE, ""), site.clock.wall())
    return UUID(row) if row else None


AskedDep = Annotated[UUID | None, Depends(_asked)]
