"""The member's own page: a button, a cookie, settings that take effect, and everything that is held."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from engine.links import Purpose
from engine.sign_in import sign_in_as
from store.models import AuditEntry, Colour, Member, Suppression
from tests.dump import dump
from tests.web.hospital import Hospital
from web.console_session import COOKIE as STAFF_COOKIE
from web.member_session import COOKIE


@pytest.fixture
def me(client: httpx.Client, hospital: Hospital) -> httpx.Client:
    """A client that opened its page."""
    assert client.post(f"/m/{hospital.link(Purpose.MEMBER)}").status_code == 303
    return client


def press(client: httpx.Client, act: str, **fields: str) -> httpx.Response:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/my").text)
    assert token
    return client.post("/my", data={"token": token[1], "act": act} | fields, follow_redirects=True)


def member(hospital: Hospital) -> Member:
    with hospital.deployment.database.reads() as session:
        return session.scalars(select(Member).where(Member.ref == "m1")).one()


def test_opening_the_link_fifty_times_changes_nothing(client: httpx.Client, hospital: Hospital) -> None:
    path = f"/m/{hospital.link(Purpose.MEMBER)}"
    before = dump(hospital.deployment.database)
    answers = [client.get(path) for _ in range(50)]
    assert {answer.status_code for answer in answers} == {200}
    assert "set-cookie" not in answers[0].headers
    assert "Marisol" not in answers[0].text
    assert dump(hospital.deployment.database) == before


def test_pressing_the_button_gives_a_cookie_out_of_reach_of_scripts(
    client: httpx.Client, hospital: Hospital
) -> None:
    answer = client.post(f"/m/{hospital.link(Purpose.MEMBER)}")
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/my"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Marisol Quintanilla" in client.get("/my").text


@pytest.mark.parametrize("token", ["x", "%F0%9F%99%82", "a/b"])
def test_a_bad_link_shows_the_lines_and_opens_nothing(client: httpx.Client, token: str) -> None:
    for answer in (client.get(f"/m/{token}"), client.post(f"/m/{token}")):
        assert answer.status_code == 200
        assert "988" in answer.text
        assert "set-cookie" not in answer.headers


def test_without_a_cookie_there_is_no_page(client: httpx.Client) -> None:
    for path in ("/my", "/my/data"):
        assert client.get(path).status_code == 401
    client.cookies.set(COOKIE, "bTE.99999999999.x")
    assert client.get("/my").status_code == 401


def test_the_cookie_is_over_after_an_hour(me: httpx.Client, hospital: Hospital) -> None:
    hospital.clock.sleep(timedelta(minutes=61))
    assert me.get("/my").status_code == 401


def test_it_names_the_buddy(me: httpx.Client, hospital: Hospital) -> None:
    shown = me.get("/my").text
    others = [name for name in ("Theodora Vance", "Priya Raman", "João Ferreira", "Ngozi Adeyemi", "Ingrid Solberg")
              if name in shown]  # fmt: skip
    assert len(others) == 1


def test_a_pause_holds_until_its_day_and_can_be_ended(me: httpx.Client, hospital: Hospital) -> None:
    assert "Saved." in press(me, "pause", until="2026-12-05").text
    assert str(member(hospital).paused_until) == "2026-12-05"
    assert "you paused" in me.get("/my").text
    press(me, "resume")
    assert member(hospital).paused_until is None
    assert "you paused" not in me.get("/my").text


@pytest.mark.parametrize("until", ["2026-11-24", "2020-01-01", "2029-01-01", "soon", ""])
def test_a_day_that_is_not_ahead_pauses_nothing(me: httpx.Client, hospital: Hospital, until: str) -> None:
    assert "Nothing was changed" in press(me, "pause", until=until).text
    assert member(hospital).paused_until is None


def test_just_remind_me_and_back(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "remind")
    assert member(hospital).mode == "remind"
    press(me, "ask")
    assert member(hospital).mode == "ask"


def test_keeping_no_colours_deletes_the_old_ones(me: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        session.add(Colour(member_id=member(hospital).id, colour="yellow", at=hospital.clock.now()))
    press(me, "drop_colours")
    assert not member(hospital).keeps_colours
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Colour)).all() == []


def test_stop_means_every_way_and_start_only_the_one_asked_for(me: httpx.Client, hospital: Hospital) -> None:
    assert "stopped" in press(me, "stop").text
    assert "Already recorded" in press(me, "stop").text
    with hospital.deployment.database.reads() as session:
        assert set(session.scalars(select(Suppression.medium))) == {"sms", "email"}
    press(me, "start", medium="sms")
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Suppression.medium)).all() == ["email"]


def test_a_post_without_the_form_token_changes_nothing(me: httpx.Client, hospital: Hospital) -> None:
    assert me.post("/my", data={"act": "remind"}).status_code == 403
    assert me.post("/my", data={"act": "remind", "token": "x"}).status_code == 403
    assert member(hospital).mode == "ask"


def test_it_shows_what_is_held_and_who_has_looked(me: httpx.Client, hospital: Hospital, url: str) -> None:
    now = hospital.clock.now()
    session_token = sign_in_as(hospital.deployment, "ana", now=now, wall=now)
    with httpx.Client(base_url=url, cookies={STAFF_COOKIE: session_token}) as staff:
        staff.get(f"/console/members/{hospital.member()}")
    shown = me.get("/my/data").text
    assert "Ana Silva (coordinator), looked at person" in shown
    assert "+12025550101" in shown
    assert "recorded consent" in shown
    assert "introduction" in shown


def test_the_support_button_opens_a_fresh_support_page(me: httpx.Client) -> None:
    assert "Here for you, Marisol" in press(me, "support").text


def test_a_fresh_support_link_opens_the_page_too_and_an_old_one_does_not(
    client: httpx.Client, hospital: Hospital
) -> None:
    path = f"/s/{hospital.link(Purpose.SUPPORT)}/my-page"
    assert client.post(path).status_code == 303
    hospital.clock.sleep(timedelta(days=8))
    assert "has run out" in client.post(path).text


def test_one_press_unsubscribes_without_a_cookie_and_again_changes_nothing(
    client: httpx.Client, hospital: Hospital
) -> None:
    path = f"/unsubscribe/{hospital.link(Purpose.UNSUBSCRIBE)}"
    before = dump(hospital.deployment.database)
    assert "Stop all messages" in client.get(path).text
    assert dump(hospital.deployment.database) == before
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert answer.status_code == 200
    assert "You are unsubscribed" in answer.text
    assert "Already recorded" in client.post(path).text
    with hospital.deployment.database.reads() as session:
        assert len(session.scalars(select(Suppression)).all()) == 2
        assert session.scalars(select(AuditEntry.action)).all().count("opted_out") == 1


def test_a_bad_unsubscribe_link_says_how_else(client: httpx.Client, hospital: Hospital) -> None:
    for answer in (client.get("/unsubscribe/x"), client.post("/unsubscribe/x")):
        assert answer.status_code == 200
        assert "STOP" in answer.text
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Suppression)).all() == []


def test_its_pages_weigh_less_than_thirty_kilobytes(me: httpx.Client) -> None:
    css = len(me.get("/static/prepaired.css").content)
    for path in ("/my", "/my/data", "/my/code", "/join/side-by-side", "/listen", "/refer/side-by-side", "/"):
        assert len(me.get(path).content) + css < 30_000, path


def test_it_says_the_true_reason_for_the_quiet(me: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        mine = session.get_one(Member, hospital.member())
        mine.resting_since = hospital.clock.now()
        mine.away_from = hospital.clock.now().date()
    shown = me.get("/my").text
    assert "you are on leave; you answered red" in shown
    press(me, "resume")
    assert member(hospital).resting_since is None
