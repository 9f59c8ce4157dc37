"""Numbers and addresses: how many codes go out, and that nobody takes over a page or locks anybody out with them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from engine import code_limits, confirm_address
from engine.confirm_address import SETTLES_IN
from engine.links import Purpose
from engine.outbox import Draft, put
from engine.tick import tick
from store.cohorts import cohort_ids_of
from store.models import Joining, Member
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token
from tests.web.pages.test_joining import JOIN, PHONE, begin, code_for, confirm, enrol, outbox, sent_to
from tests.web.pages.test_my_page import press

NEW = "mari@example.org"


@contextmanager
def from_network(url: str, address: str) -> Iterator[httpx.Client]:
    """A browser whose requests a proxy on this machine passes on."""
    with httpx.Client(base_url=url, timeout=60, headers={"X-Forwarded-For": address}) as opened:
        yield opened


@pytest.fixture
def me(client: httpx.Client, hospital: Hospital) -> httpx.Client:
    assert client.post(f"/m/{hospital.link(Purpose.MEMBER)}").status_code == 303
    return client


def put_on_page(me: httpx.Client, hospital: Hospital, address: str = NEW) -> httpx.Response:
    press(me, "address", address=address)
    code = code_for(hospital, address)
    token = form_token(me.get("/my/code").text)
    return me.post("/my/code", data={"token": token, "code": code}, follow_redirects=True)


def test_one_network_gets_four_codes_a_day_to_an_address_and_another_gets_its_own(
    served: None, hospital: Hospital, url: str
) -> None:
    with from_network(url, "203.0.113.7") as attacker, from_network(url, "198.51.100.9") as person:
        for _ in range(7):
            begin(attacker, PHONE)
            begin(attacker, PHONE)
            hospital.clock.sleep(timedelta(minutes=2))
        assert len(sent_to(hospital, PHONE)) == code_limits.MOST_A_DAY
        begin(person, PHONE)
        assert len(sent_to(hospital, PHONE)) == code_limits.MOST_A_DAY + 1
        assert "name and two ticks" in confirm(person, code_for(hospital, PHONE)).text


def test_whoever_asks_in_the_same_minute_spoils_neither_the_code_nor_the_tries(
    served: None, hospital: Hospital, url: str
) -> None:
    with from_network(url, "203.0.113.7") as attacker, from_network(url, "198.51.100.9") as person:
        begin(attacker, PHONE)
        begin(person, PHONE)
        for _ in range(6):
            confirm(attacker, "000000")
        assert len(sent_to(hospital, PHONE)) == 1
        assert "name and two ticks" in confirm(person, code_for(hospital, PHONE)).text
        assert "not the code" in confirm(attacker, code_for(hospital, PHONE)).text


def test_codes_to_strangers_that_are_used_up_leave_members_theirs(
    client: httpx.Client, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_limits, "MOST_AN_HOUR", 2)
    for number in range(4):
        begin(client, f"+1202555019{number}")
    tick(hospital.deployment, hospital.clock)
    assert len(outbox(hospital).sent) >= 2
    assert sum("code is" in one.body for one in outbox(hospital).sent) == 2
    begin(client, "m2@example.org")
    assert any("code is" in text for text in sent_to(hospital, "m2@example.org"))


def test_a_day_of_asking_is_bounded(client: httpx.Client, hospital: Hospital) -> None:
    for _ in range(code_limits.MOST_WAITING + 4):
        begin(client, PHONE)
    with hospital.deployment.database.reads() as session:
        assert len(session.scalars(select(Joining)).all()) == code_limits.MOST_WAITING


def test_neighbors_with_one_subscriber_line_count_as_one() -> None:
    assert code_limits.network_of("2001:db8:1:2::5") == code_limits.network_of("2001:db8:1:2:9::1")
    assert code_limits.network_of("203.0.113.7") != code_limits.network_of("203.0.113.8")
    assert code_limits.network_of("testclient") == "testclient"


def test_the_address_before_hears_of_the_change_without_a_word_of_what_it_is(
    me: httpx.Client, hospital: Hospital
) -> None:
    assert "Your former address hears of it" in put_on_page(me, hospital).text
    for address in ("m1@example.org", "+12025550101"):
        told = [text for text in sent_to(hospital, address) if "how we reach you was changed" in text.lower()]
        assert len(told) == 1, address
        assert NEW not in told[0]
    assert not any("how we reach you" in text.lower() for text in sent_to(hospital, NEW))


def test_an_address_put_there_lately_opens_no_page_and_later_it_does(
    me: httpx.Client, hospital: Hospital, url: str
) -> None:
    put_on_page(me, hospital)
    hospital.clock.sleep(timedelta(minutes=2))
    with from_network(url, "203.0.113.7") as thief:
        begin(thief, NEW)
        page = confirm(thief, code_for(hospital, NEW)).text
        assert "This address is new" in page
        assert "Marisol" not in page
        assert "This address is new" in thief.get(f"{JOIN}/about").text
        assert "This address is new" in post_form(thief).text
        assert thief.get("/my").status_code == 401
    hospital.clock.sleep(SETTLES_IN + timedelta(minutes=1))
    with from_network(url, "203.0.113.7") as owner:
        begin(owner, NEW)
        assert "Marisol" in confirm(owner, code_for(hospital, NEW)).text


def post_form(client: httpx.Client) -> httpx.Response:
    token = form_token(client.get(JOIN).text)
    said = {"token": token, "name": "X", "limits": "yes", "consent": "yes"}
    return client.post(f"{JOIN}/about", data=said, follow_redirects=True)


def test_a_message_to_an_address_put_there_lately_opens_support_but_not_the_page(
    me: httpx.Client, hospital: Hospital
) -> None:
    put_on_page(me, hospital, "+12025550177")
    with hospital.deployment.database.writes.begin() as session:
        draft = Draft(
            key="a text",
            kind="add_asked",
            medium="sms",
            member_id=hospital.member(),
            due_at=hospital.clock.now(),
        )
        put(session, hospital.deployment, draft, hospital.clock.now())
    texts = sent_to(hospital, "+12025550177")
    (path, *_) = re.findall(r"/s/[\w-]+", "\n".join(texts))
    assert "Here for you, Marisol" in me.get(path).text
    assert "run out" in me.post(f"{path}/my-page").text
    hospital.clock.sleep(SETTLES_IN)
    assert me.post(f"{path}/my-page").status_code == 303


def test_a_link_for_a_texted_word_lasts_no_longer_for_being_pressed_again(
    client: httpx.Client, hospital: Hospital
) -> None:
    with hospital.deployment.database.writes.begin() as session:
        token = confirm_address.joining_by_link(
            session, hospital.deployment, "sms", PHONE, hospital.clock.now()
        )
    for _ in range(3):
        assert "name and two ticks" in client.post(f"/j/{token}", follow_redirects=True).text
        hospital.clock.sleep(timedelta(minutes=50))
    assert "run out" in client.post(f"/j/{token}", follow_redirects=True).text


def test_the_page_for_the_code_tells_another_way_in(client: httpx.Client, hospital: Hospital) -> None:
    assert "from your phone" not in begin(client, PHONE).text  # this program's sender is no number


def test_everything_revoked_in_the_console_ends_a_page_that_is_open(
    me: httpx.Client, signed_in: Callable[[str], httpx.Client], hospital: Hospital
) -> None:
    coordinator = signed_in("ana")
    token = form_token(coordinator.get("/console/program").text)
    refused = coordinator.post("/console/program", data={"token": token, "act": "revoke"})
    assert refused.status_code == 400
    assert me.get("/my").status_code == 200
    link = hospital.link(Purpose.MEMBER)
    answer = coordinator.post("/console/program", data={"token": token, "act": "revoke", "sure": "yes"})
    assert answer.headers["location"] == "/console/sign-in"
    assert me.get("/my").status_code == 401
    assert "run out" in me.post(f"/m/{link}").text
    assert coordinator.get("/console/program").headers["location"].startswith("/console/sign-in")


def test_a_friend_whom_a_rule_keeps_apart_does_not_come_into_the_cohort(
    me: httpx.Client, hospital: Hospital, url: str
) -> None:
    press(me, "never", who=PHONE)
    path = re.findall(r"/with/[\w-]+", press(me, "invite", outside="yes").text)[0]
    with from_network(url, "203.0.113.7") as friend:
        token = form_token(friend.get(path).text)
        friend.post(path, data={"token": token, "act": "accept", "address": PHONE})
        confirm(friend, code_for(hospital, PHONE))
        assert "Thank you. You both hear from us" in enrol(friend).text
    with hospital.deployment.database.reads() as session:
        joined = session.scalars(select(Member).where(Member.is_outside)).one()
        assert cohort_ids_of(session, joined.id) == []
