"""Whose case is whose: accepting, absence, the glass, holds, and what supporters say of themselves."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from engine.hold_case import ask_hold, lift_hold
from engine.open_cases import Involved, Report, open_cases
from engine.reach_out import open_outreach
from engine.request_support import confirm
from engine.work_request import work_request
from escalation.requests import RequestEvent
from escalation.ways_in import Kind, Source
from store.models import AuditEntry, Member, Outreach, SupportRequest
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]
SENTENCE = "Was on the unit when a patient died"
WISH = "no voicemail please"
ITEMS = {"name": "Marisol", "number": "555-0101|5550101", "sentence": SENTENCE, "wish": WISH}


@pytest.fixture
def case(hospital: Hospital) -> SupportRequest:
    """Marisol's, accepted by Sam."""
    deployment, now = hospital.deployment, hospital.clock.now()
    with deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == "m1")).one()
        request = confirm(session, deployment, member, now, wishes={"avoid": WISH})
    event = Report(involved=[Involved(member="m1")], source=Source.EVENT, kind=Kind.DEATH, sentence=SENTENCE)
    open_cases(deployment, event, actor="api:test", now=now)
    sam = hospital.staff("sam")
    for step in (RequestEvent.MATCH, RequestEvent.ACCEPT):
        work_request(deployment, request.id, step, staff=sam, now=now, supporter_id=sam.id)
    return request


def found_in(text: str) -> set[str]:
    return {item for item, words in ITEMS.items() if any(word in text for word in words.split("|"))}


def test_a_supporter_learns_how_to_reach_somebody_only_by_accepting(
    signed_in: SignedIn, hospital: Hospital, case: SupportRequest
) -> None:
    ana, sam, path = signed_in("ana"), signed_in("sam"), f"/console/requests/{case.id}"
    ana.post(path, data={"token": form_token(ana.get(path).text), "act": "be_passed_back"})
    assert sam.get(path).status_code == 404
    with hospital.deployment.database.writes.begin() as session:
        session.get_one(SupportRequest, case.id).passed = []
    chosen = {"act": "be_matched", "supporter": str(hospital.staff("sam").id)}
    assert ana.post(path, data=chosen | {"token": form_token(ana.get(path).text)}).status_code == 303
    assert "number" not in found_in(sam.get(path).text)
    sam.post(path, data={"token": form_token(sam.get(path).text), "act": "be_accepted"})
    assert "number" in found_in(sam.get(path).text)


def test_a_case_about_the_coordinators_own_unit_goes_to_the_director(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    stranger = Involved(name="Quentin Quality", phone="+12025550178", unit="Quality")  # Ana's unit
    own = Involved(name="Ana Silva", phone="+12025550140")  # Ana herself
    for one in (stranger, own):
        report = Report(involved=[one], source=Source.REFERRAL, kind=Kind.OTHER)
        open_cases(hospital.deployment, report, actor="referral", now=hospital.clock.now())
    shown = signed_in("ana").get("/console/requests").text
    assert "Quentin" not in shown
    assert shown.count("Ana Silva</b>") == 0
    assert "2 more are with another" in shown
    assert "Quentin" in signed_in("dee").get("/console/requests").text


def test_the_glass_is_broken_with_a_reason_that_is_written_down_and_told(
    signed_in: SignedIn, hospital: Hospital, case: SupportRequest
) -> None:
    dee, path = signed_in("dee"), f"/console/requests/{case.id}"
    token = form_token(dee.get("/console/holds").text)
    form = {"token": token, "alias": case.alias, "reason": "too short"}
    assert dee.post("/console/glass", data=form).status_code == 400
    assert dee.get(path).status_code == 404
    form |= {"reason": "A complaint about how this was handled"}
    assert dee.post("/console/glass", data=form).headers["location"] == path
    assert "Marisol" in dee.get(path).text
    (told,) = hospital.messages("look_notice")
    assert told.member_id == hospital.member("m1")
    with hospital.deployment.database.reads() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "glass_broken")).one()
    assert (entry.actor, entry.subject) == ("staff:dee", case.alias)
    hospital.clock.sleep(hospital.deployment.program.paging.every * 7)  # more than half an hour
    assert signed_in("dee").get(path).status_code == 404
    for ref in ("ana", "sam", "ray", "art"):
        other = signed_in(ref)
        posted = other.post("/console/glass", data=form | {"token": form_token(other.get("/console").text)})
        assert posted.status_code == 403, ref


