"""A real browser for the pages' tests, watched for faults and for anything it asks of another host."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.loopback import is_loopback
from tests.requirements import lacking
from tests.web.chromium import NoBrowser, launch

_RUNNING = pytest.StashKey[Browser]()


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Browser:
    """A headless Chromium for this session; skipped or failed where there is none.

    Kept in the stash, because a process can run Playwright once only, and a module that imports this fixture
    gets one of its own.
    """
    if _RUNNING not in pytestconfig.stash:
        playwright = sync_playwright().start()
        try:
            pytestconfig.stash[_RUNNING] = launch(playwright)
        except NoBrowser as reason:
            playwright.stop()
            lacking(f"no browser to test in: {reason}")
        pytestconfig.add_cleanup(playwright.stop)  # which ends the browser, too
    return pytestconfig.stash[_RUNNING]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh context (no cookies, New York, English). Fails the test that made the page misbehave:
    an uncaught script error, or any request to another host.
    """
    context = browser.new_context(locale="en-US", timezone_id="America/New_York")
    context.set_default_timeout(10_000)
    faults: list[str] = []

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and not is_loopback(address.hostname):
            faults.append(f"asked {request.url}")

    context.on("request", note_request)
    opened = context.new_page()
    opened.on("pageerror", lambda fault: faults.append(f"script error: {fault}"))
    yield opened
    context.close()
    assert faults == []
