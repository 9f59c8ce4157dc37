"""Staff sign in by a link that works once; a session ends with the day, with the role, or with a press."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from engine.links import Purpose, issue
from engine.sign_in import sign_in_link
from tests.dump import dump
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token
from web.console_session import COOKIE


def ask(client: httpx.Client, email: str) -> httpx.Response:
    token = form_token(client.get("/console/sign-in").text)
    return client.post("/console/sign-in", data={"token": token, "email": email})


def test_without_a_session_every_page_of_the_console_leads_to_the_door(client: httpx.Client) -> None:
    for path in ("", "/members", "/requests", "/incidents", "/audit", "/program", "/messages"):
        answer = client.get(f"/console{path}")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in"
    assert client.get("/api/v1/messages").status_code == 401


def test_a_part_that_refreshes_sends_the_whole_page_to_the_door(client: httpx.Client) -> None:
    answer = client.get("/console", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/console/sign-in"


def test_a_known_and_an_unknown_address_are_answered_alike(client: httpx.Client, hospital: Hospital) -> None:
    known, unknown, noise = (ask(client, one).text for one in ("Ana@Example.org", "eve@example.org", "\r\n"))
    assert known == unknown == noise
    (message,) = hospital.messages("sign_in")
    assert message.staff_id == hospital.staff("ana").id


def test_asking_twice_in_a_minute_sends_one_link(client: httpx.Client, hospital: Hospital) -> None:
    ask(client, "ana@example.org")
    ask(client, "ana@example.org")
    assert len(hospital.messages("sign_in")) == 1


def test_opening_the_link_changes_nothing_and_pressing_works_once(
    client: httpx.Client, hospital: Hospital, url: str
) -> None:
    path = sign_in_link(hospital.deployment, "ana", hospital.clock.now()).removeprefix(url)
    before = dump(hospital.deployment.database)
    for _ in range(50):
        assert client.get(path).status_code == 200
    assert dump(hospital.deployment.database) == before
    answer = client.post(path)
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "Ana Silva" in client.get("/console").text
    assert "used already" in httpx.post(url + path).text


def test_a_link_is_over_after_its_time(client: httpx.Client, hospital: Hospital, url: str) -> None:
    link = sign_in_link(hospital.deployment, "ana", hospital.clock.now(), lifetime=timedelta(minutes=15))
    hospital.clock.sleep(timedelta(minutes=15))
    assert "has run out" in client.post(link.removeprefix(url)).text


def test_a_pages_link_opens_the_incidents(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        ray = hospital.staff("ray").id
        token = issue(session, Purpose.PAGE, now=hospital.clock.now(), staff_id=ray)
    answer = client.post(f"/console/sign-in/{token}")
    assert answer.headers["location"] == "/console/incidents"


def test_a_members_link_signs_nobody_in(client: httpx.Client, hospital: Hospital) -> None:
    token = hospital.link(Purpose.MEMBER)
    assert "used already" in client.post(f"/console/sign-in/{token}").text


def test_a_session_ends_after_twelve_hours(
    signed_in: Callable[[str], httpx.Client], hospital: Hospital
) -> None:
    ana = signed_in("ana")
    hospital.clock.sleep(timedelta(hours=11, minutes=59))
    assert ana.get("/console").status_code == 200
    hospital.clock.sleep(timedelta(minutes=1))
    assert ana.get("/console").status_code == 303


def test_signing_out_ends_it_on_the_server(signed_in: Callable[[str], httpx.Client]) -> None:
    ana = signed_in("ana")
    kept = ana.cookies[COOKIE]
    token = form_token(ana.get("/console").text)
    assert ana.post("/console/sign-out", data={"token": token}).status_code == 303
    ana.cookies.set(COOKIE, kept)
    assert ana.get("/console").status_code == 303


def test_nobody_can_see_as_somebody_else_outside_the_demo(signed_in: Callable[[str], httpx.Client]) -> None:
    ana = signed_in("ana")
    token = form_token(ana.get("/console").text)
    answer = ana.post("/console/demo/see-as", data={"token": token, "staff": "ray"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}]
)
def test_asking_for_a_link_from_another_site_is_refused(
    client: httpx.Client, hospital: Hospital, headers: dict[str, str]
) -> None:
    token = form_token(client.get("/console/sign-in").text)
    form = {"token": token, "email": "ana@example.org"}
    assert client.post("/console/sign-in", data=form, headers=headers).status_code == 403
    assert not hospital.messages("sign_in")
