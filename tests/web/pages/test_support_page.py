"""The support page: crisis lines whatever the token, nothing by a GET, each act once by a POST."""

from datetime import timedelta

import httpx
import pytest
from markupsafe import escape
from sqlalchemy import select

from engine.links import Purpose, issue
from engine.shared_prompts import prompt_for
from store.models import CheckIn, Incident, Link, Message, SupportRequest
from tests.dump import dump
from tests.web.hospital import Hospital


@pytest.fixture
def path(hospital: Hospital) -> str:
    return f"/s/{hospital.link(Purpose.SUPPORT)}"


def requests_of(hospital: Hospital) -> list[SupportRequest]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(SupportRequest)))


@pytest.mark.parametrize("token", ["x", "a" * 500, "%00", "..%2f..", "<script>", "🙂"])
def test_crisis_lines_and_coordinator_stand_first_whatever_the_token(
    client: httpx.Client, token: str
) -> None:
    answer = client.get(f"/s/{token}")
    assert answer.status_code == 200
    assert answer.text.index("988") < answer.text.index("<h1>")
    assert answer.text.index("Ana Silva") < answer.text.index("<h1>")
    assert "+12025550140" in answer.text
    assert "911" in answer.text
    assert "<script" not in answer.text


def test_an_expired_link_shows_the_lines_and_no_name(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    hospital.clock.sleep(timedelta(days=31))
    answer = client.get(path)
    assert answer.status_code == 200
    assert "988" in answer.text
    assert "Marisol" not in answer.text
    assert "nothing can be recorded" in answer.text


def test_opening_it_fifty_times_changes_nothing(client: httpx.Client, hospital: Hospital, path: str) -> None:
    before = dump(hospital.deployment.database)
    for _ in range(50):
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.get(f"{path}?act=support").status_code == 200
    assert dump(hospital.deployment.database) == before


def test_connected_is_logged_once_for_the_group(client: httpx.Client, hospital: Hospital, path: str) -> None:
    assert "<b>Recorded</b>" in client.post(path, data={"act": "connected"}).text
    assert "Already recorded" in client.post(path, data={"act": "connected"}).text
    with hospital.deployment.database.reads() as session:
        (row,) = session.scalars(select(CheckIn)).all()
        assert row.connected
        assert row.medium == "page"


def test_a_no_after_a_yes_changes_nothing(client: httpx.Client, hospital: Hospital, path: str) -> None:
    client.post(path, data={"act": "connected"})
    assert "Already recorded" in client.post(path, data={"act": "not_yet"}).text
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(CheckIn.connected)).all() == [True]


