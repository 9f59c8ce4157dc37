"""Who sees what, asked of the running console role by role."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from engine.flag_crisis import flag_crisis
from engine.request_support import confirm, wish_for_support
from engine.work_request import work_request
from escalation.requests import RequestEvent
from nudges.holds import Reason
from store.models import (
    AuditEntry,
    CheckIn,
    Colour,
    Incident,
    Member,
    Message,
    Rematch,
    SupportRequest,
    UnclearReply,
    new_id,
)
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]
PAGES = {
    "/console": {"ana", "dee", "ray", "sam", "cy"},
    "/console/requests": {"ana", "dee", "sam"},
    "/console/incidents": {"ray"},
    "/console/members": {"ana"},
    "/console/groups": {"ana"},
    "/console/rounds": {"ana"},
    "/console/check-ins": {"ana"},
    "/console/messages": {"ana"},
    "/console/program": {"ana", "dee"},
    "/console/audit": {"ana"},
    "/console/unclear": {"cy"},
    "/api/v1/messages": {"ana"},
    "/api/v1/groups": {"ana"},
    "/api/v1/groups/count": {"ana", "dee"},
    "/api/v1/members/count": {"ana", "dee"},
    "/api/v1/requests/counts": {"ana", "dee"},
}
TEXT = "I cannot go on like this"


def open_incident(hospital: Hospital, ref: str = "m1") -> Incident:
    deployment = hospital.deployment
    with deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == ref)).one()
        return flag_crisis(
            session, deployment, about="self", member=member, medium="sms", address="+12025550101",
            address_index=member.contacts[0].address_index, text=TEXT, now=hospital.clock.now(),
        )  # fmt: skip


def open_request(hospital: Hospital, ref: str = "m1") -> SupportRequest:
    deployment = hospital.deployment
    with deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == ref)).one()
        wishes = {"avoid": "no voicemail"}
        return confirm(session, deployment, member, hospital.clock.now(), wishes=wishes)


def test_a_crisis_text_is_for_responders_only(signed_in: SignedIn, hospital: Hospital) -> None:
    incident = open_incident(hospital)
    path = f"/console/incidents/{incident.id}"
    assert TEXT in signed_in("ray").get(path).text
    assert TEXT not in signed_in("ray").get("/console/incidents").text
    for ref in ("ana", "dee", "sam"):
        client = signed_in(ref)
        assert client.get(path).status_code == 403
        shown = client.get("/console").text
        assert "1 crisis message" in shown
        assert "Marisol" not in shown
        assert TEXT not in shown


def test_a_responder_of_the_same_unit_does_not_see_it(signed_in: SignedIn, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        ray = session.merge(hospital.staff("ray"))
        ray.unit_sealed = hospital.deployment.vault.seal("oncology", "staff", "unit", ray.id)
    incident = open_incident(hospital)
    assert signed_in("ray").get(f"/console/incidents/{incident.id}").status_code == 404
    assert "Marisol" not in signed_in("ray").get("/console/incidents").text


def test_a_request_is_for_the_coordinator_and_the_supporter_who_has_it(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    request = open_request(hospital)
    path = f"/console/requests/{request.id}"
    assert "no voicemail" in signed_in("ana").get(path).text
    assert signed_in("sam").get(path).status_code == 404
    assert signed_in("dee").get(path).status_code == 404
    work_request(
        hospital.deployment, request.id, RequestEvent.MATCH, staff=hospital.staff("ana"),
        now=hospital.clock.now(), supporter_id=hospital.staff("sam").id,
    )  # fmt: skip
    assert "Marisol" in signed_in("sam").get(path).text
    assert signed_in("uma").get(path).status_code == 404


def test_a_coordinator_of_the_same_unit_learns_only_that_there_is_one(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    request = open_request(hospital, "m5")
    ana = signed_in("ana")
    assert ana.get(f"/console/requests/{request.id}").status_code == 404
    shown = ana.get("/console/requests").text
    assert "Ngozi" not in shown
    assert "with another coordinator" in shown
    dee = signed_in("dee")
    assert "Ngozi" in dee.get("/console/requests").text
    assert "Ask this supporter" in dee.get(f"/console/requests/{request.id}").text


def test_a_wish_that_is_not_confirmed_is_nobodys_to_see(signed_in: SignedIn, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == "m1")).one()
        wish = wish_for_support(session, hospital.deployment, member, hospital.clock.now())
    ana = signed_in("ana")
    assert "Marisol" not in ana.get("/console/requests").text
    assert ana.get(f"/console/requests/{wish.id}").status_code == 404
    assert set(ana.get("/api/v1/requests/counts").json()["counts"].values()) == {0}


@pytest.mark.parametrize("reason", [Reason.AWAY, Reason.PAUSED, Reason.RESTING])
def test_leave_pause_and_request_read_alike_on_a_persons_trail(
    signed_in: SignedIn, hospital: Hospital, reason: Reason
) -> None:
    with hospital.deployment.database.writes.begin() as session:
        for message in session.scalars(select(Message).where(Message.member_id == hospital.member())):
            message.state, message.reason = "dropped", reason
    ana = signed_in("ana")
    for path in (f"/console/members/{hospital.member()}", "/console/messages"):
        shown = ana.get(path).text
        assert ">resting<" in shown
        assert "away" not in shown
        assert ">paused<" not in shown


def test_that_an_answer_was_sent_is_not_on_the_trail(signed_in: SignedIn, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        one = session.scalars(select(Message).where(Message.member_id == hospital.member())).first()
        assert one is not None
        one.kind, one.lane = "support_offer", 1
    ana = signed_in("ana")
    shown = ana.get(f"/console/members/{hospital.member()}").text
    assert "support" not in shown.partition("<main")[2]  # the doors above it name the supporters' page
    shown = ana.get("/console/messages").text
    assert "support offer" not in shown
    assert "Marisol" not in shown


def test_no_colour_and_no_single_answer_is_shown_to_anybody(signed_in: SignedIn, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        session.add(Colour(member_id=hospital.member(), colour="orange", at=hospital.clock.now()))
    for ref in ("ana", "dee", "ray", "sam"):
        client = signed_in(ref)
        for path in PAGES:
            assert "orange" not in client.get(path).text.replace('<td data-label="Message">orange</td>', "")


def test_who_is_only_reminded_shows_no_activity(signed_in: SignedIn, hospital: Hospital) -> None:
    with hospital.deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == "m1")).one()
        member.mode = "remind"
    assert "reminders only" in signed_in("ana").get("/console/groups").text


def test_a_look_at_a_person_is_written_down_with_the_person_as_subject(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    signed_in("ana").get(f"/console/members/{hospital.member()}")
    with hospital.deployment.database.reads() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "looked_at_person")).one()
    assert (entry.actor, entry.subject) == ("staff:ana", str(hospital.member()))


def test_the_audit_page_does_not_say_who_asked_for_support(signed_in: SignedIn, hospital: Hospital) -> None:
    open_request(hospital)
    open_incident(hospital, "m2")
    shown = signed_in("ana").get("/console/audit").text
    assert "request confirmed" in shown
    assert ">m1<" not in shown
    assert ">m2<" not in shown


def test_the_coordinator_hands_a_request_to_a_supporter_without_a_conflict(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    request = open_request(hospital)  # of Oncology, as Uma is
    ana, path = signed_in("ana"), f"/console/requests/{request.id}"
    shown = ana.get(path).text
    assert "Sam Ortiz" in shown
    assert "of the unit" not in shown
    assert str(hospital.staff("uma").id) not in shown  # named beside the rule in the way, not to be chosen
    token = form_token(shown)
    wrong = {"token": token, "act": "be_matched", "supporter": str(hospital.staff("uma").id)}
    assert ana.post(path, data=wrong).status_code == 403
    right = wrong | {"supporter": str(hospital.staff("sam").id)}
    assert ana.post(path, data=right).status_code == 303
    assert "With a supporter" not in ana.get(path).text
    assert "A supporter was asked" in ana.get(path).text
    assert ana.post(path, data=right).status_code == 409


def test_a_supporter_moves_the_own_case_to_its_end(signed_in: SignedIn, hospital: Hospital) -> None:
    request = open_request(hospital)
    work_request(
        hospital.deployment, request.id, RequestEvent.MATCH, staff=hospital.staff("ana"),
        now=hospital.clock.now(), supporter_id=hospital.staff("sam").id,
    )  # fmt: skip
    sam, path = signed_in("sam"), f"/console/requests/{request.id}"
    for act in ("be_accepted", "be_marked_reached", "be_marked_talking", "be_closed"):
        token = form_token(sam.get(path).text)
        assert sam.post(path, data={"token": token, "act": act}).status_code == 303
    with hospital.deployment.database.reads() as session:
        closed = session.get_one(SupportRequest, request.id)
    assert closed.state == "closed"
    assert closed.wishes_sealed is None


def test_a_responder_takes_an_incident_and_closes_it(signed_in: SignedIn, hospital: Hospital) -> None:
    incident = open_incident(hospital)
    ray, path = signed_in("ray"), f"/console/incidents/{incident.id}"
    token = form_token(ray.get(path).text)
    assert ray.post(path, data={"token": token, "act": "call_by", "by": "noon"}).status_code == 400
    assert ray.post(path, data={"token": token, "act": "call_by", "by": "11:30"}).status_code == 303
    shown = ray.get(path).text
    assert "11:30 AM" in shown
    assert ray.post(path, data={"token": token, "act": "calling_now"}).status_code == 303  # theirs already
    assert ray.post(path, data={"token": token, "act": "close", "outcome": "reached"}).status_code == 303
    with hospital.deployment.database.reads() as session:
        closed = session.get_one(Incident, incident.id)
    assert (closed.state, closed.outcome, closed.text_sealed) == ("closed", "reached", None)
    assert len(hospital.messages("crisis_acknowledged")) == 1


@pytest.mark.parametrize("form", [{}, {"token": "x"}, {"token": ""}])
def test_a_post_without_the_sessions_form_token_changes_nothing(
    signed_in: SignedIn, hospital: Hospital, form: dict[str, str]
) -> None:
    answer = signed_in("ana").post("/console/program", data={"act": "halt", "sure": "yes"} | form)
    assert answer.status_code == 403
    assert "Nudges are running" in signed_in("ana").get("/console/program").text


def test_the_form_token_of_another_session_is_none(signed_in: SignedIn) -> None:
    token = form_token(signed_in("dee").get("/console").text)
    answer = signed_in("ana").post("/console/program", data={"act": "halt", "sure": "yes", "token": token})
    assert answer.status_code == 403


def test_a_form_that_another_site_sends_is_refused_even_with_its_token(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    form = {"act": "halt", "sure": "yes", "token": form_token(ana.get("/console").text)}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert ana.post("/console/program", data=form, headers=headers).status_code == 403


def test_halting_takes_a_tick_and_shows_on_every_first_page(signed_in: SignedIn, hospital: Hospital) -> None:
    dee = signed_in("dee")
    token = form_token(dee.get("/console/program").text)
    assert dee.post("/console/program", data={"token": token, "act": "halt"}).status_code == 400
    assert (
        dee.post("/console/program", data={"token": token, "act": "halt", "sure": "yes"}).status_code == 303
    )
    assert "All nudges are stopped" in signed_in("ana").get("/console").text
    dee.post("/console/program", data={"token": token, "act": "resume", "sure": "yes"})
    assert "All nudges are stopped" not in dee.get("/console").text


@pytest.mark.parametrize("connected", [True, False])
def test_a_check_in_shows_for_its_group_and_what_was_answered_does_not(
    signed_in: SignedIn, hospital: Hospital, connected: bool
) -> None:
    ana = signed_in("ana")
    assert "0<small> of 3" in ana.get("/console").text
    with hospital.deployment.database.writes.begin() as session:
        group = session.scalars(
            select(Message.group_id).where(Message.member_id == hospital.member())
        ).first()
        session.add(
            CheckIn(group_id=group, member_id=hospital.member(), kind="weekly", period="2026-W48",
                    connected=connected, medium="sms", at=hospital.clock.now())
        )  # fmt: skip
    first = ana.get("/console").text
    assert "1<small> of 3" in first
    assert "<small>checked in</small>" in first
    weeks = ana.get("/console/check-ins").text
    assert 'class="cell checked-in" title="checked in"' in weeks
    assert not re.search("not yet|connected", first + weeks)


def test_a_search_finds_by_name_and_by_id(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    for q, found in (("quintanilla", 1), ("m3", 1), ("ferreira joão", 1), ("zzz", 0), ("", 6)):
        shown = ana.get("/console/members", params={"q": q}).text
        assert f"{found} member" in shown, q


def test_a_wish_for_a_change_marks_the_group_and_not_the_one_who_asked(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    ana = signed_in("ana")
    assert "up for review" not in ana.get("/console/groups").text
    with hospital.deployment.database.writes.begin() as session:
        session.add(Rematch(member_id=hospital.member(), asked_at=hospital.clock.now()))
    assert ana.get("/console/groups").text.count("up for review") == 1
    assert "up for review" not in ana.get(f"/console/members/{hospital.member()}").text


def put_unclear(hospital: Hospital, ref: str) -> UnclearReply:
    row, now = new_id(), hospital.clock.now()
    sealed = hospital.deployment.vault.seal("the blue one again", "unclear_reply", "text", row)
    with hospital.deployment.database.writes.begin() as session:
        reply = UnclearReply(
            id=row, member_id=hospital.member(ref), text_sealed=sealed, received_at=now,
            expires_at=now + timedelta(hours=72),
        )  # fmt: skip
        session.add(reply)
    return reply


def test_an_unclear_text_is_opened_by_a_clinician_who_is_named_for_it(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    reply = put_unclear(hospital, "m1")
    cy = signed_in("cy")
    closed = cy.get("/console/unclear").text
    assert "Marisol" not in closed
    assert "blue one" not in closed
    opened = cy.post(f"/console/unclear/{reply.id}", data={"token": form_token(closed)}).text
    assert "Marisol Quintanilla" in opened
    assert "the blue one again" in opened
    with hospital.deployment.database.reads() as session:
        assert session.get_one(UnclearReply, reply.id).opened_by == hospital.staff("cy").id
        assert session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "looked_at_unclear_text")
        ).all()


def test_an_unclear_text_of_the_own_unit_or_past_its_time_is_not_there(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    own, other = put_unclear(hospital, "m2"), put_unclear(hospital, "m1")
    cy = signed_in("cy")
    token = form_token(cy.get("/console/unclear").text)
    assert cy.post(f"/console/unclear/{own.id}", data={"token": token}).status_code == 404
    hospital.clock.sleep(timedelta(hours=72))
    cy = signed_in("cy")
    token = form_token(cy.get("/console").text)
    assert cy.post(f"/console/unclear/{other.id}", data={"token": token}).status_code == 404


@pytest.mark.parametrize("path", ["/console", "/console/requests"])
def test_a_part_is_sent_anew_only_when_it_changed(signed_in: SignedIn, hospital: Hospital, path: str) -> None:
    ana, headers = signed_in("ana"), {"HX-Request": "true"}
    first = ana.get(path, headers=headers)
    assert "<html" not in first.text
    seen = re.search(r'name="seen" value="([^"]+)"', ana.get(path).text)
    assert seen
    assert ana.get(path, params={"seen": seen[1]}, headers=headers).status_code == 204
    open_request(hospital)
    assert "Marisol" in ana.get(path, params={"seen": seen[1]}, headers=headers).text


def test_words_to_a_unit_go_when_a_second_person_has_read_them(
    signed_in: Callable[[str], httpx.Client], hospital: Hospital
) -> None:
    ana, dee = signed_in("ana"), signed_in("dee")
    own = "We lost a colleague today. <b>Nothing</b> has to be said."
    token = form_token(ana.get("/console/outreach").text)
    said = {"token": token, "act": "pause", "unit": "ICU", "until": "2026-12-10", "sure": "yes", "own": own}
    assert ana.post("/console/outreach", data=said).status_code == 303
    assert hospital.messages("unit_message") == []
    assert "Somebody else has to read it" in ana.get("/console/outreach").text
    page = dee.get("/console/outreach").text
    assert "&lt;b&gt;Nothing" in page
    found = re.search(r'name="row" value="([^"]+)">\s*<button name="act" value="send"', page)
    assert found
    answer = {"token": form_token(ana.get("/console/outreach").text), "row": found[1], "act": "send"}
    assert ana.post("/console/outreach", data=answer).status_code == 409
    answer["token"] = form_token(page)
    assert dee.post("/console/outreach", data=answer).status_code == 303
    assert len(hospital.messages("unit_message")) == 1
    assert dee.post("/console/outreach", data=answer).status_code == 409
