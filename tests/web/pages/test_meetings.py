"""Meetings, senior twins and letters in the console."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
from sqlalchemy import select, update

from engine.open_cases import Involved, Report, open_cases
from engine.supporter_meetings import remind_of_meetings
from engine.work_request import work_request
from escalation.requests import RequestEvent
from escalation.ways_in import Kind, Source
from store.models import MeetingAnswer, Supporter, SupporterMeeting, SupportRequest
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]
PLAN = {"act": "plan", "day": "2026-12-08", "time": "17:30", "minutes": "90", "place": "Room 2, level 1"}


def post(client: httpx.Client, path: str, form: dict[str, str], page: str = "/console/meetings") -> int:
    return client.post(path, data=form | {"token": form_token(client.get(page).text)}).status_code


def planned(signed_in: SignedIn, hospital: Hospital) -> SupporterMeeting:
    assert post(signed_in("ana"), "/console/meetings", PLAN) == 303
    with hospital.deployment.database.reads() as session:
        return session.scalars(select(SupporterMeeting)).one()


def test_every_supporter_is_invited_answers_and_is_reminded_unless_they_said_no(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    meeting = planned(signed_in, hospital)
    invited = {one.staff_id for one in hospital.messages("meeting_invitation")}
    assert invited == {hospital.staff("sam").id, hospital.staff("uma").id}
    sam, uma = signed_in("sam"), signed_in("uma")
    assert "Room 2" in sam.get("/console/meetings").text
    for client, answer in ((sam, "coming"), (uma, "coming"), (uma, "not_coming")):
        assert post(client, "/console/meetings", {"act": answer, "meeting": str(meeting.id)}) == 303
    assert "1 supporter coming" in signed_in("ana").get("/console/meetings").text
    assert "Uma Patel" not in sam.get("/console/meetings").text  # who comes is the coordinator's to see
    now = meeting.starts_at - timedelta(hours=23)
    assert remind_of_meetings(hospital.deployment, now) == 1
    assert remind_of_meetings(hospital.deployment, now) == 0
    assert [one.staff_id for one in hospital.messages("meeting_reminder")] == [hospital.staff("sam").id]


def test_a_meeting_that_cannot_be_is_refused(signed_in: SignedIn, hospital: Hospital) -> None:
    ana = signed_in("ana")
    wrong = ({"day": "2020-01-01"}, {"day": "soon"}, {"minutes": "5"}, {"minutes": "x"}, {"place": " "})
    for change in wrong:
        assert post(ana, "/console/meetings", PLAN | change) == 400, change
    assert post(signed_in("sam"), "/console/meetings", PLAN) == 403
    assert post(signed_in("dee"), "/console/meetings", PLAN) == 403
    meeting = planned(signed_in, hospital)
    note = {"act": "note", "meeting": str(meeting.id)}
    assert post(ana, "/console/meetings", note) == 400  # still ahead
    assert (
        post(signed_in("uma"), "/console/meetings", {"act": "not_coming", "meeting": str(meeting.id)}) == 303
    )
    assert post(ana, "/console/meetings", {"act": "call_off", "meeting": str(meeting.id)}) == 303
    assert [one.staff_id for one in hospital.messages("meeting_called_off")] == [hospital.staff("sam").id]
    assert post(ana, "/console/meetings", {"act": "call_off", "meeting": str(meeting.id)}) == 400
    assert "No meeting is planned" in ana.get("/console/meetings").text


def test_the_calendar_entry_of_a_meeting_is_neutral(signed_in: SignedIn, hospital: Hospital) -> None:
    meeting = planned(signed_in, hospital)
    entry = signed_in("sam").get(f"/console/meetings/{meeting.id}/entry.ics").text
    assert "SUMMARY:Hold" in entry
    assert "Room 2" not in entry
    assert str(meeting.id) not in entry


def test_a_letter_attests_time_and_is_anothers_to_see_by_consent_only(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    meeting, sam, ana = planned(signed_in, hospital), signed_in("sam"), signed_in("ana")
    hospital.clock.at = meeting.starts_at + timedelta(hours=2)
    with hospital.deployment.database.writes.begin() as session:
        session.execute(update(Supporter).values(hours=12.5, cases=3))
    sam, ana = signed_in("sam"), signed_in("ana")
    sam_id = hospital.staff("sam").id
    present = {"act": "note", "meeting": str(meeting.id), f"was:{sam_id}": "yes"}
    assert post(ana, "/console/meetings", present) == 303
    path = f"/console/supporters/{sam_id}/letter"
    letter = sam.get(path).text
    assert "12.5 hours" in letter
    assert "1 meeting</b> of supporters (1.5 hours" in letter
    assert not re.search(r"\b3\b|case", letter.partition("<main")[2].partition("</main")[0])
    for ref in ("ana", "dee", "uma"):
        assert signed_in(ref).get(path).status_code == 404, ref
    assert post(sam, "/console/supporters", {"act": "recognition"}, "/console/supporters") == 303
    assert [signed_in(ref).get(path).status_code for ref in ("ana", "dee", "uma")] == [200, 200, 404]
    assert post(sam, "/console/supporters", {"act": "no_recognition"}, "/console/supporters") == 303
    assert ana.get(path).status_code == 404
    assert post(ana, "/console/meetings", {"act": "note", "meeting": str(meeting.id)}) == 303
    with hospital.deployment.database.reads() as session:
        assert [row.was_there for row in session.scalars(select(MeetingAnswer))] == [False]


def test_a_senior_twin_is_given_and_hears_when_a_case_is_accepted(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    deployment, ana, now = hospital.deployment, signed_in("ana"), hospital.clock.now()
    sam, uma = hospital.staff("sam"), hospital.staff("uma")
    form = {"supporter": str(sam.id), "twin": str(uma.id)}
    assert post(ana, "/console/supporters/twin", form) == 400  # as new to it as Sam
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, uma.id).cases = 9
    assert "new to it" in ana.get("/console/supporters").text
    assert post(ana, "/console/supporters/twin", form) == 303
    assert "stands by you" in signed_in("sam").get("/console/supporters").text
    assert "You stand by <b>Sam Ortiz</b>" in signed_in("uma").get("/console/supporters").text
    report = Report(involved=[Involved(name="Nadia N")], source=Source.PHONE, kind=Kind.OTHER)
    open_cases(deployment, report, actor="staff:ana", now=now)
    with deployment.database.reads() as session:
        request = session.scalars(select(SupportRequest)).one()
    for event in (RequestEvent.MATCH, RequestEvent.ACCEPT):
        work_request(deployment, request.id, event, staff=sam, now=now, supporter_id=sam.id)
    (told,) = hospital.messages("twin_notice")
    assert told.staff_id == uma.id


def test_three_months_without_a_meeting_the_coordinator_is_asked_once_for_the_next(
    hospital: Hospital,
) -> None:
    deployment, began = hospital.deployment, hospital.clock.now()
    assert remind_of_meetings(deployment, began + timedelta(days=90)) == 0
    assert remind_of_meetings(deployment, began + timedelta(days=92)) == 1
    assert remind_of_meetings(deployment, began + timedelta(days=93)) == 0
    (asked,) = hospital.messages("meeting_due")
    assert asked.staff_id == hospital.staff("ana").id
    assert remind_of_meetings(deployment, began + timedelta(days=184)) == 1