def test_the_member_reads_that_somebody_looked(
    signed_in: SignedIn, client: httpx.Client, hospital: Hospital, case: SupportRequest
) -> None:
    from engine.links import Purpose

    signed_in("ana").get(f"/console/requests/{case.id}")
    client.post(f"/m/{hospital.link(Purpose.MEMBER)}")
    shown = client.get("/my/data").text
    assert "Ana Silva" in shown
    assert "looked at request" in shown


def test_a_hold_needs_two_persons_at_the_console_and_shows_no_name(
    signed_in: SignedIn, hospital: Hospital, case: SupportRequest
) -> None:
    ana, dee, path = signed_in("ana"), signed_in("dee"), f"/console/holds/{case.id}"
    ana_token = form_token(ana.get("/console/holds").text)
    assert ana.post(path, data={"token": ana_token, "act": "ask"}).status_code == 303
    assert ana.post(path, data={"token": ana_token, "act": "confirm"}).status_code == 409
    shown = dee.get("/console/holds").text
    assert case.alias in shown
    assert "Marisol" not in shown
    assert dee.post(path, data={"token": form_token(shown), "act": "confirm"}).status_code == 303
    assert "kept since" in dee.get("/console/holds").text
    art = signed_in("art")
    assert "kept since" in art.get("/console/holds").text
    assert (
        art.post(path, data={"token": form_token(art.get("/console/holds").text), "act": "lift"}).status_code
        == 403
    )


def test_every_hold_that_is_asked_for_is_told_the_director(hospital: Hospital, case: SupportRequest) -> None:
    deployment, ana, now = hospital.deployment, hospital.staff("ana"), hospital.clock.now()
    for hours in (0, 1):
        ask_hold(deployment, case.id, ana, now + timedelta(hours=hours))
        lift_hold(deployment, case.id, ana, now + timedelta(hours=hours))
    assert len(hospital.messages("deadline_notice")) == 2


