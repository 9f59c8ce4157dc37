"""Referral, phone note and adverse events through the served pages: nothing on a GET, nothing about who is known."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from engine.api_keys import PER_MINUTE, make_key
from store.models import SupportRequest
from tests.dump import dump
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

REFER = "/refer/side-by-side"
FORM = {
    "whom": "colleague",
    "name": "Nadia Nonmember",
    "phone": "+12025550177",
    "kind": "death",
    "sentence": "",
}
EVENTS = "/api/v1/events"


def cases(hospital: Hospital) -> list[SupportRequest]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(SupportRequest).order_by(SupportRequest.asked_at)))


def test_opening_the_form_records_nothing(client: httpx.Client, hospital: Hospital) -> None:
    before = dump(hospital.deployment.database)
    assert client.get(f"{REFER}?name=Nadia&whom=self").status_code == 200
    assert client.head(REFER).status_code == 200
    assert dump(hospital.deployment.database) == before


def test_a_member_and_a_stranger_get_the_same_answer(client: httpx.Client, hospital: Hospital) -> None:
    stranger = client.post(REFER, data=FORM)
    member = client.post(REFER, data=FORM | {"name": "Marisol Quintanilla", "phone": "+12025550101"})
    again = client.post(REFER, data=FORM)
    assert stranger.status_code == 200
    assert stranger.text == member.text == again.text
    assert [case.member_id is not None for case in cases(hospital)] == [False, True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "A name is needed"),
        ({"phone": ""}, "how they can be reached"),
        ({"sentence": "Event 2026-110042"}, "number of an event"),
        ({"sentence": "x" * 150}, "at most 140"),
        ({"kind": "burnout"}, "no kind of event"),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_keeps_nothing(
    client: httpx.Client, hospital: Hospital, change: dict[str, str], words: str
) -> None:
    answer = client.post(REFER, data=FORM | change)
    assert answer.status_code == 400
    assert words in answer.text
    assert cases(hospital) == []


def test_a_sentence_that_looks_clinical_is_asked_about_once(client: httpx.Client, hospital: Hospital) -> None:
    said = {"sentence": "Seems depressed since then"}
    asked = client.post(REFER, data=FORM | said)
    assert "This looks clinical" in asked.text
    assert cases(hospital) == []
    client.post(REFER, data=FORM | said | {"sure": said["sentence"]})
    assert len(cases(hospital)) == 1


def test_another_sites_form_is_refused(client: httpx.Client, hospital: Hospital) -> None:
    assert client.post(REFER, data=FORM, headers={"Origin": "https://evil.example"}).status_code == 403
    assert cases(hospital) == []


def test_a_coordinator_notes_a_phone_call(
    signed_in: Callable[[str], httpx.Client], hospital: Hospital
) -> None:
    ana = signed_in("ana")
    token = form_token(ana.get("/console/requests/new").text)
    answer = ana.post("/console/requests/new", data=FORM | {"token": token})
    assert answer.status_code == 303
    (case,) = cases(hospital)
    assert (case.source, case.kind, case.state) == ("phone", "death", "open")
    assert "Nadia Nonmember" in ana.get("/console/requests").text
    assert "+12025550177" in ana.get(f"/console/requests/{case.id}").text
    for ref in ("sam", "ray", "dee"):
        assert signed_in(ref).get("/console/requests/new").status_code == 403


def test_events_need_a_key_and_answer_with_a_count_only(client: httpx.Client, hospital: Hospital) -> None:
    key = make_key(hospital.deployment, "safety", hospital.clock.now())
    event = {
        "kind": "death", "sentence": "Was there.", "unit": "ICU 3",
        "involved": [{"id": "m1"}, {"name": "Nadia", "phone": "+12025550177"}, {"id": "unknown-id"}],
    }  # fmt: skip
    assert client.post(EVENTS, json=event).status_code == 401
    assert client.post(EVENTS, json=event, headers={"Authorization": "Bearer ppk_wrong"}).status_code == 401
    assert cases(hospital) == []
    answer = client.post(EVENTS, json=event, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 4, "looks_clinical": []})
    assert len(cases(hospital)) == 4
    assert [message.member_id for message in hospital.messages("outreach_offer")] == [hospital.member("m1")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "burnout", "involved": [{"id": "m1"}]},
        {"kind": "death"},
        {"kind": "death", "involved": [{"phone": "+12025550177"}]},
        {"kind": "death", "involved": [{"id": "m1"}], "event_number": "2026-42"},
        {"kind": "death", "involved": [{"id": "m1"}], "sentence": "See 2026-110042"},
    ],
)
def test_an_event_that_says_too_much_or_too_little_is_refused(
    client: httpx.Client, hospital: Hospital, wrong: dict[str, object]
) -> None:
    key = make_key(hospital.deployment, "safety", hospital.clock.now())
    assert client.post(EVENTS, json=wrong, headers={"Authorization": f"Bearer {key}"}).status_code == 422
    assert cases(hospital) == []


def test_too_many_events_a_minute_are_turned_away(client: httpx.Client, hospital: Hospital) -> None:
    key = make_key(hospital.deployment, "safety", hospital.clock.now())
    headers = {"Authorization": f"Bearer {key}"}
    answers = [client.post(EVENTS, json={"kind": "x"}, headers=headers).status_code for _ in range(3)]
    assert answers == [422] * 3  # a body that makes no sense is not counted
    event = {"kind": "other", "involved": [{"name": "Nadia"}]}
    codes = [client.post(EVENTS, json=event, headers=headers).status_code for _ in range(PER_MINUTE + 1)]
    assert (codes[0], codes[-1]) == (202, 429)
    assert client.post(EVENTS, json=event, headers=headers).headers["retry-after"] == "60"
