"""Posters and cards to print, with a QR code of the join page: drawn here, asked of nobody else."""

import segno
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from web.console_page import console_page
from web.console_session import ViewerDep
from web.site import Site, SiteDep

router = APIRouter(prefix="/console/posters", include_in_schema=False)
CARDS = 8  # on a sheet


@router.get("")
def posters(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """A poster and a sheet of cards."""
    viewer.need("coordinator")
    program = site.deployment.program
    address = f"{site.settings.public_url}/join/{program.slug}"
    return console_page(
        site,
        viewer,
        "console/posters.html",
        here="posters",
        address=address,
        qr=qr_code(address),
        word=program.join.word,
        number=own_number(site),
        cards=CARDS,
    )


def qr_code(address: str) -> Markup:
    """The address as a QR code: inline SVG, dark on white in either theme, with a name for screen readers."""
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(dark="#13292c", light="#ffffff", border=3, omitsize=True, title="QR code")
    return Markup(svg.replace("<svg ", '<svg role="img" aria-label="QR code" ', 1))  # noqa: S704  ours alone


def own_number(site: Site) -> str:
    """The number that texts go to, where the program has one of its own."""
    channel = site.deployment.channels.get("sms")
    _, _, number = channel.sender.partition(":") if channel else ("", "", "")
    return number if number.startswith("+") else ""
