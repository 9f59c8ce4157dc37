"""Every page that a member sees: no accessibility violation (axe), light, without scripts, nothing from elsewhere.

PREPAIRED_TEST_SCREENSHOTS names a folder; then each page is also painted there, in both themes, at 360 and 1280 px.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy import select

from engine.choose_buddy import invite_friend
from engine.confirm_address import joining_by_link
from engine.import_members import import_members
from engine.links import Purpose
from engine.tick import tick
from store.models import BuddyGroup, Link, Member, Message
from store.sealing import new_token, token_hash
from tests.web.hospital import Hospital
from tests.web.pages.test_in_a_browser import AUDIT
from tests.web.pages.test_joining import code_for

pytestmark = pytest.mark.browser
FOLDER = os.environ.get("PREPAIRED_TEST_SCREENSHOTS")
LIMIT, SUPPORT_LIMIT = 30_000, 14_000
PHONE = "+12025550177"


def settled(hospital: Hospital) -> str:
    """A token of the support page as a nudge carries it; groups are asked whether to stay, and all share contact."""
    token = new_token()
    now = hospital.clock.now()
    with hospital.deployment.database.writes.begin() as session:
        for member in session.scalars(select(Member)):
            member.shares_contact = True
        for group in session.scalars(select(BuddyGroup)):
            group.keep_asked_at = now
        nudge = session.scalars(
            select(Message).where(Message.kind == "introduction", Message.member_id == hospital.member())
        ).one()
        nudge.kind, nudge.slot, nudge.period, nudge.state, nudge.sent_at = (
            "weekly",
            3,
            "2026-W48",
            "sent",
            now,
        )
        session.add(
            Link(
                token_hash=token_hash(token), purpose=Purpose.SUPPORT, member_id=hospital.member(),
                message_id=nudge.id, created_at=now, expires_at=now.replace(year=2027),
            )
        )  # fmt: skip
    return token


def pages(page: Page, url: str, hospital: Hospital, language: str = "en") -> Iterator[str]:
    """Leads the page from state to state and names each."""
    now, deployment, lang = hospital.clock.now(), hospital.deployment, f"?lang={language}"
    nudge = settled(hospital)

    def at(path: str, name: str) -> str:
        page.goto(url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return name

    yield at(f"/s/{nudge}", "nudge")
    yield at(f"/join/side-by-side{lang}", "join")
    page.get_by_role("textbox").first.fill(PHONE)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    yield "code"
    page.locator("[name=code]").fill(code_for(hospital, PHONE))
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    yield "about"
    yield at(f"/listen{lang}", "listen")
    with deployment.database.writes.begin() as session:
        token = joining_by_link(session, deployment, "sms", "+12025550178", now)
    yield at(f"/j/{token}{lang}", "link")
    yield at(f"/j/x{lang}", "over")
    import_members(deployment, [(2, {"id": "l1", "email": "l1@example.org"})], now=now, cohort="main")
    yield at(f"/i/{hospital.link(Purpose.INVITATION, 'l1')}{lang}", "invitation")
    yield at(f"/with/{invite_friend(deployment, hospital.member(), now)}{lang}", "with")
    yield at(f"/m/{hospital.link(Purpose.MEMBER)}", "button")
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    yield "my"
    with page.expect_navigation():
        page.locator("button[value=invite]").click()
    yield "invite"
    yield at("/my/code", "my-code")
    yield at("/my/data", "my-data")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation_and_each_is_light_and_without_scripts(
    page: Page, served: None, url: str, hospital: Hospital, theme: str, painter: Callable[[Page, str], None]
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    axe = Axe()
    for name in pages(page, url, hospital):
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate(AUDIT) == [], name
        assert page.locator("script").count() == 0, name
        weight = _weight(page)
        assert weight <= (SUPPORT_LIMIT if name == "nudge" else LIMIT), f"{name}: {weight}"
        painter(page, f"{name}-{theme}")
    assert complaints == []
    tick(hospital.deployment, hospital.clock)


def _weight(page: Page) -> int:
    """Bytes of the page as it came and of its style sheet."""
    html = page.content()
    style = page.request.get(page.locator("link[rel=stylesheet]").evaluate("one => one.href")).body()
    return len(html.encode()) + len(style)


@pytest.fixture
def painter() -> Callable[[Page, str], None]:
    """Paints a page where a folder was named for it."""

    def paint(page: Page, name: str) -> None:
        if FOLDER is None:
            return
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            page.screenshot(path=f"{FOLDER}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 360, "height": 740})

    return paint
