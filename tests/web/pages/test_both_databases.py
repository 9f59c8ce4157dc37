"""Every page and every act of the web part, on SQLite and again on PostgreSQL."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from engine.links import Purpose
from store.database import Database
from store.models import Incident, SupportRequest
from store.sealing import Vault
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]


@pytest.fixture
def hospital(database: Database, vault: Vault, now: datetime, tmp_path: Path, url: str) -> Hospital:
    """The small program, on either database."""
    return Hospital.opened(database, vault, now, tmp_path, url=url)


def test_what_a_member_presses_reaches_the_people_who_help(
    client: httpx.Client, signed_in: SignedIn, hospital: Hospital
) -> None:
    path = f"/s/{hospital.link(Purpose.SUPPORT)}"
    for act in ("connected", "support", "danger"):
        client.post(path, data={"act": act})
        assert "Already recorded" in client.post(path, data={"act": act}).text
    with hospital.deployment.database.reads() as session:
        request = session.scalars(select(SupportRequest.id)).one()
        incident = session.scalars(select(Incident.id)).one()
    ana, ray = signed_in("ana"), signed_in("ray")
    shown = ana.get(f"/console/requests/{request}").text
    form = {"token": form_token(shown), "act": "be_matched", "supporter": str(hospital.staff("sam").id)}
    assert ana.post(f"/console/requests/{request}", data=form).status_code == 303
    token = form_token(ray.get(f"/console/incidents/{incident}").text)
    taken = {"token": token, "act": "calling_now"}
    assert ray.post(f"/console/incidents/{incident}", data=taken).status_code == 303


def test_every_page_answers(client: httpx.Client, signed_in: SignedIn, hospital: Hospital) -> None:
    ana = signed_in("ana")
    person = f"members/{hospital.member()}"
    for page in (
        "",
        "members?q=vance",
        person,
        "groups",
        "check-ins",
        "messages",
        "requests",
        "program",
        "audit",
    ):
        assert ana.get(f"/console/{page}").status_code == 200, page
    for page in ("messages", "groups", "groups/count", "members/count", "requests/counts"):
        assert ana.get(f"/api/v1/{page}").status_code == 200, page
    client.post(f"/m/{hospital.link(Purpose.MEMBER)}")
    for page in ("/my", "/my/data", "/metrics", "/health/ready"):
        assert client.get(page).status_code == 200, page
