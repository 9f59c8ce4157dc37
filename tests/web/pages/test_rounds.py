"""Rounds in the console: drafted, reviewed, published, taken back, by a coordinator's posts alone."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from engine.import_members import import_members
from store.members import PairKeeper
from store.models import AuditEntry, BuddyGroup, Cohort, Message, Round
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]


@pytest.fixture
def later(hospital: Hospital) -> Hospital:
    """The first round has run its full time."""
    hospital.clock.sleep(timedelta(days=91))
    return hospital


def rounds(hospital: Hospital) -> dict[int, str]:
    with hospital.deployment.database.reads() as session:
        return {row.number: row.state for row in session.scalars(select(Round))}


def cohort(hospital: Hospital) -> str:
    with hospital.deployment.database.reads() as session:
        return str(session.scalars(select(Cohort.id)).one())


def drafted(client: httpx.Client, hospital: Hospital, **more: str) -> httpx.Response:
    token = form_token(client.get("/console/rounds").text)
    form = {"token": token, "act": "plan", "cohort": cohort(hospital)} | more
    return client.post("/console/rounds", data=form)


def settle(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    return client.post(path, data={"token": form_token(client.get(path).text)} | form)


def test_a_round_is_drafted_reviewed_published_and_taken_back(signed_in: SignedIn, later: Hospital) -> None:
    ana = signed_in("ana")
    path = drafted(ana, later).headers["location"]
    assert rounds(later) == {1: "published", 2: "draft"}
    page = ana.get(path).text
    assert "Nobody has been told" in page
    assert "Before:" in page
    assert "choice overall" in page
    assert settle(ana, path, act="publish").status_code == 400
    introductions = len(later.messages("introduction"))
    assert settle(ana, path, act="publish", sure="yes").status_code == 303
    assert rounds(later) == {1: "published", 2: "published"}
    assert len(later.messages("introduction")) == introductions + 6
    token = form_token(ana.get(path).text)
    again = ana.post(path, data={"token": token, "act": "publish", "sure": "yes"})
    assert again.status_code == 409
    assert "published already" in again.text
    assert settle(ana, path, act="undo", sure="yes").status_code == 303
    assert rounds(later) == {1: "published", 2: "undone"}


def test_a_draft_is_thrown_away(signed_in: SignedIn, later: Hospital) -> None:
    ana = signed_in("ana")
    path = drafted(ana, later).headers["location"]
    assert settle(ana, path, act="discard").headers["location"] == "/console/rounds"
    assert rounds(later) == {1: "published"}
    assert ana.get(path).status_code == 404


def test_while_a_round_runs_its_full_time_only_a_ticked_box_plans_another(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    ana = signed_in("ana")
    assert drafted(ana, hospital).status_code == 409
    assert rounds(hospital) == {1: "published"}
    assert drafted(ana, hospital, early="yes").status_code == 303


def test_nobody_else_and_no_foreign_form_moves_a_round(signed_in: SignedIn, later: Hospital) -> None:
    ana = signed_in("ana")
    path = drafted(ana, later).headers["location"]
    for ref in ("dee", "ray", "sam", "cy"):
        assert signed_in(ref).get(path).status_code == 403
        other = signed_in(ref)
        token = form_token(other.get("/console").text)
        assert other.post(path, data={"token": token, "act": "publish", "sure": "yes"}).status_code == 403
    assert ana.post(path, data={"token": "forged", "act": "publish", "sure": "yes"}).status_code == 403
    assert ana.get(path + "?act=publish&sure=yes").status_code == 200
    assert rounds(later) == {1: "published", 2: "draft"}


def test_two_members_are_asked_about_by_ids_and_never_by_rule(signed_in: SignedIn, later: Hospital) -> None:
    ana = signed_in("ana")
    path = drafted(ana, later).headers["location"]
    with later.deployment.database.reads() as session:
        draft = session.scalars(select(Round).where(Round.state == "draft")).one()
        seats = [[place.member_id for place in group.places] for group in session.scalars(
            select(BuddyGroup).where(BuddyGroup.round_id == draft.id))]  # fmt: skip
    one, other = seats[0][0], seats[1][0]
    before = ana.get(f"{path}?one={one}&other={other}").text
    assert "With these two together" in before or "The round as a whole was preferred" in before
    with later.deployment.database.writes.begin() as session:
        PairKeeper(later.deployment.vault, later.clock.now()).exclude(session, one, other)
    after = ana.get(f"{path}?one={one}&other={other}").text
    assert told(after) == told(before)
    assert "never" not in told(after)


def told(page: str) -> str:
    return page.split('role="status">')[1].split("</div>")[0]


def test_a_draft_that_no_longer_fits_says_so_and_names_no_rule(signed_in: SignedIn, later: Hospital) -> None:
    ana = signed_in("ana")
    path = drafted(ana, later).headers["location"]
    rows = [(2, {"id": "m1", "status": "left"})]
    import_members(later.deployment, rows, now=later.clock.now())
    page = ana.get(path).text
    assert "cannot be published any more" in page
    assert 'value="publish"' not in page
    assert 'value="discard"' in page


def test_a_late_joiner_is_seated_by_mending_and_nobody_else_moves(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    rows = [(2, {"id": "m7", "name": "Kofi Mensah", "phone": "+12025550107", "sms_consent": "yes"})]
    import_members(hospital.deployment, rows, now=hospital.clock.now(), cohort="main")
    ana = signed_in("ana")
    page = ana.get("/console/rounds").text
    assert "Without a group: Kofi Mensah" in page
    form = {"token": form_token(page), "act": "mend", "cohort": cohort(hospital)}
    assert ana.post("/console/rounds", data=form).status_code == 303
    assert "Nobody waits for a group" in ana.get("/console/rounds").text
    with hospital.deployment.database.reads() as session:
        states = sorted(session.scalars(select(BuddyGroup.state)))
        acts = session.scalars(select(AuditEntry.action)).all()
        told = session.scalars(select(Message.member_id).where(Message.kind == "introduction")).all()
    assert states == ["active", "active", "active", "dissolved"]
    assert acts.count("round_mended") == 1
    assert len(told) == 6 + 3
