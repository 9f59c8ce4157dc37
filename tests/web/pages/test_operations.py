"""Health, measures, the API's description, the demo's front and answers to what goes wrong."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from store import program_state
from store.models import Cursor, Inbound, Message, Sender
from tests.web.hospital import Hospital
from web.settings import WebSettings
from web.visibility import TABLE, VIEWERS


def went_round(hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        program_state.worked(session, hospital.clock.wall())


def test_live_and_ready_answer(client: httpx.Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok"}


def test_a_schema_that_is_behind_is_not_ready(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0000'"))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "prepaired migrate" in answer.json()["why"]


def test_an_engine_that_never_went_round_is_not_well(client: httpx.Client) -> None:
    answer = client.get("/health/engine")
    assert answer.status_code == 503
    assert "not gone round" in answer.json()["why"]


def test_an_engine_with_nothing_overdue_is_well(client: httpx.Client, hospital: Hospital) -> None:
    went_round(hospital)
    assert client.get("/health/engine").status_code == 200


def test_due_work_of_five_minutes_fails_the_engine(client: httpx.Client, hospital: Hospital) -> None:
    hospital.clock.sleep(timedelta(minutes=6))
    went_round(hospital)
    answer = client.get("/health/engine")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failing",
        "why": "6 due since 6 minutes and not sent",
        "problems": [{"what": "late", "why": "6 due since 6 minutes and not sent", "count": 6}],
    }
    assert 'prepaired_engine_trouble{what="late"} 6' in client.get("/metrics").text


def test_nudges_that_wait_for_their_senders_pace_fail_nothing(
    client: httpx.Client, hospital: Hospital
) -> None:
    channel = hospital.deployment.channels["sms"]  # six texts in requests of ten: an hour
    channel.per_second = 6 / channel.batch_size / timedelta(hours=1).total_seconds()
    hospital.clock.sleep(timedelta(minutes=59))
    went_round(hospital)
    assert client.get("/health/engine").status_code == 200
    hospital.clock.sleep(timedelta(minutes=7))
    went_round(hospital)
    assert client.get("/health/engine").status_code == 503


@pytest.mark.parametrize(("state", "columns"), [("in_doubt", {"look_at"}), ("sending", {"lease_until"})])
def test_what_nobody_settles_fails_the_engine(
    client: httpx.Client, hospital: Hospital, state: str, columns: set[str]
) -> None:
    with hospital.deployment.database.writes.begin() as session:
        for message in session.query(Message):
            message.state = state
            for column in columns:
                setattr(message, column, hospital.clock.wall())
    hospital.clock.sleep(timedelta(minutes=5))
    went_round(hospital)
    assert client.get("/health/engine").status_code == (200 if state == "in_doubt" else 503)
    hospital.clock.sleep(timedelta(minutes=1))
    [problem] = client.get("/health/engine").json()["problems"]
    assert (problem["what"], problem["count"]) == ("doubtful", 6)


def test_a_listing_that_fails_for_five_minutes_fails_the_engine(
    client: httpx.Client, hospital: Hospital
) -> None:
    with hospital.deployment.database.writes.begin() as session:
        for message in session.query(Message):
            message.state = "sent"
        session.add(Cursor(name="inbound_failing:twilio:+12025550100", at=hospital.clock.wall()))
    went_round(hospital)
    assert client.get("/health/engine").status_code == 200
    hospital.clock.sleep(timedelta(minutes=5))
    [problem] = client.get("/health/engine").json()["problems"]
    assert problem["what"] == "deaf"
    assert problem["why"] == "twilio has not listed for 5 minutes what was written to us"


def test_every_page_of_the_console_says_that_the_engine_needs_a_look(
    signed_in: Callable[[str], httpx.Client], hospital: Hospital
) -> None:
    assert "The engine needs a look" in signed_in("ana").get("/console/members").text
    went_round(hospital)
    assert "The engine needs a look" not in signed_in("ana").get("/console/members").text


def test_what_is_held_or_halted_fails_nothing(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        program_state.halt(session, hospital.clock.now(), "test")
    hospital.clock.sleep(timedelta(hours=1))
    went_round(hospital)
    assert client.get("/health/engine").status_code == 200


def test_a_provider_that_refuses_the_account_fails_the_engine(
    client: httpx.Client, hospital: Hospital
) -> None:
    went_round(hospital)
    with hospital.deployment.database.writes.begin() as session:
        session.add(
            Sender(name="twilio:+12025550100", stopped_at=hospital.clock.wall(), stopped_code="20003")
        )
    answer = client.get("/health/engine")
    assert answer.json()["why"].startswith("twilio refuses our account")
    assert "2025550100" not in answer.text


def test_a_text_that_nobody_reads_fails_the_engine(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        for message in session.query(Message):
            message.state = "sent"
        session.add(
            Inbound(provider="twilio", provider_id="SM1", medium="sms", state="new", from_index="x",
                    body_index="y", received_at=hospital.clock.now())
        )  # fmt: skip
    hospital.clock.sleep(timedelta(minutes=6))
    went_round(hospital)
    assert client.get("/health/engine").json()["why"] == "1 received and not read by the engine"


def test_an_engine_that_fell_silent_is_not_well(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        for message in session.query(Message):
            message.state = "sent"
    went_round(hospital)
    hospital.clock.sleep(timedelta(minutes=11))
    assert "11 minutes ago" in client.get("/health/engine").json()["why"]


def test_measures_are_counts_and_nobody_is_named(client: httpx.Client) -> None:
    shown = client.get("/metrics").text
    assert 'prepaired_messages{state="due"} 6' in shown
    assert "prepaired_groups_active 3" in shown
    lines = [line for line in shown.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'[a-z_]+(\{[a-z]+="[a-z_]+"\})? -?[0-9.]+', line) for line in lines)
    assert "Marisol" not in shown


def test_the_api_is_described_and_nothing_else_is_in_the_description(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert "/api/v1/messages" in described["paths"]
    assert client.get("/docs").status_code == 404


def test_the_api_tells_of_messages_without_text_or_address(
    signed_in: Callable[[str], httpx.Client],
) -> None:
    told = signed_in("ana").get("/api/v1/messages").json()
    assert len(told) == 6
    assert set(told[0]) == {"id", "member", "kind", "channel", "state", "reason", "due_at", "sent_at"}
    assert len(signed_in("ana").get("/api/v1/groups").json()) == 3


def test_the_front_page_is_calm_and_leads_on(client: httpx.Client) -> None:
    shown = client.get("/").text
    assert "Side by Side" in shown
    for path in re.findall(r'href="(/[^"]*)"', shown):
        assert client.get(path).status_code == 200, path


def test_joining_shows_who_sees_what_and_the_limits(client: httpx.Client) -> None:
    shown = client.get("/join/side-by-side").text
    for row in TABLE:
        assert len(row.seen) == len(VIEWERS)
        assert row.what in shown
    assert "limits of confidentiality" in shown
    assert "Draft for counsel" in shown


@pytest.mark.parametrize("path", ["/nowhere", "/console/members/x", "/console/nowhere"])
def test_what_is_not_there_is_said_calmly_without_a_trace(
    signed_in: Callable[[str], httpx.Client], path: str
) -> None:
    answer = signed_in("ana").get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Traceback" not in answer.text


def test_a_fault_of_ours_shows_no_trace_and_the_lines(client: httpx.Client, hospital: Hospital) -> None:
    with hospital.deployment.database.engine.begin() as connection:
        connection.execute(text("drop table link"))
    answer = client.get("/s/token")
    assert answer.status_code == 500
    assert "988" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "link" not in answer.text.split("<h1>")[1].split("</main>")[0]


def test_what_was_sent_is_not_quoted_back(signed_in: Callable[[str], httpx.Client]) -> None:
    answer = signed_in("ana").get("/console/members?page=Marisol")
    assert answer.status_code == 422
    assert "Marisol" not in answer.text


class TestDemo:
    """The sample program on loopback: it signs in by itself."""

    @pytest.fixture
    def settings(self, settings: WebSettings) -> WebSettings:
        return replace(settings, demo=True)

    def test_the_front_leads_into_the_console_signed_in(self, client: httpx.Client) -> None:
        answer = client.get("/", follow_redirects=True)
        assert answer.url.path == "/console"
        assert "Ana Silva" in answer.text
        assert "/sandbox/phones" in answer.text

    def test_it_opens_without_keeping_cookies_too(self, served: None, url: str) -> None:
        assert httpx.get(f"{url}/console").status_code == 200

    def test_one_can_look_with_anothers_eyes(self, client: httpx.Client) -> None:
        shown = client.get("/console").text
        token = re.search(r'name="token" value="([^"]+)"', shown)
        assert token
        client.post("/console/demo/see-as", data={"token": token[1], "staff": "ray"})
        assert "Ray Chen" in client.get("/console").text
        assert client.get("/console/members").status_code == 403


class TestOverTls:
    """Behind a proxy that speaks TLS."""

    @pytest.fixture
    def settings(self, settings: WebSettings) -> WebSettings:
        return replace(settings, public_url="https://buddies.example.org")

    def test_browsers_are_asked_to_stay_there(self, client: httpx.Client) -> None:
        assert client.get("/").headers["strict-transport-security"].startswith("max-age=")

    def test_cookies_are_secure(self, client: httpx.Client, hospital: Hospital) -> None:
        from engine.links import Purpose

        answer = client.post(f"/m/{hospital.link(Purpose.MEMBER)}")
        assert "Secure" in answer.headers["set-cookie"]
