"""The responder's pages: what stands on them, what each button does, and who is told when somebody was quicker."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from engine.flag_crisis import flag_crisis
from engine.send_urgent import send_urgent
from engine.staff import sync_staff
from store.models import Aftercare, Incident, Member
from tests.web.hospital import Hospital, Outbox
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]
TEXT = "I cannot go on like this"


def flagged(hospital: Hospital, *, about: str = "self", drill: bool = False) -> UUID:
    deployment = hospital.deployment
    with deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == "m1")).one()
        member.emergency_sealed = deployment.vault.seal(
            "Omar, my husband, +1 202 555 0166", "member", "emergency", member.id
        )
        return flag_crisis(
            session, deployment, about=about, member=None if drill else member, medium="sms",
            address="+12025550101", address_index="x" if drill else member.contacts[-1].address_index,
            text=TEXT, now=hospital.clock.now(), drill=drill,
        ).id  # fmt: skip


def stored(hospital: Hospital, incident: UUID) -> Incident:
    with hospital.deployment.database.reads() as session:
        return session.get_one(Incident, incident)


def test_the_page_has_the_number_the_text_a_script_and_whom_to_call_in_an_emergency(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    shown = signed_in("ray").get(f"/console/incidents/{flagged(hospital)}").text
    assert 'href="tel:+12025550101"' in shown
    assert TEXT in shown
    assert 'href="tel:+12025550166"' in shown
    for stage in ("15 minutes", "30 minutes", "60 minutes"):
        assert stage in shown
    assert "Are you safe right now?" in shown


def test_the_one_who_fears_for_somebody_is_called_themselves(signed_in: SignedIn, hospital: Hospital) -> None:
    shown = signed_in("ray").get(f"/console/incidents/{flagged(hospital, about='other')}").text
    assert "call the one who wrote" in shown
    assert "Are you thinking of ending your life" not in shown


def test_the_way_through_an_incident(signed_in: SignedIn, hospital: Hospital) -> None:
    incident = flagged(hospital)
    ray, path = signed_in("ray"), f"/console/incidents/{incident}"
    token = form_token(ray.get(path).text)
    assert ray.post(path, data={"token": token, "act": "tried"}).status_code == 409  # nobody has taken it
    ray.post(path, data={"token": token, "act": "calling_now"})
    ray.post(path, data={"token": token, "act": "tried"})
    hospital.clock.sleep(timedelta(minutes=16))
    shown = ray.get(path).text
    assert "(1 so far)" in shown
    assert shown.index('aria-current="step"') > shown.index("No answer yet")
    ray.post(path, data={"token": token, "act": "close", "outcome": "reached"})
    shown = ray.get(path).text
    assert TEXT not in shown
    assert "A second look" in shown
    with hospital.deployment.database.reads() as session:
        first, last = session.scalars(select(Aftercare.id).order_by(Aftercare.due_at))
    for look in (first, last):
        ray.post(path, data={"token": token, "act": "looked", "look": str(look)})
    assert stored(hospital, incident).from_sealed is None
    assert "tel:+12025550101" not in ray.get(path).text


def test_who_was_slower_is_told_who_has_it(signed_in: SignedIn, hospital: Hospital) -> None:
    program = hospital.deployment.program
    people = tuple(
        replace(one, roles=one.roles | {"responder"}) if one.id == "uma" else one for one in program.staff
    )
    hospital.deployment = replace(hospital.deployment, program=replace(program, staff=people))
    sync_staff(hospital.deployment, hospital.clock.now())
    with hospital.deployment.database.writes.begin() as session:
        uma = session.merge(hospital.staff("uma"))
        uma.unit_sealed = None
    incident = flagged(hospital)
    path = f"/console/incidents/{incident}"
    ray, second = signed_in("ray"), signed_in("uma")
    tokens = {client: form_token(client.get(path).text) for client in (ray, second)}
    ray.post(path, data={"token": tokens[ray], "act": "calling_now"})
    late = second.post(path, data={"token": tokens[second], "act": "calling_now"})
    assert late.status_code == 409
    assert "Ray Chen was quicker" in late.text
    assert stored(hospital, incident).acknowledged_by == hospital.staff("ray").id


@pytest.mark.parametrize("ref", ["ana", "dee", "sam"])
def test_whoever_is_no_responder_cannot_act(signed_in: SignedIn, hospital: Hospital, ref: str) -> None:
    incident = flagged(hospital)
    client = signed_in(ref)
    token = form_token(client.get("/console").text)
    answer = client.post(f"/console/incidents/{incident}", data={"token": token, "act": "calling_now"})
    assert answer.status_code == 403
    assert stored(hospital, incident).state == "open"


def test_the_link_of_a_page_opens_its_incident_and_nothing_before_a_press(
    client: httpx.Client, hospital: Hospital
) -> None:
    incident = flagged(hospital)
    send_urgent(hospital.deployment, hospital.clock)
    outbox = hospital.deployment.channels["sms"]
    assert isinstance(outbox, Outbox)
    (link,) = [one.fields["link"] for one in outbox.sent if one.kind == "page"]
    assert client.get(link).status_code == 200
    assert "Marisol" not in client.get(link).text
    opened = client.post(link)
    assert opened.headers["location"] == f"/console/incidents/{incident}"


def test_a_drill_says_so_and_shows_nobody(signed_in: SignedIn, hospital: Hospital) -> None:
    incident = flagged(hospital, drill=True)
    ray = signed_in("ray")
    shown = ray.get(f"/console/incidents/{incident}").text
    assert "This is a drill" in shown
    assert "Marisol" not in shown
    assert "crisis message" not in ray.get("/console").text