def test_asking_for_a_supporter_raises_one_request_with_its_deadline(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    wishes = {
        "act": "support",
        "how": "text first",
        "when": "after 7",
        "avoid": "voicemail",
        "unit": "another unit",
    }
    first = client.post(path, data=wishes)
    assert "Ana Silva has your request" in first.text
    assert "We aim to find your supporter" in " ".join(first.text.split())
    assert "Already recorded" in client.post(path, data={"act": "support"}).text
    (row,) = requests_of(hospital)
    assert row.state == "open"
    assert row.source == "self"
    assert row.match_by == hospital.clock.now() + timedelta(hours=24)
    assert b"voicemail" not in dump(hospital.deployment.database)
    assert len(hospital.messages("request_notice")) == 1


def test_who_works_on_the_coordinators_unit_is_helped_by_somebody_else(
    client: httpx.Client, hospital: Hospital
) -> None:
    answer = client.post(f"/s/{hospital.link(Purpose.SUPPORT, 'm5')}", data={"act": "support"})
    assert "Dee Okafor has your request" in answer.text


def test_the_second_door_of_a_worry_reaches_the_same_queue_without_a_name(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    client.post(path, data={"act": "concern"})
    (row,) = requests_of(hospital)
    assert (row.state, row.source) == ("open", "concern")


def test_the_first_door_is_words_only(client: httpx.Client, hospital: Hospital, path: str) -> None:
    assert "Do you?”" in client.get(path).text
    assert requests_of(hospital) == []


def test_fear_of_danger_pages_a_human_once_and_promises_nothing(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    first = client.post(path, data={"act": "danger"})
    assert "nobody has answered yet" in first.text
    assert "Do not wait for us" in first.text
    again = client.post(path, data={"act": "danger"})
    assert "Already recorded" in again.text
    with hospital.deployment.database.reads() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (incident.about, incident.state, incident.text_sealed) == ("other", "open", None)
    assert {message.medium for message in hospital.messages("page")} == {"sms", "email"}


def test_check_ins_rest_while_an_incident_is_open(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    client.post(path, data={"act": "danger"})
    assert 'value="connected"' not in client.get(path).text
    assert "nothing was recorded" in client.post(path, data={"act": "connected"}).text
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(CheckIn)).all() == []


@pytest.mark.parametrize("act", ["connected", "support", "concern", "danger"])
def test_a_post_to_a_bad_link_records_nothing_and_says_so(
    client: httpx.Client, hospital: Hospital, act: str
) -> None:
    before = dump(hospital.deployment.database)
    answer = client.post("/s/garbled", data={"act": act})
    assert answer.status_code == 200
    assert "nothing was recorded" in answer.text
    assert "988" in answer.text
    assert dump(hospital.deployment.database) == before


@pytest.mark.parametrize("purpose", [Purpose.MEMBER, Purpose.REPLY, Purpose.UNSUBSCRIBE, Purpose.SIGN_IN])
def test_a_link_of_another_kind_opens_nothing_here(
    client: httpx.Client, hospital: Hospital, purpose: Purpose
) -> None:
    assert "Marisol" not in client.get(f"/s/{hospital.link(purpose)}").text


def test_a_form_of_another_site_is_refused_and_the_lines_still_stand(
    client: httpx.Client, hospital: Hospital, path: str
) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.post(path, data={"act": "support"}, headers=headers)
        assert answer.status_code == 403
        assert "988" in answer.text
    assert requests_of(hospital) == []


def test_an_old_browser_that_names_our_own_origin_is_let_in(
    client: httpx.Client, hospital: Hospital, path: str, url: str
) -> None:
    assert client.post(path, data={"act": "support"}, headers={"Origin": url}).status_code == 200
    assert len(requests_of(hospital)) == 1


def test_it_weighs_less_than_fourteen_kilobytes_with_all_it_loads(client: httpx.Client, path: str) -> None:
    page = client.get(path)
    loaded = [client.get(one) for one in ("/static/prepaired.css", "/static/mark.svg", "/static/favicon.svg")]
    assert all(one.status_code == 200 for one in loaded)
    assert len(page.content) + len(loaded[0].content) < 14_000
    assert len(page.content) < 8_000


def test_its_headers_keep_it_to_itself(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_the_link_of_a_nudge_carries_its_prompt_and_what_is_on_record(
    client: httpx.Client, hospital: Hospital
) -> None:
    with hospital.deployment.database.writes.begin() as session:
        nudge = session.scalars(select(Message).where(Message.member_id == hospital.member())).one()
        nudge.kind, nudge.slot, nudge.period, nudge.state = "weekly", 3, "2026-W48", "sent"
        now = hospital.clock.now()
        token = issue(session, Purpose.SUPPORT, now=now, member_id=nudge.member_id, message_id=nudge.id)
        prompt = prompt_for(session, hospital.deployment.program, nudge)
    assert escape(prompt) in client.get(f"/s/{token}").text
    client.post(f"/s/{token}", data={"act": "not_yet"})
    assert "<b>not yet</b>" in client.get(f"/s/{token}").text
    assert "<b>Recorded</b>" in client.post(f"/s/{token}", data={"act": "connected"}).text
    assert "<b>connected</b>" in client.get(f"/s/{token}").text


def test_only_the_hash_of_its_token_is_stored(hospital: Hospital) -> None:
    token = hospital.link(Purpose.SUPPORT)
    assert token.encode() not in dump(hospital.deployment.database)
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Link).where(Link.purpose == "support")).one().token_hash != token