def test_a_director_reads_how_many_are_to_be_reached_and_no_name_that_is_not_theirs(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    deployment, now = hospital.deployment, hospital.clock.now()
    with deployment.database.writes.begin() as session:
        members = [hospital.member("m1"), hospital.member("m5")]  # m5: of the only coordinator's unit
        open_outreach(session, deployment, members, reason="unit", note="Oncology", now=now)
        rows = {row.member_id: row.id for row in session.scalars(select(Outreach))}
    ana, dee = signed_in("ana"), signed_in("dee")
    assert "Marisol" in ana.get("/console/outreach").text
    assert "1 more is to be reached by others" in ana.get("/console/outreach").text
    shown = dee.get("/console/outreach").text
    assert "Marisol" not in shown
    assert "Ngozi" in shown  # no coordinator may look after her, so the director does
    done = {"token": form_token(shown), "act": "done"}
    assert dee.post("/console/outreach", data=done | {"row": str(rows[members[0]])}).status_code == 404
    assert dee.post("/console/outreach", data=done | {"row": str(rows[members[1]])}).status_code == 303


def test_a_supporters_colour_is_nobody_elses_and_stops_new_cases(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    sam = signed_in("sam")
    token = form_token(sam.get("/console/supporters").text)
    sam.post("/console/supporters", data={"token": token, "act": "colour", "colour": "orange"})
    assert "No new cases come to you" in sam.get("/console/supporters").text
    for ref in ("ana", "dee"):
        shown = signed_in(ref).get("/console/supporters").text
        assert "taking no new cases" in shown
        assert "range" not in shown.replace("arrange", "").replace("rearrange", "")
    sam.post("/console/supporters", data={"token": token, "act": "take"})
    assert "taking no new cases" not in signed_in("ana").get("/console/supporters").text


def test_hours_rest_and_a_supporter_of_their_own(signed_in: SignedIn, hospital: Hospital) -> None:
    sam, ana = signed_in("sam"), signed_in("ana")
    token = form_token(sam.get("/console/supporters").text)
    for act, more in (("hours", {"hours": "1.5"}), ("rest", {})):
        assert sam.post("/console/supporters", data={"token": token, "act": act} | more).status_code == 303
    assert (
        sam.post("/console/supporters", data={"token": token, "act": "hours", "hours": "-1"}).status_code
        == 400
    )
    assert "resting" in ana.get("/console/supporters").text
    assert "1.5" in signed_in("dee").get("/console/supporters").text
    own = {
        "act": "own_supporter",
        "supporter": str(hospital.staff("sam").id),
        "own": str(hospital.staff("uma").id),
    }
    token = form_token(ana.get("/console/supporters").text)
    assert ana.post("/console/supporters/pool", data=own | {"token": token}).status_code == 303
    assert "Uma Patel</b> is there for you" in sam.get("/console/supporters").text


def test_a_nomination_is_for_the_coordinator_and_says_not_by_whom(
    client: httpx.Client, signed_in: SignedIn, hospital: Hospital
) -> None:
    client.post("/nominate/side-by-side", data={"name": "Nils Nominee", "reach": "Surgery"})
    ana = signed_in("ana")
    shown = ana.get("/console/supporters").text
    assert "Nils Nominee" in shown
    assert "Nils" not in signed_in("dee").get("/console/supporters").text
    nomination = shown.split('name="nomination" value="')[1].split('"')[0]
    ana.post(
        "/console/supporters/pool",
        data={"token": form_token(shown), "act": "nomination", "nomination": nomination},
    )
    assert "Nils" not in ana.get("/console/supporters").text


def test_an_absence_passes_the_queue_on(signed_in: SignedIn, hospital: Hospital) -> None:
    ana = signed_in("ana")
    token = form_token(ana.get("/console/supporters").text)
    assert ana.post("/console/away", data={"token": token, "until": "2031-01-01"}).status_code == 400
    assert ana.post("/console/away", data={"token": token, "until": "2026-11-30"}).status_code == 303
    report = Report(involved=[Involved(name="Nadia Nonmember")], source=Source.PHONE, kind=Kind.OTHER)
    open_cases(hospital.deployment, report, actor="staff:ana", now=hospital.clock.now())
    told = {message.staff_id for message in hospital.messages("request_notice")}
    assert told == {hospital.staff("dee").id}
    assert "Nadia" in signed_in("dee").get("/console/requests").text


def test_two_questions_are_counted_once_and_tied_to_nothing(client: httpx.Client, hospital: Hospital) -> None:
    from engine.ask_whether_it_helped import link_to_questions
    from store.models import HelpCount, Link

    with hospital.deployment.database.writes.begin() as session:
        link = link_to_questions(session, hospital.deployment, hospital.clock.now())
    path = link.removeprefix(hospital.deployment.public_url)
    assert "Did it help" in client.get(path).text
    assert "Thank you" in client.post(path, data={"helped": "yes", "again": "maybe"}).text
    assert "Nothing was changed" in client.post(path, data={"helped": "no"}).text
    with hospital.deployment.database.reads() as session:
        counts = [(row.question, row.answer, row.count) for row in session.scalars(select(HelpCount))]
        links = session.scalars(select(Link).where(Link.purpose == "helped")).all()
    assert counts == [("helped", "yes", 1)]
    assert all((one.member_id, one.message_id, one.staff_id) == (None, None, None) for one in links)


def test_a_calendar_entry_is_private_neutral_and_only_for_who_asked(
    signed_in: SignedIn, hospital: Hospital, case: SupportRequest
) -> None:
    sam, path = signed_in("sam"), f"/console/requests/{case.id}/follow-up.ics"
    assert sam.get(path).status_code == 404
    token = form_token(sam.get("/console/supporters").text)
    sam.post("/console/supporters", data={"token": token, "act": "invitations"})
    entry = sam.get(path)
    assert entry.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Hold" in entry.text
    assert "CLASS:PRIVATE" in entry.text
    assert found_in(entry.text) == set()
    assert str(case.id) not in entry.text
