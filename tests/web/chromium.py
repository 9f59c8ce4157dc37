"""Finds a Chromium on this machine and starts it headless, quiet, and with no way to another host."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as PlaywrightError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATH_VARIABLE = "PREPAIRED_TEST_BROWSER"
FLAGS = [
    "--no-sandbox",  # its own sandbox needs privileges that a container seldom has
    "--disable-dev-shm-usage",  # /dev/shm is small in containers
    "--disable-gpu",
    # A browser at rest calls home; a test's browser calls nobody.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate,InterestFeedContentSuggestions",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


class NoBrowser(Exception):
    """There is none, or it does not start; the message says what was tried."""


def launch(playwright: Playwright) -> Browser:
    """Starts a browser: the one that PREPAIRED_TEST_BROWSER names, one on the path, or Playwright's own."""
    tried: list[str] = []
    for path in _candidates(playwright):
        try:
            return playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        except PlaywrightError as fault:
            tried.append(f"{path}: {str(fault).splitlines()[0]}")
    raise NoBrowser("; ".join(tried) or f"none of {', '.join(NAMES)} is installed")


def _candidates(playwright: Playwright) -> list[str]:
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return [named]
    found = [path for name in NAMES if (path := shutil.which(name))]
    own = playwright.chromium.executable_path
    return [*found, own] if Path(own).is_file() else found
