"""Joining by oneself: an address is confirmed first, a name and two ticks enrol, and nobody learns who takes part."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from engine.import_members import import_members
from engine.tick import tick
from nudges.agreements import BY_MAIL, BY_TEXT
from store.members import emergency_contact_of, name_of
from store.models import Cohort, CohortMember, Consent, ContactPoint, Member, Message, Suppression
from tests.dump import dump
from tests.web.hospital import Hospital, Outbox
from tests.web.pages.forms import form_token

PHONE = "+12025550177"
JOIN = "/join/side-by-side"


def outbox(hospital: Hospital, medium: str = "sms") -> Outbox:
    channel = hospital.deployment.channels[medium]
    assert isinstance(channel, Outbox)
    return channel


def sent_to(hospital: Hospital, address: str) -> list[str]:
    """What went to that address, once everything due has gone."""
    tick(hospital.deployment, hospital.clock)
    medium = "email" if "@" in address else "sms"
    return [one.body for one in outbox(hospital, medium).sent if one.to == address]


def begin(client: httpx.Client, address: str) -> httpx.Response:
    token = form_token(client.get(JOIN).text)
    return client.post(JOIN, data={"token": token, "address": address}, follow_redirects=True)


def code_for(hospital: Hospital, address: str) -> str:
    return re.findall(r"code is (\d{6})", "\n".join(sent_to(hospital, address)))[-1]


def confirm(client: httpx.Client, code: str) -> httpx.Response:
    token = form_token(client.get(f"{JOIN}/code").text)
    return client.post(f"{JOIN}/code", data={"token": token, "code": code}, follow_redirects=True)


def enrol(client: httpx.Client, **fields: str) -> httpx.Response:
    token = form_token(client.get(f"{JOIN}/about").text)
    said = {"token": token, "name": "Nia Brandt", "limits": "yes", "consent": "yes"} | fields
    return client.post(f"{JOIN}/about", data=said, follow_redirects=True)


def joined(hospital: Hospital) -> list[Member]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(Member).where(Member.ref.like("j-%"))))


def test_a_code_a_name_and_two_ticks_enrol_and_open_the_page(
    client: httpx.Client, hospital: Hospital
) -> None:
    assert "six digits" in begin(client, "(202) 555-0177").text
    assert "name and two ticks" in confirm(client, code_for(hospital, PHONE)).text
    page = enrol(
        client, shares="yes", timezone="America/Chicago", emergency_name="Sam", emergency_phone="555 0100"
    )
    assert "Nia Brandt" in page.text
    (member,) = joined(hospital)
    assert (member.timezone, member.mode, member.shares_contact) == ("America/Chicago", "ask", True)
    assert name_of(hospital.deployment.vault, member) == "Nia Brandt"
    assert emergency_contact_of(hospital.deployment.vault, member) == ("Sam", "555 0100")
    with hospital.deployment.database.reads() as session:
        (consent,) = session.scalars(select(Consent).where(Consent.member_id == member.id))
        (point,) = session.scalars(select(ContactPoint).where(ContactPoint.member_id == member.id))
        cohorts = session.scalars(
            select(Cohort.name).join(CohortMember).where(CohortMember.member_id == member.id)
        ).all()
    agreement = hospital.deployment.program.agreement
    agreed = agreement.agreed(point.medium)
    assert (consent.how, consent.given) == ("join", True)
    assert (consent.wording, consent.wording_version) == (agreed.wording, agreed.version)
    assert "limits of confidentiality" in consent.wording
    assert point.consented
    assert cohorts == ["main"]


def test_a_form_that_is_sent_twice_enrols_once(client: httpx.Client, hospital: Hospital) -> None:
    begin(client, PHONE)
    confirm(client, code_for(hospital, PHONE))
    token = form_token(client.get(f"{JOIN}/about").text)
    said = {"token": token, "name": "Nia", "limits": "yes", "consent": "yes"}
    for _ in range(2):
        assert client.post(f"{JOIN}/about", data=said).status_code == 303
    assert len(joined(hospital)) == 1


@pytest.mark.parametrize("missing", ["name", "limits", "consent"])
def test_without_a_name_or_a_yes_nobody_is_enrolled(
    client: httpx.Client, hospital: Hospital, missing: str
) -> None:
    begin(client, PHONE)
    confirm(client, code_for(hospital, PHONE))
    assert "enrol nobody" in enrol(client, **{missing: ""}).text
    assert joined(hospital) == []


def test_a_member_and_a_stranger_see_the_same_and_the_member_gets_their_page(
    client: httpx.Client, hospital: Hospital
) -> None:
    stranger = begin(client, PHONE)
    member = begin(client, "+12025550101")
    assert (stranger.status_code, stranger.text) == (member.status_code, member.text)
    assert "Marisol Quintanilla" in confirm(client, code_for(hospital, "+12025550101")).text


def test_a_number_that_said_stop_gets_no_code_and_the_page_is_the_same(
    client: httpx.Client, hospital: Hospital
) -> None:
    vault = hospital.deployment.vault
    with hospital.deployment.database.writes.begin() as session:
        index = vault.index(PHONE, "sms")
        session.add(Suppression(medium="sms", address_index=index, since=hospital.clock.now(), reason="stop"))
    assert begin(client, PHONE).text == begin(client, "+12025550178").text
    assert sent_to(hospital, PHONE) == []


def test_five_wrong_codes_are_the_end_of_it(client: httpx.Client, hospital: Hospital) -> None:
    begin(client, PHONE)
    code = code_for(hospital, PHONE)
    for _ in range(5):
        assert "not the code" in confirm(client, "x").text
    assert "not the code" in confirm(client, code).text


def test_a_number_that_a_list_ascribes_to_a_member_opens_no_page_of_theirs(
    client: httpx.Client, hospital: Hospital
) -> None:
    row = {
        "id": "m77",
        "name": "Lee Nolan",
        "email": "lee@example.org",
        "email_consent": "yes",
        "phone": PHONE,
    }
    import_members(hospital.deployment, [(2, row)], now=hospital.clock.now(), cohort="main")
    begin(client, PHONE)
    assert "name and two ticks" in confirm(client, code_for(hospital, PHONE)).text
    page = enrol(client)
    assert "Nia Brandt" in page.text
    assert "lee@example.org" not in page.text
    (member,) = joined(hospital)
    with hospital.deployment.database.reads() as session:
        points = session.scalars(select(ContactPoint).where(ContactPoint.medium == "sms")).all()
        assert [point.member_id for point in points].count(member.id) == 1


def test_only_the_browser_that_gave_the_code_goes_on(
    client: httpx.Client, hospital: Hospital, url: str
) -> None:
    with httpx.Client(base_url=url, timeout=60) as other:
        begin(client, "(202) 555-0177")
        begin(other, "(202) 555-0177")  # within the minute: the same code is on its way
        confirm(client, code_for(hospital, PHONE))
        assert "name and two ticks" in client.get(f"{JOIN}/about").text
        assert other.get(f"{JOIN}/about").headers["location"] == JOIN
        enrol(client)
        assert other.get(f"{JOIN}/about").headers["location"] == JOIN


@pytest.mark.parametrize("address", ["988", "911", "x", "a@b", "+442079460018"])
def test_what_cannot_be_written_to_is_refused_with_a_mend(client: httpx.Client, address: str) -> None:
    answer = begin(client, address)
    assert 'role="alert"' in answer.text


def test_looking_changes_nothing_and_skipping_a_step_leads_back(
    client: httpx.Client, hospital: Hospital
) -> None:
    before = dump(hospital.deployment.database)
    for path in (JOIN, f"{JOIN}/code", f"{JOIN}/about", "/j/x", "/i/x"):
        for _ in range(5):
            assert client.get(path).status_code in (200, 303)
    assert client.post(f"{JOIN}/about", data={"token": form_token(client.get(JOIN).text)}).status_code == 303
    assert dump(hospital.deployment.database) == before


def test_the_page_asks_only_for_what_the_pairing_rules_use_and_in_the_readers_language(
    client: httpx.Client,
) -> None:
    assert 'lang="es"' in client.get(JOIN, headers={"Accept-Language": "es-MX,es;q=0.9"}).text
    assert 'lang="fr"' in client.get(f"{JOIN}?lang=fr").text
    assert 'lang="en"' in client.get(JOIN, headers={"Accept-Language": "de"}).text


def listed(hospital: Hospital, **cells: str) -> None:
    row = {"id": "l1", "name": "Lena Ortiz", "email": "lena@example.org"} | cells
    import_members(hospital.deployment, [(2, row)], now=hospital.clock.now(), cohort="main")


def invitation_in(body: str) -> str:
    found = re.search(r"/i/[\w-]+", body)
    assert found
    return found[0]


def test_a_list_without_consent_becomes_one_invitation_and_a_yes_enrols(
    client: httpx.Client, hospital: Hospital
) -> None:
    listed(hospital)
    listed(hospital)
    (mail,) = sent_to(hospital, "lena@example.org")
    path = invitation_in(mail)
    assert "Who sees what" in client.get(path).text
    said = {"name": "Lena Ortiz", "limits": "yes", "consent": "yes"}
    assert "Lena Ortiz" in client.post(path, data=said, follow_redirects=True).text
    assert "has run out" in client.get(path).text
    with hospital.deployment.database.reads() as session:
        (consent,) = session.scalars(select(Consent).join(Member).where(Member.ref == "l1"))
    assert (consent.how, consent.medium) == ("invitation", "email")
    assert len(sent_to(hospital, "lena@example.org")) == 1


def test_a_no_looks_like_silence_to_everybody(client: httpx.Client, hospital: Hospital) -> None:
    listed(hospital)
    listed(hospital, id="l2", email="lou@example.org")
    path = invitation_in(sent_to(hospital, "lena@example.org")[0])
    sent_to(hospital, "lou@example.org")
    assert "nobody learns that you said no" in client.post(path, data={"act": "decline"}).text
    with hospital.deployment.database.reads() as session:
        one, other = (session.scalars(select(Member).where(Member.ref == ref)).one() for ref in ("l1", "l2"))
        for column in ("status", "paused_until", "away_from", "mode", "resting_since"):
            assert getattr(one, column) == getattr(other, column)
        states = session.scalars(select(Message.state).where(Message.kind == "invitation")).all()
    assert len(set(states)) == 1


@pytest.mark.parametrize("cells", [{"email_consent": "no"}, {"status": "left"}, {"email_consent": "yes"}])
def test_a_list_that_says_yes_no_or_left_invites_nobody(hospital: Hospital, cells: dict[str, str]) -> None:
    listed(hospital, **cells)
    assert hospital.messages("invitation") == []


@pytest.mark.browser
def test_a_new_user_joins_on_a_phone_without_scripts(
    browser: Browser, served: None, url: str, hospital: Hospital
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(url + JOIN)
    fields = filled(page)
    page.get_by_label("Your mobile number or mail address").fill("nia@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Six digits")).to_be_visible()
    fields += filled(page)
    page.get_by_label("Six digits").fill(code_for(hospital, "nia@example.org"))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="A few words about you")).to_be_visible()
    fields += filled(page)
    page.get_by_label("Your name").fill("Nia Brandt")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Nia Brandt")).to_be_visible()
    assert fields == 3
    context.close()


def filled(page: Page) -> int:
    """How many fields must be filled in on this page, consent aside."""
    return page.locator("input[required]:not([type=checkbox])").count()


def test_each_way_of_writing_has_a_consent_of_its_own_in_the_words_that_were_read(
    client: httpx.Client, hospital: Hospital
) -> None:
    begin(client, PHONE)
    form = confirm(client, code_for(hospital, PHONE)).text
    assert BY_TEXT in form
    assert BY_MAIL in form
    page = enrol(client, second="nia@example.org", second_consent="yes")
    assert BY_MAIL in page.text
    (member,) = joined(hospital)
    assert [one.medium for one in consents_of(hospital, member)] == ["sms"]
    code = code_for(hospital, "nia@example.org")
    client.post("/my/code", data={"token": form_token(page.text), "code": code})
    agreement = hospital.deployment.program.agreement
    for one in (kept := consents_of(hospital, member)):
        agreed = agreement.agreed(one.medium)
        assert (one.wording, one.wording_version, one.given) == (agreed.wording, agreed.version, True)
    assert [(one.medium, one.how) for one in kept] == [("sms", "join"), ("email", "page")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"second": "nia@example.org"}, "its box was not ticked"),
        ({"second": "2025550188", "second_consent": "yes"}, "no number or address we can use"),
        ({"second": "nia@", "second_consent": "yes"}, "no number or address we can use"),
        ({"second_consent": "yes"}, "Nia Brandt"),
    ],
)
def test_a_second_way_without_its_own_yes_or_an_address_adds_none(
    client: httpx.Client, hospital: Hospital, fields: dict[str, str], said: str
) -> None:
    begin(client, PHONE)
    confirm(client, code_for(hospital, PHONE))
    assert said in enrol(client, **fields).text
    assert sent_to(hospital, "nia@example.org") == []
    (member,) = joined(hospital)
    assert [one.medium for one in consents_of(hospital, member)] == ["sms"]


def consents_of(hospital: Hospital, member: Member) -> list[Consent]:
    with hospital.deployment.database.reads() as session:
        return list(
            session.scalars(select(Consent).where(Consent.member_id == member.id).order_by(Consent.id))
        )


@pytest.mark.parametrize(("language", "said"), [("es", "escriba al 988"), ("fr", "écrivez au 988")])
def test_the_crisis_line_is_named_in_the_readers_language(
    client: httpx.Client, language: str, said: str
) -> None:
    page = client.get(f"{JOIN}?lang={language}").text
    assert said in page
    assert "call or text" not in page
