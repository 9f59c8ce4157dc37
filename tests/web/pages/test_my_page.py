"""In the member's hands: choosing a buddy, keeping, changing, resting, correcting, leaving and being forgotten."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from engine.import_members import import_members
from engine.join_program import Application, join_program
from engine.keep_group import Choice, own_wish
from engine.links import Purpose
from engine.tick import tick
from store import audit
from store.cohorts import active_group_of
from store.members import exclusions, is_excluded, name_of
from store.models import (
    ContactPoint,
    Invitation,
    Joining,
    Member,
    ProviderCopy,
    Record,
    Rematch,
    Rhythm,
    Suppression,
)
from tests.dump import dump
from tests.web.hospital import PEOPLE, Hospital
from tests.web.pages.forms import form_token
from tests.web.pages.test_joining import code_for, confirm, enrol, sent_to

NEWCOMER = "+12025550177"


@pytest.fixture
def me(client: httpx.Client, hospital: Hospital) -> httpx.Client:
    assert client.post(f"/m/{hospital.link(Purpose.MEMBER)}").status_code == 303
    return client


def press(client: httpx.Client, act: str, **fields: str) -> httpx.Response:
    token = form_token(client.get("/my").text)
    return client.post("/my", data={"token": token, "act": act} | fields, follow_redirects=True)


def member(hospital: Hospital, ref: str = "m1") -> Member:
    with hospital.deployment.database.reads() as session:
        return session.scalars(select(Member).where(Member.ref == ref)).one()


def buddies(hospital: Hospital, member_id: UUID) -> set[UUID]:
    with hospital.deployment.database.reads() as session:
        group = active_group_of(session, member_id)
        return {place.member_id for place in group.places if place.active} - {member_id} if group else set()


def invitation(client: httpx.Client, **fields: str) -> str:
    found = re.search(r"/with/[\w-]+", press(client, "invite", **fields).text)
    assert found
    return found[0]


def accept(client: httpx.Client, hospital: Hospital, path: str, address: str) -> httpx.Response:
    token = form_token(client.get(path).text)
    client.post(path, data={"token": token, "act": "accept", "address": address})
    return confirm(client, code_for(hospital, address))


def newcomer(hospital: Hospital) -> UUID:
    with hospital.deployment.database.reads() as session:
        return session.scalars(select(Member.id).where(Member.ref.like("j-%"))).one()


@pytest.fixture
def other(served: None, url: str) -> Iterator[httpx.Client]:
    """Another browser."""
    with httpx.Client(base_url=url) as opened:
        yield opened


def test_a_friend_who_joins_by_my_link_makes_us_three_and_is_introduced(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    before = buddies(hospital, hospital.member())
    path = invitation(me)
    assert "Marisol would like you as a buddy" in other.get(path).text
    accept(other, hospital, path, NEWCOMER)
    assert "Thank you" in enrol(other).text
    friend = newcomer(hospital)
    assert buddies(hospital, hospital.member()) == before | {friend}
    assert any("paired with" in text for text in sent_to(hospital, NEWCOMER))
    assert "run out" in other.get(path).text


def test_two_without_a_group_become_one_at_once_even_before_the_first_round(
    client: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    rows = [{"id": ref, "name": ref, "phone": phone, "sms_consent": "yes"}
            for ref, phone in (("n1", "+12025550161"), ("n2", "+12025550162"))]  # fmt: skip
    import_members(hospital.deployment, enumerate(rows, 2), now=hospital.clock.now(), cohort="fresh")
    client.post(f"/m/{hospital.link(Purpose.MEMBER, 'n1')}")
    accept(other, hospital, invitation(client), "+12025550162")
    assert buddies(hospital, hospital.member("n1")) == {hospital.member("n2")}
    assert "You chose each other" in client.get("/my").text


def test_a_never_rule_holds_and_the_answer_does_not_show_it(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    press(me, "never", who="(202) 555-0177")
    before = buddies(hospital, hospital.member())
    accept(other, hospital, invitation(me), NEWCOMER)
    assert "Thank you. You both hear from us" in enrol(other).text
    assert buddies(hospital, hospital.member()) == before
    assert buddies(hospital, newcomer(hospital)) == set()
    with hospital.deployment.database.reads() as session:
        vault = hospital.deployment.vault
        assert is_excluded(session, vault, newcomer(hospital), hospital.member())
        assert frozenset((newcomer(hospital), hospital.member())) in set(exclusions(session, vault))


def test_a_no_deletes_the_invitation_and_tells_nobody(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    path = invitation(me)
    token = form_token(other.get(path).text)
    assert "nobody learns" in other.post(path, data={"token": token, "act": "decline"}).text
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_a_friend_from_outside_shares_less(me: httpx.Client, other: httpx.Client, hospital: Hospital) -> None:
    path = invitation(me, outside="yes")
    assert "its staff do not see them" in other.get(path).text
    accept(other, hospital, path, NEWCOMER)
    page = enrol(other, about_unit="ICU").text
    assert "Marisol" in page
    assert "Quintanilla" not in page
    friend = newcomer(hospital)
    with hospital.deployment.database.reads() as session:
        assert session.get_one(Member, friend).is_outside


def test_opening_an_invitation_changes_nothing_and_five_are_enough(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    path = invitation(me)
    before = dump(hospital.deployment.database)
    for _ in range(10):
        assert other.get(path).status_code == 200
    assert dump(hospital.deployment.database) == before
    for _ in range(4):
        invitation(me)
    assert "five open invitations" in press(me, "invite").text


def test_contact_is_seen_by_buddies_only_with_a_yes(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    (buddy,) = buddies(hospital, hospital.member())
    with hospital.deployment.database.reads() as session:
        row = session.get_one(Member, buddy)
        ref, phone = row.ref, {one[0]: one[2] for one in PEOPLE}[row.ref]
    assert phone not in me.get("/my").text
    other.post(f"/m/{hospital.link(Purpose.MEMBER, ref)}")
    press(other, "settings", name="Theodora V.", timezone="America/New_York", shares="yes")
    shown = me.get("/my").text
    assert f"tel:{phone}" in shown
    assert f"sms:{phone}?&amp;body=" in shown


def test_keeping_is_private_and_can_be_changed(me: httpx.Client, hospital: Hospital) -> None:
    hospital.clock.sleep(timedelta(days=84))
    me.post(f"/m/{hospital.link(Purpose.MEMBER)}")
    tick(hospital.deployment, hospital.clock)
    assert len(hospital.messages("keep_question")) == len(PEOPLE)
    assert "somebody new at the next round" in press(me, "new").text
    press(me, "keep")
    with hospital.deployment.database.reads() as session:
        group = active_group_of(session, hospital.member())
        assert group is not None
        vault = hospital.deployment.vault
        assert own_wish(session, vault, group.id, hospital.member()) is Choice.KEEP
    tick(hospital.deployment, hospital.clock)
    assert len(hospital.messages("keep_question")) == len(PEOPLE)


def test_a_change_is_asked_for_and_taken_back(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "change")
    press(me, "change")
    with hospital.deployment.database.reads() as session:
        assert len(session.scalars(select(Rematch)).all()) == 1
    assert len(hospital.messages("rematch_notice")) == 1
    press(me, "no_change")
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(Rematch)).all() == []


def test_settings_are_set_together_and_re_aim_the_nudges(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "settings", cadence="monthly quarterly", hour="19:00", day_1="yes", day_3="yes", tells="yes")
    one = member(hospital)
    assert (one.cadence, one.hour, one.work_days, one.tells_coordinator) == (
        "monthly quarterly", "19:00", "13", True,
    )  # fmt: skip
    assert "cannot be set" in press(me, "settings", hour="23:30").text
    press(me, "settings", name="Mari Q", timezone="America/Chicago", language="es")
    one = member(hospital)
    assert (one.timezone, one.language) == ("America/Chicago", "es")
    assert name_of(hospital.deployment.vault, one) == "Mari Q"
    assert 'lang="es"' in me.get("/my").text


def test_leave_has_two_days_or_none(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "leave_days", first="2026-12-01", last="2026-12-20")
    assert (member(hospital).away_from, member(hospital).away_until) == (
        date(2026, 12, 1),
        date(2026, 12, 20),
    )
    assert "Nothing was changed" in press(me, "leave_days", first="2026-12-20", last="2026-12-01").text
    press(me, "leave_days")
    assert member(hospital).away_from is None


def test_a_new_address_is_used_once_its_code_is_typed(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "address", address="mari@example.org")
    assert member_addresses(hospital) == 2
    code = code_for(hospital, "mari@example.org")
    token = form_token(me.get("/my/code").text)
    me.post("/my/code", data={"token": token, "code": code})
    assert "mari@example.org" in me.get("/my").text
    assert "m1@example.org" not in me.get("/my").text


def member_addresses(hospital: Hospital) -> int:
    with hospital.deployment.database.reads() as session:
        return len(session.scalars(select(ContactPoint).join(Member).where(Member.ref == "m1")).all())


def test_everything_held_can_be_taken_along(me: httpx.Client, hospital: Hospital) -> None:
    held = me.get("/my/data.json").json()
    assert held["name"] == "Marisol Quintanilla"
    assert held["contacts"][1]["address"] == "+12025550101"
    assert held["attributes"] == {"unit": ["Oncology"]}
    assert held["groups"]
    assert held["consents"]


def test_being_forgotten_leaves_a_fingerprint_and_a_chain_that_verifies(
    me: httpx.Client, hospital: Hospital
) -> None:
    (buddy,) = buddies(hospital, hospital.member())
    sent_to(hospital, "+12025550101")
    press(me, "change")
    assert "tick the box" in press(me, "forget").text
    row = hospital.member()
    assert "You are forgotten" in press(me, "forget", sure="yes").text
    assert tables_that_name(hospital, row) <= {"audit_entry"}
    with hospital.deployment.database.reads() as session:
        assert session.scalars(select(ProviderCopy)).all()  # the provider is asked to forget, too
    with hospital.deployment.database.reads() as session:
        assert {one.medium for one in session.scalars(select(Suppression))} == {"sms", "email"}
        assert audit.verify(session) is None
    assert me.get("/my").status_code == 401
    assert buddies(hospital, buddy)  # nobody is left alone
    listed = {"id": "m1", "name": "Marisol", "phone": "+12025550101", "sms_consent": "yes"}
    import_members(hospital.deployment, [(2, listed)], now=hospital.clock.now(), cohort="main")
    sent = len(sent_to(hospital, "+12025550101"))
    hospital.clock.sleep(timedelta(days=9))
    assert len(sent_to(hospital, "+12025550101")) == sent


def test_who_left_is_not_brought_back_by_a_list(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "leave")
    sent = len(sent_to(hospital, "+12025550101"))
    listed = {"id": "m1", "status": "active", "sms_consent": "yes"}
    import_members(hospital.deployment, [(2, listed)], now=hospital.clock.now(), cohort="main")
    hospital.clock.sleep(timedelta(days=9))
    assert len(sent_to(hospital, "+12025550101")) == sent


def tables_that_name(hospital: Hospital, row: UUID) -> set[str]:
    """The tables in which that id stands anywhere."""
    with hospital.deployment.database.reads() as session:
        return {
            table.name
            for table in Record.metadata.sorted_tables
            if any(row.hex in str(found).replace("-", "") for found in session.execute(select(table)))
        }


@pytest.mark.browser
def test_taps_to_a_call_two_to_an_answer_two_to_a_pause_three(
    browser: Browser, served: None, url: str, hospital: Hospital
) -> None:
    for ref, _, _, _ in PEOPLE:
        with hospital.deployment.database.writes.begin() as session:
            session.scalars(select(Member).where(Member.ref == ref)).one().shares_contact = True
    with hospital.deployment.database.reads() as session:
        mine = Rhythm.member_id == hospital.member()
        hospital.clock.at = session.scalars(select(Rhythm.next_due_at).where(mine)).one() or hospital.clock.at
    (nudge,) = (one for one in _nudged(hospital) if one.to == "+12025550101")
    found = re.search(r"/s/[\w-]+", nudge.body)
    assert found
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = Taps(context.new_page())
    page.opens(url + found[0])
    call = page.page.get_by_role("link", name=re.compile("^Call (Theo|Pri|Jo|Ngo|Ing)"))
    assert (call.get_attribute("href") or "").startswith("tel:+1")
    assert page.count + 1 == 2
    page.taps("Connected", then="Recorded")
    assert page.count == 2
    page = Taps(context.new_page())
    page.opens(url + found[0])
    page.taps("Open my page", then="Pause a week")
    page.taps("Pause a week", then="Paused; you hear from us again")
    assert page.count == 3
    assert member(hospital).paused_until is not None
    context.close()


class Taps:
    """Counts what a thumb does."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def opens(self, address: str) -> None:
        self.page.goto(address)
        self.count += 1

    def taps(self, name: str, *, then: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.count += 1
        expect(self.page.get_by_text(then).first).to_be_visible()


def _nudged(hospital: Hospital) -> list[object]:
    tick(hospital.deployment, hospital.clock)
    return [one for one in hospital.deployment.channels["sms"].sent if "1 yes 2 not yet" in one.body]  # type: ignore[attr-defined]


def test_what_is_held_is_told_in_the_members_language(me: httpx.Client, hospital: Hospital) -> None:
    press(me, "settings", name="Marisol Quintanilla", language="es")
    page = me.get("/my/data").text
    assert "Lo que se guarda sobre usted" in page
    assert "Zona horaria" in page


def test_joining_that_was_cut_off_before_the_invitation_was_taken_goes_on_when_the_form_is_sent_again(
    me: httpx.Client, other: httpx.Client, hospital: Hospital
) -> None:
    before = buddies(hospital, hospital.member())
    accept(other, hospital, invitation(me), NEWCOMER)
    now = hospital.clock.now()
    with hospital.deployment.database.reads() as session:
        joining = session.scalars(select(Joining.id).where(Joining.confirmed_at.is_not(None))).one()
    wish = Application(
        name="Nia Brandt",
        timezone="America/New_York",
        agreed=hospital.deployment.program.agreement.agreed("sms", "en"),
        agrees=True,
    )
    join_program(hospital.deployment, joining, wish, now)  # and here the process ended
    assert buddies(hospital, hospital.member()) == before
    token = form_token(other.get("/join/x").text)
    said = {"token": token, "name": "Nia Brandt", "limits": "yes", "consent": "yes"}
    assert other.post("/join/side-by-side/about", data=said).status_code == 303
    assert buddies(hospital, hospital.member()) == before | {newcomer(hospital)}
