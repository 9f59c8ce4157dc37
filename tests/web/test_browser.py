"""The browser that pages are tested in works, and stays on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HTML = b"""<!doctype html><title>Here</title><button onclick="this.textContent='Pressed'">Press</button>"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(HTML)))
        self.end_headers()
        self.wfile.write(HTML)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_browser_runs_a_page_served_on_loopback(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Press").click()
    expect(page.get_by_role("button")).to_have_text("Pressed")


def test_the_browser_resolves_no_other_host(page: Page) -> None:
    with pytest.raises(PlaywrightError, match="ERR_NAME_NOT_RESOLVED"):
        page.context.browser.new_page().goto("http://prepaired.example/")  # type: ignore[union-attr]
