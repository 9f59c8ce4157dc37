"""The real pages in a real browser: at 360 px, in both themes, by keyboard, with nothing asked of another host."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from engine.fear_danger import fear_danger
from engine.links import Purpose
from engine.request_support import confirm
from store.models import Member, SupportRequest
from tests.web.hospital import Hospital

pytestmark = pytest.mark.browser

CONSOLE = (
    "",
    "/posters",
    "/members",
    "/groups",
    "/check-ins",
    "/messages",
    "/requests",
    "/program",
    "/audit",
)
AUDIT = Path(__file__).with_name("audit.js").read_text()


@pytest.fixture(params=[(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def look(request: pytest.FixtureRequest) -> tuple[int, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def open_request(hospital: Hospital) -> SupportRequest:
    with hospital.deployment.database.writes.begin() as session:
        member = session.get_one(Member, hospital.member())
        return confirm(session, hospital.deployment, member, hospital.clock.now())


def dressed(page: Page, look: tuple[int, str]) -> None:
    width, theme = look
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")


def follow(page: Page, target: Locator) -> None:
    """Clicks what leads to another page and waits until that one has loaded."""
    with page.expect_navigation():
        target.click()


def test_every_page_of_the_console_is_legible_named_and_fits(
    page: Page,
    look: tuple[int, str],
    served: None,
    url: str,
    hospital: Hospital,
    session_of: Callable[[str], dict[str, str]],
    open_request: SupportRequest,
) -> None:
    dressed(page, look)
    page.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in session_of("ana").items()])
    fear_danger(hospital.deployment, hospital.link(Purpose.SUPPORT, "m2"), hospital.clock.now())
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in (*CONSOLE, f"/members/{hospital.member()}", f"/requests/{open_request.id}", "/sign-in"):
        page.goto(f"{url}/console{path}")
        assert page.evaluate(AUDIT) == [], path
    page.context.clear_cookies()
    page.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in session_of("ray").items()])
    page.goto(f"{url}/console/incidents")
    assert page.evaluate(AUDIT) == []
    follow(page, page.get_by_role("link", name="Theodora Vance"))
    assert page.evaluate(AUDIT) == []
    assert complaints == []


def test_every_page_for_members_is_legible_named_and_fits(
    page: Page, look: tuple[int, str], served: None, url: str, hospital: Hospital
) -> None:
    dressed(page, look)
    for path in (f"/s/{hospital.link(Purpose.SUPPORT)}", "/s/x", "/", "/join/x", "/refer/x", "/nowhere"):
        page.goto(url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate(AUDIT) == [], path
    page.goto(f"{url}/m/{hospital.link(Purpose.MEMBER)}")
    follow(page, page.get_by_role("button", name="Open my page"))
    assert page.evaluate(AUDIT) == []
    follow(page, page.get_by_role("link", name="Everything held"))
    assert page.evaluate(AUDIT) == []


def test_the_support_page_works_without_scripts(
    browser: Browser, served: None, url: str, hospital: Hospital
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/s/{hospital.link(Purpose.SUPPORT)}")
    page.get_by_role("button", name="Connected").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded")
    page.get_by_text("Ask for a supporter").first.click()
    page.get_by_label("When").first.fill("after 7")
    page.get_by_role("button", name="Ask for a supporter").click()
    expect(page.get_by_role("status")).to_contain_text("Ana Silva has your request")
    context.close()


def test_reloading_after_a_press_says_already_recorded(
    page: Page, served: None, url: str, hospital: Hospital
) -> None:
    page.goto(f"{url}/s/{hospital.link(Purpose.SUPPORT)}")
    page.get_by_role("button", name="Connected").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Already recorded")


def test_the_queue_shows_a_new_request_without_a_reload(
    page: Page,
    served: None,
    url: str,
    hospital: Hospital,
    session_of: Callable[[str], dict[str, str]],
) -> None:
    page.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in session_of("ana").items()])
    page.goto(f"{url}/console")
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    with hospital.deployment.database.writes.begin() as session:
        member = session.get_one(Member, hospital.member())
        confirm(session, hospital.deployment, member, hospital.clock.now())
    expect(page.get_by_role("link", name="Marisol Quintanilla")).to_be_visible(timeout=10_000)


def test_the_keyboard_reaches_the_content_first(page: Page, served: None, url: str) -> None:
    page.goto(f"{url}/console/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("[name=email]")).to_be_focused()


def test_an_incident_is_taken_and_closed_in_the_browser(
    page: Page,
    served: None,
    url: str,
    hospital: Hospital,
    session_of: Callable[[str], dict[str, str]],
) -> None:
    page.goto(f"{url}/s/{hospital.link(Purpose.SUPPORT)}")
    page.get_by_text("I fear danger now").click()
    page.get_by_role("button", name="Page the on-call chaplain").click()
    expect(page.get_by_role("status")).to_contain_text("nobody has answered yet")
    page.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in session_of("ray").items()])
    page.goto(f"{url}/console/incidents")
    page.get_by_role("link", name="Marisol Quintanilla").click()
    page.get_by_role("button", name="I am calling now").click()
    expect(page.get_by_text("It is yours.")).to_be_visible()
    page.get_by_label("Reached, and safe for now").check()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("Closed: reached")).to_be_visible()
