"""Who sees what, over every route there is, GET and POST, for every role: as docs/access.md says, and nothing else."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from engine.flag_crisis import flag_crisis
from engine.links import Purpose
from engine.open_cases import Involved, Report, open_cases
from engine.program import StaffEntry
from engine.request_support import confirm
from engine.sign_in import sign_in_as
from engine.staff import sync_staff
from engine.supporter_meetings import plan_meeting
from engine.work_request import work_request
from escalation.requests import RequestEvent
from escalation.roster import Responder
from escalation.ways_in import Kind, Source
from store.cohorts import active_groups, cohort_by_name
from store.models import CheckIn, Colour, Member, Message, Round, SupportRequest, UnclearReply, new_id
from tests.web.hospital import Hospital
from tests.web.pages.access import STAFF, YES, all_routes, open_routes, rendered, staff_routes, table
from tests.web.pages.forms import form_token
from web.app import create_app
from web.console_session import COOKIE
from web.settings import WebSettings

CRISIS, UNCLEAR, WISH = "I cannot go on like this", "the blue one again", "no voicemail please"
SENTENCE = "Was on the unit when a patient died"
ITEMS = {
    "name": "Marisol",
    "contact points": r"555-0101|5550101|m1@example\.org",
    "who is whose buddy": r"(?s)Marisol.*BUDDY|BUDDY.*Marisol",
    "group checked in": r'title="checked in"|<small>checked in</small>',
    "single answers, colours": r"\borange\b|>\s*(not yet|connected)\s*<",
    "why nothing was sent, the true reason": r">away<|on leave",
    "unclear text": UNCLEAR,
    "crisis text": CRISIS,
    "support request: sentence and wishes": f"{SENTENCE}|{WISH}",
}
# The colours that a supporter may choose from, and the names of the program's texts.
_WORDS_OF_OURS = re.compile(r"<fieldset>.*?</fieldset>|<td data-label=\"Message\">\w+</td>", re.DOTALL)


class Ward:
    """The hospital with a deputy and an alternate, and one of everything that only some may see."""

    def __init__(self, hospital: Hospital) -> None:
        program = hospital.deployment.program
        more = (
            StaffEntry(
                id="max", name="Max Dep", email="max@example.org", phone=None, unit=None, roles=frozenset()
            ),
            StaffEntry(
                id="alt", name="Alt Nate", email="alt@example.org", phone=None, unit=None, roles=frozenset()
            ),
        )
        alternate = Responder(id="alt", name="Alt Nate", role="chaplain")
        responders = (*program.roster.responders, alternate)
        roster = replace(program.roster, responders=responders, alternates=("alt",))
        program = replace(program, staff=(*program.staff, *more), deputy="max", roster=roster)
        hospital.deployment = replace(hospital.deployment, program=program)
        sync_staff(hospital.deployment, hospital.clock.now())
        self.hospital, self.now = hospital, hospital.clock.now()
        self.ids = {
            "request_id": self._request(), "incident_id": self._incident(), "reply_id": self._unclear(),
            "meeting_id": self._meeting(), "supporter_id": hospital.staff("sam").id, "member_id": hospital.member("m1"),
        }  # fmt: skip
        self.buddy = self._life_of_a_group()
        self.items = {item: words.replace("BUDDY", self.buddy) for item, words in ITEMS.items()}

    def path(self, route: str) -> str:
        """The route with ids that stand for something, and tokens that stand for nothing."""
        return re.sub(r"\{(\w+)(?::path)?\}", lambda name: str(self.ids.get(name[1], "nothing")), route)

    def seen(self, answer: httpx.Response) -> set[str]:
        """Which items the answer gives away."""
        text = _WORDS_OF_OURS.sub("", answer.text) + answer.headers.get("location", "")
        return {item for item, words in self.items.items() if re.search(words, text)}

    def _request(self) -> UUID:
        deployment = self.hospital.deployment
        with deployment.database.writes.begin() as session:
            member = session.scalars(select(Member).where(Member.ref == "m1")).one()
            request = confirm(session, deployment, member, self.now, wishes={"avoid": WISH})
        event = Report(
            involved=[Involved(member="m1")], source=Source.EVENT, kind=Kind.DEATH, sentence=SENTENCE
        )
        open_cases(deployment, event, actor="api:test", now=self.now)
        sam = self.hospital.staff("sam")
        for step in (RequestEvent.MATCH, RequestEvent.ACCEPT):
            work_request(deployment, request.id, step, staff=sam, now=self.now, supporter_id=sam.id)
        return request.id

    def _incident(self) -> UUID:
        with self.hospital.deployment.database.writes.begin() as session:
            member = session.scalars(select(Member).where(Member.ref == "m1")).one()
            return flag_crisis(
                session, self.hospital.deployment, about="self", member=member, medium="sms",
                address="+12025550101", address_index=member.contacts[0].address_index, text=CRISIS, now=self.now,
            ).id  # fmt: skip

    def _unclear(self) -> UUID:
        row = new_id()
        sealed = self.hospital.deployment.vault.seal(UNCLEAR, "unclear_reply", "text", row)
        with self.hospital.deployment.database.writes.begin() as session:
            session.add(
                UnclearReply(
                    id=row, member_id=self.hospital.member("m1"), text_sealed=sealed, received_at=self.now,
                    expires_at=self.now + timedelta(hours=72),
                )
            )  # fmt: skip
        return row

    def _meeting(self) -> UUID:
        ana = self.hospital.staff("ana")
        return plan_meeting(
            self.hospital.deployment, self.now + timedelta(days=9), 60, "Room 2", by=ana, now=self.now
        )

    def _life_of_a_group(self) -> str:
        """A colour, a check-in and a message that was not sent; the surname of the member's buddy."""
        member = self.hospital.member("m1")
        with self.hospital.deployment.database.writes.begin() as session:
            session.add(Colour(member_id=member, colour="orange", at=self.now))
            cohort = cohort_by_name(session, "main")
            assert cohort is not None
            (group,) = [
                one
                for one in active_groups(session, cohort.id)
                if member in {p.member_id for p in one.places}
            ]
            session.add(
                CheckIn(group_id=group.id, member_id=member, kind="weekly", period="2026-W48", connected=False,
                        medium="sms", at=self.now)
            )  # fmt: skip
            for message in session.scalars(select(Message).where(Message.member_id == member)):
                message.state, message.reason = "dropped", "away"
                self.ids["message_id"] = message.id
            self.ids["round_id"] = session.scalars(select(Round.id)).one()
            (other,) = [place.member_id for place in group.places if place.member_id != member]
            ref = session.get_one(Member, other).ref
        return {
            "m2": "Vance", "m3": "Raman", "m4": "Ferreira", "m5": "Adeyemi", "m6": "Solberg",
        }[ref]  # fmt: skip


