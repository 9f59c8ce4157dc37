"""How our mails look where they are opened: on the narrowest phone, in a real browser."""

import pytest
from playwright.sync_api import Page

from tests.channels.test_mail_lint import MAILS, dressed


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["nudge", "help", "crisis_self"])
def test_a_mail_fits_a_phone(page: Page, kind: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.set_content(dressed(MAILS[kind])[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
