"""The phones page, over plain HTTP and without scripts: what each person sees, and the box to answer."""

import http.client
import re
from urllib.parse import urlencode, urlsplit

import pytest

from channels.channel import Outgoing
from channels.twilio_webhooks import inbound_sms, parse_form
from tests.channels.test_sendgrid import mail
from tests.sandbox.stage import Stage

ANA = "+15551230001"


@pytest.fixture
def people(stage: Stage) -> Stage:
    """Two introduced people, one of whom has a mailbox too."""
    stage.state.introduce("Ana Ruiz", phone=ANA, email="p1@example.org", zone="America/New_York")
    stage.state.introduce("Ben <i>Carter", phone="+15551230002")
    return stage


def ask(
    stage: Stage, path: str, form: dict[str, str] | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    """A page as a browser without scripts gets it: status, text, headers."""
    connection = http.client.HTTPConnection(urlsplit(stage.server.url).netloc, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    body = urlencode(form) if form is not None else None
    connection.request("GET" if form is None else "POST", f"/sandbox{path}", body, sent)
    answer = connection.getresponse()
    got = answer.status, answer.read().decode(), dict(answer.headers)
    connection.close()
    return got


def page(stage: Stage, **query: str) -> str:
    status, text, _ = ask(stage, "/phones?" + urlencode(query))
    assert status == 200
    return text


def names(text: str) -> list[str]:
    return re.findall(r'class="name">([^<]*)<', text)


def send(stage: Stage, to: str, body: str) -> None:
    stage.sms.send([Outgoing(message_id="m", to=to, template=body)])


def test_everybody_is_listed_the_newest_thread_first(people: Stage) -> None:
    send(people, "+15551230002", "Hello Ben")
    assert names(page(people))[:2] == ["Ben &lt;i&gt;Carter", "Ana Ruiz"]
    assert "Hello Ben" in page(people)


def test_people_are_found_by_name_number_and_address(people: Stage) -> None:
    assert names(page(people, q="ruiz")) == ["Ana Ruiz"]
    assert names(page(people, q="P1@EXAMPLE")) == ["Ana Ruiz"]
    assert names(page(people, q="0002 ben")) == ["Ben &lt;i&gt;Carter"]
    assert "Nobody found for “zz&lt;”" in page(people, q="zz<")


def test_a_text_shows_as_the_person_sees_it_with_a_link_to_open(people: Stage) -> None:
    send(people, ANA, "Hi <b>: https://x.org/s/1?a=1&b=2")
    shown = page(people, who=ANA)
    link = '<a target="_blank" rel="noopener" class="link" href="https://x.org/s/1?a=1&amp;b=2">'
    assert f"Hi &lt;b&gt;: {link}" in shown
    assert "Tuesday, 24 November" in shown
    assert "10:00" in shown  # on her own clock


def test_a_number_and_an_address_of_one_person_are_two_tabs_of_one_phone(people: Stage) -> None:
    send(people, ANA, "a text")
    people.mail.send([mail(1)])
    texts, mails = page(people, who=ANA, by="sms"), page(people, who=ANA, by="mail")
    assert "a text" in texts.partition("<main>")[2]
    assert "Your week to check in" not in texts.partition("<main>")[2]
    assert "Your week to check in" in mails.partition("<main>")[2]
    assert 'class="on-button" href="https://x.org/s/1' in mails
    assert "style=" not in mails.partition("<main>")[2]


def test_an_answer_typed_in_the_box_reaches_the_program(people: Stage) -> None:
    send(people, ANA, "1 or 2?")
    form = {"who": ANA, "by": "sms", "words": " 1 ", "q": "ana"}
    status, _, headers = ask(people, "/phones/answer", form, Sec_Fetch_Site="same-origin")
    kept = urlencode({"who": ANA, "by": "sms", "q": "ana"})
    assert (status, headers["location"]) == (303, f"/sandbox/phones?{kept}#answer")
    assert people.state.settle()
    (asked,) = people.program.on("/webhooks/twilio/sms")
    assert inbound_sms(parse_form(asked.body)).body == "1"
    assert 'class="bubble own"' in page(people, who=ANA)


def test_a_mail_is_answered_by_mail(people: Stage) -> None:
    people.mail.send([mail(1)])
    ask(people, "/phones/answer", {"who": ANA, "by": "mail", "words": "4"})
    assert people.state.settle()
    assert len(people.program.on("/webhooks/sendgrid/inbound")) == 1
    assert people.program.on("/webhooks/twilio/sms") == []
    shown = page(people, who=ANA, by="mail")
    assert "Re: Your week to check in" in shown
    assert "wrote:" not in shown  # the quoted original is in the mail, not on the screen


@pytest.mark.parametrize(
    "form", [{"who": ANA, "words": "  "}, {"who": "", "words": "1"}, {"who": "nobody", "words": "1"}, {}]
)
def test_an_answer_from_nobody_or_with_nothing_in_it_does_nothing(
    people: Stage, form: dict[str, str]
) -> None:
    assert ask(people, "/phones/answer", form)[0] == 303
    assert people.state.settle()
    assert people.program.asked == []


def test_another_site_cannot_answer_for_somebody(people: Stage) -> None:
    assert ask(people, "/phones/answer", {"who": ANA, "words": "1"}, Sec_Fetch_Site="cross-site")[0] == 403


def test_the_parts_refresh_only_when_something_happened(people: Stage) -> None:
    send(people, ANA, "one")
    version = str(people.state.memory.changes)
    for part in ("people", "screen"):
        unchanged = ask(people, f"/phones/{part}?" + urlencode({"who": ANA, "version": version}))
        assert unchanged[:2] == (204, "")
    send(people, ANA, "two")
    for part in ("people", "screen"):
        status, text, _ = ask(people, f"/phones/{part}?" + urlencode({"who": ANA, "version": version}))
        assert status == 200
        assert "two" in text
        assert f"version={people.state.memory.changes}" in text
    assert "24 Nov 2026, 15:00" in ask(people, "/phones/clock")[1]


def test_the_page_asks_no_other_host_and_runs_no_script_of_its_own(people: Stage) -> None:
    _, text, headers = ask(people, "/phones")
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "'unsafe" not in headers["content-security-policy"]
    sources = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert sources
    assert all(source.startswith(("/", "#")) for source in sources)
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", text)
    assert ask(people, "/static/phones.css")[0] == 200


def test_a_stranger_has_a_phone_as_soon_as_something_arrived(people: Stage) -> None:
    assert "Pick up a phone" in page(people, who="+15557770000")
    send(people, "+15557770000", "wrong number")
    assert "wrong number" in page(people, who="+15557770000").partition("<main>")[2]
