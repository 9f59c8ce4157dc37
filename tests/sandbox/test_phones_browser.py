"""The phones page in a real browser: messages arrive while one looks, and a draft is left alone."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from channels.channel import Outgoing
from channels.twilio_webhooks import inbound_sms, parse_form
from tests.sandbox.stage import Stage
from tests.web.conftest import browser as browser
from tests.web.conftest import page as page

pytestmark = pytest.mark.browser
ANA = "+15551230001"
HTMX = Path(__file__).resolve().parents[2] / "web" / "static" / "vendor" / "htmx.min.js"


def opened(page: Page, stage: Stage, path: str) -> Page:
    """That page of the sandbox; the one script comes from where the web folder keeps it."""
    page.route("**/static/htmx.min.js", lambda route: route.fulfill(path=HTMX))
    page.goto(f"{stage.server.url}/sandbox{path}")
    return page


def test_a_text_arrives_while_one_looks_and_the_draft_stays(page: Page, stage: Stage) -> None:
    stage.state.introduce("Ana Ruiz", phone=ANA)
    shown = opened(page, stage, f"/phones?who={quote(ANA)}")
    shown.get_by_label("Answer as Ana Ruiz").fill("half a thou")
    stage.sms.send([Outgoing(message_id="m", to=ANA, template="Good morning, Ana")])
    expect(shown.get_by_role("log")).to_contain_text("Good morning, Ana")
    expect(shown.get_by_role("navigation")).to_contain_text("Good morning, Ana")
    expect(shown.get_by_label("Answer as Ana Ruiz")).to_have_value("half a thou")


def test_a_quick_answer_is_one_tap(page: Page, stage: Stage) -> None:
    stage.state.introduce("Ana Ruiz", phone=ANA)
    shown = opened(page, stage, f"/phones?who={quote(ANA)}")
    shown.get_by_role("button", name="1", exact=True).click()
    expect(shown.locator(".bubble.own .said")).to_have_text("1")
    assert stage.state.settle()
    (asked,) = stage.program.on("/webhooks/twilio/sms")
    assert inbound_sms(parse_form(asked.body)).body == "1"


def test_the_box_sends_on_enter_from_the_keyboard(page: Page, stage: Stage) -> None:
    stage.state.introduce("Ana Ruiz", phone=ANA)
    shown = opened(page, stage, f"/phones?who={quote(ANA)}")
    shown.keyboard.type("hello")  # the box has the focus
    shown.keyboard.press("Enter")
    expect(shown.locator(".bubble.own .said")).to_have_text("hello")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_hangs_over_the_edge(page: Page, stage: Stage, scheme: str, width: int) -> None:
    stage.state.introduce("Ana Ruiz", phone=ANA, email="ana.ruiz.with.a.long.name@hospital.example.org")
    stage.sms.send([Outgoing(message_id="m", to=ANA, template="https://x.org/" + "a" * 200)])
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("/phones", f"/phones?who={quote(ANA)}", f"/phones?who={quote(ANA)}&by=mail"):
        shown = opened(page, stage, path)
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        expect(shown.get_by_role("heading").first).to_be_attached()