@pytest.fixture
def ward(hospital: Hospital) -> Ward:
    return Ward(hospital)


@pytest.fixture
def application(ward: Ward, settings: WebSettings) -> FastAPI:
    return create_app(ward.hospital.deployment, ward.hospital.clock, web=settings)


def walked(ward: Ward, browser: httpx.Client, ref: str, application: FastAPI) -> tuple[set[str], set[str]]:
    """Which routes let that person in, and which items they read on all of them."""
    browser.cookies.set(COOKIE, sign_in_as(ward.hospital.deployment, ref, now=ward.now, wall=ward.now))
    let_in, seen = set(), set()
    token = form_token(browser.get("/console").text)
    routes = sorted(staff_routes(application), key=lambda one: (one[0], "sign-out" in one[1]))
    for method, route in routes:
        form = {"data": {"token": token}} if method == "POST" else {}
        answer = browser.request(method, ward.path(route), **form)
        assert answer.status_code < 500, (method, route)
        seen |= ward.seen(answer)
        if answer.status_code != 403:
            let_in.add(f"{method} {route}")
    return let_in, seen


@pytest.mark.parametrize("ref", STAFF)
def test_each_role_is_let_in_and_reads_what_the_tables_say(
    ward: Ward, client: httpx.Client, application: FastAPI, ref: str
) -> None:
    let_in, seen = walked(ward, client, ref, application)
    role = STAFF[ref]
    assert let_in == {route for route, cells in table("Doors of the console").items() if cells[role] == YES}
    assert seen == {item for item, cells in table("What is read behind them").items() if cells[role] == YES}


def test_every_route_behind_a_session_stands_in_the_table(application: FastAPI) -> None:
    there = [f"{method} {route}" for method, route in staff_routes(application)]
    assert list(table("Doors of the console")) == there, rendered(dict.fromkeys(there, ()))


def test_every_other_route_stands_in_the_table_of_who_comes_in_from_outside(application: FastAPI) -> None:
    there = {f"{method} {route}" for method, route in open_routes(application)}
    assert set(table("Doors from outside")) == there
    assert len(all_routes(application)) == len(there) + len(staff_routes(application))


def test_without_a_session_no_route_gives_anything_away(
    ward: Ward, client: httpx.Client, application: FastAPI
) -> None:
    for method, route in all_routes(application):
        answer = client.request(method, ward.path(route), data={"token": "x"} if method == "POST" else None)
        assert ward.seen(answer) == set(), (method, route)
        if (method, route) in staff_routes(application):
            assert answer.status_code in (303, 401), (method, route)
    with ward.hospital.deployment.database.reads() as session:
        request = session.get_one(SupportRequest, ward.ids["request_id"])
    assert request.state == "accepted"


@pytest.mark.parametrize(
    ("ref", "reads"),
    [
        ("m1", {"name", "contact points", "who is whose buddy", "single answers, colours"}),
        ("buddy", {"name"}),
        ("other", set[str]()),
    ],
)
def test_a_member_reads_all_of_their_own_a_buddy_the_name_and_others_nothing(
    ward: Ward, client: httpx.Client, ref: str, reads: set[str]
) -> None:
    by_surname = {"Vance": "m2", "Raman": "m3", "Ferreira": "m4", "Adeyemi": "m5", "Solberg": "m6"}
    buddy = by_surname.pop(ward.buddy)
    who = {"m1": "m1", "buddy": buddy, "other": next(iter(by_surname.values()))}[ref]
    client.post(f"/m/{ward.hospital.link(Purpose.MEMBER, who)}")
    pages = [client.get(path) for path in ("/my", "/my/data", "/my/data.json")]
    pages.append(client.get(f"/s/{ward.hospital.link(Purpose.SUPPORT, who)}"))
    seen = set().union(*(ward.seen(page) for page in pages))
    private = {"unclear text", "crisis text", "support request: sentence and wishes", "contact points"}
    if ref == "m1":
        assert reads <= seen
        assert "crisis text" not in seen  # on a page that others may look at over a shoulder
    else:
        assert "Marisol" not in pages[0].text or ref == "buddy"
        assert seen & private == set()
        assert ("name" in seen) is ("name" in reads)
