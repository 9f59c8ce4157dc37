"""Names and free texts that try to be more: on every page, in a real browser, they are shown as they were written."""

import re
from collections.abc import Callable

import httpx
import pytest
from markupsafe import escape
from playwright.sync_api import Page
from sqlalchemy import select

from engine.links import Purpose
from engine.part_ways import ask_for_change
from store.members import seal_emergency_contact
from store.models import BuddyGroup, ContactPoint, Member
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token
from tests.web.pages.test_my_page import press

TAGS = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'><svg onload=alert(3)>"
SCHEME = "javascript:alert(4)"
# What no page of ours has, unless a text became part of it.
FOREIGN = """html => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const all = query => [...page.querySelectorAll(query)];
  const scheme = /^\\s*(javascript|data|vbscript):/i;
  const leads = ["href", "action", "formaction", "src"];
  return [
    ...all("script").filter(one => !(one.getAttribute("src") || "").startsWith("/static/htmx.min.js")),
    ...all("img[src=x], svg[onload], iframe, object, embed, base, [style]"),
    ...all("*").filter(one => [...one.attributes].some(a => a.name.startsWith("on"))),
    ...all("*").filter(one => leads.some(name => scheme.test(one.getAttribute(name) || ""))),
    ...all("a[href^='mailto:']").filter(one => one.getAttribute("href").split("?")[0].includes("&")),
  ].map(one => one.outerHTML.slice(0, 200));
}"""
MEMBER_PAGES = (
    "/my",
    "/my?note=" + "%22%3E%3Cimg%20src%3Dx%3E",
    "/my/data",
    "/my/code?wrong=%3Cscript%3E",
    "/listen?lang=%22%3E%3Cscript%3E",
)
CONSOLE = (
    "", "/members", "/members?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(5)%3E", "/groups", "/check-ins", "/messages",
    "/requests", "/requests/new", "/rounds", "/outreach", "/program", "/audit", "/supporters", "/posters", "/holds",
    "/audit?q=%3Cscript%3E", "/groups?q=%3Cscript%3E", "/sign-in",
)  # fmt: skip


@pytest.fixture
def hostile(hospital: Hospital) -> Hospital:
    """Every text that a person can have put somewhere; names as no form of ours would let them in."""
    vault = hospital.deployment.vault
    with hospital.deployment.database.writes.begin() as session:
        for member in session.scalars(select(Member)):
            member.name_sealed = vault.seal(f"{TAGS} {SCHEME}\r\nBcc: x", "member", "name", member.id)
            held = {"unit": [TAGS], "specialty": [SCHEME], TAGS: ["=cmd"]}
            member.attributes_sealed = vault.seal_json(held, "member", "attributes", member.id)
            member.shares_contact = True
            seal_emergency_contact(vault, member, TAGS, SCHEME)
        for group in session.scalars(select(BuddyGroup)):
            group.reasons_sealed = vault.seal_json([TAGS, SCHEME], "buddy_group", "reasons", group.id)
            shared = [["same", TAGS, SCHEME]]
            group.common_sealed = vault.seal_json(shared, "buddy_group", "common", group.id)
        for point in session.scalars(select(ContactPoint).where(ContactPoint.medium == "email")):
            address = f"a?bcc=all&body=x'{point.id.hex[:6]}@example.org"
            point.address_sealed = vault.seal(address, "contact_point", "address", point.id)
    return hospital


def wishes(client: httpx.Client, token: str, act: str) -> None:
    said = {"act": act, "how": TAGS, "when": SCHEME, "avoid": TAGS, "unit": TAGS}
    assert client.post(f"/s/{token}", data=said).status_code == 200


def test_no_text_becomes_a_part_of_a_page(
    page: Page, client: httpx.Client, hostile: Hospital, signed_in: Callable[[str], httpx.Client]
) -> None:
    support = hostile.link(Purpose.SUPPORT)
    wishes(client, support, "support")
    refer = {
        "whom": "other",
        "name": TAGS,
        "how": SCHEME,
        "unit": TAGS,
        "kind": "other",
        "sentence": "Lost a patient.",
    }
    assert client.post("/refer/x", data=refer).status_code == 200
    ask_for_change(hostile.deployment, hostile.member("m3"), hostile.clock.now())
    client.post(f"/m/{hostile.link(Purpose.MEMBER)}")
    invited = press(client, "invite").text
    client.post(f"/s/{hostile.link(Purpose.SUPPORT, 'm2')}", data={"act": "danger"})
    coordinator, responder = signed_in("ana"), signed_in("ray")
    invitation = invited[invited.index("/with/") :].split("<")[0].split('"')[0]
    request = found(coordinator, "/console/requests", "/console/requests/[0-9a-f-]{36}")
    incident = found(responder, "/console/incidents", "/console/incidents/[0-9a-f-]{36}")
    looks = [(client, path) for path in (*MEMBER_PAGES, f"/s/{support}", invitation)]
    looks += [(coordinator, f"/console{path}") for path in (*CONSOLE, f"/members/{hostile.member()}")]
    looks += [(coordinator, request), (responder, "/console/incidents"), (responder, incident)]
    shown = 0
    for who, path in looks:
        html = who.get(path).text
        assert page.evaluate(FOREIGN, html) == [], path
        shown += escape(TAGS.split(">")[1]) in html
    assert shown >= 8  # the texts were there to be seen


def found(client: httpx.Client, path: str, link: str) -> str:
    """The first page that a list leads to."""
    leads = re.search(link, client.get(path).text)
    assert leads, path
    return leads[0]


def test_what_was_typed_comes_back_as_text(page: Page, client: httpx.Client, hospital: Hospital) -> None:
    for path, said in (
        ("/join/x", {"token": form_token(client.get("/join/x").text), "address": TAGS}),
        ("/refer/x", {"whom": TAGS, "name": TAGS, "sentence": "He was depressed " + TAGS, "kind": TAGS}),
        ("/refer/x", {"whom": "other", "name": TAGS, "how": TAGS, "sentence": "He is depressed and drinks."}),
    ):
        assert page.evaluate(FOREIGN, client.post(path, data=said).text) == [], path


def test_pages_forbid_scripts_in_place_whatever_a_text_says(client: httpx.Client, hospital: Hospital) -> None:
    for path in (
        "/join/x",
        f"/s/{hospital.link(Purpose.SUPPORT)}",
        "/listen",
        "/nowhere",
        "/console/sign-in",
    ):
        policy = client.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        if not path.startswith("/console"):
            assert "script-src" not in policy or path == "/nowhere"
