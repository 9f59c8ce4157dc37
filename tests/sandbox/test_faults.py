"""Switches: for the next few requests, by chance, for one provider; by code and over HTTP."""

import http.client
import json
import random
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from channels.channel import OutcomeKind
from sandbox.couriers import Couriers, NotLoopback, Post
from sandbox.faults import FaultKind, Faults
from tests.channels.test_sendgrid import mail
from tests.sandbox.stage import Stage, text


def test_a_counted_fault_hits_so_many_and_is_gone() -> None:
    faults = Faults(random.Random(1))
    faults.set(FaultKind.ERROR, next_requests=2)
    assert [faults.of_answer("twilio", sends=True) for _ in range(4)] == [FaultKind.ERROR] * 2 + [None] * 2


def test_a_chance_is_drawn_from_the_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults(random.Random(seed))
        faults.set(FaultKind.HANG_UP, chance=0.3)
        return [faults.hits(FaultKind.HANG_UP, "twilio") for _ in range(1_000)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert 200 < sum(drawn(7)) < 400


def test_a_request_that_sends_nothing_is_spared_what_follows_an_acceptance() -> None:
    faults = Faults(random.Random(1))
    faults.set(FaultKind.HANG_UP, next_requests=1)
    assert faults.of_answer("twilio", sends=False) is None
    assert faults.of_answer("twilio", sends=True) is FaultKind.HANG_UP


def test_a_fault_may_be_one_providers(stage: Stage) -> None:
    stage.state.faults.set(FaultKind.ERROR, chance=1.0, only="sendgrid")
    assert stage.sms.send([text()])[0].kind is OutcomeKind.ACCEPTED
    assert stage.mail.send([mail(1)])[0].kind is OutcomeKind.AMBIGUOUS


@pytest.mark.parametrize("wrong", [{"next_requests": -1}, {"chance": 1.1}, {"chance": -0.1}, {"only": "x"}])
def test_what_is_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is|between"):
        Faults(random.Random(1)).set(FaultKind.ERROR, **wrong)


def post(stage: Stage, body: bytes, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(stage.server.url).netloc, timeout=5)
    connection.request(
        "POST", "/sandbox/faults", body, {name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    status, content = answer.status, answer.read()
    connection.close()
    return status, json.loads(content) if content else answer.headers.get("Location")


def test_switches_are_set_and_cleared_over_http(stage: Stage) -> None:
    status, shown = post(stage, b'{"kind": "rate_limit", "next": 1, "chance": 0.5, "only": "twilio"}')
    assert status == 200
    assert shown["rate_limit"] == {"next": 1, "chance": 0.5, "only": "twilio"}
    assert stage.sms.send([text()])[0].kind is OutcomeKind.NOT_PROCESSED
    assert post(stage, b'{"clear": true}')[1]["rate_limit"] == {"next": 0, "chance": 0.0, "only": None}
    assert stage.sms.send([text()])[0].kind is OutcomeKind.ACCEPTED


def test_the_panels_form_leads_back_to_the_phones(stage: Stage) -> None:
    form = urlencode({"kind": "error", "next": "2", "chance": "0"}).encode()
    answered = post(stage, form, Content_Type="application/x-www-form-urlencoded")
    assert answered == (303, "/sandbox/phones")
    assert stage.state.faults.settings()["error"]["next"] == 2


@pytest.mark.parametrize("body", [b'{"kind": "invented"}', b"{", b"[]", b'{"kind": "error", "next": "many"}'])
def test_a_switch_that_does_not_exist_names_those_that_do(stage: Stage, body: bytes) -> None:
    status, told = post(stage, body)
    assert status == 400
    assert "hang_up" in told["kinds"]


def test_another_site_cannot_switch(stage: Stage) -> None:
    assert post(stage, b'{"kind": "error", "next": 9}', Sec_Fetch_Site="cross-site")[0] == 403
    assert stage.state.faults.settings()["error"]["next"] == 0


def test_nothing_is_ever_posted_off_this_machine() -> None:
    couriers = Couriers()
    with pytest.raises(NotLoopback):
        couriers.send(Post(url="http://example.org/x", make=lambda: (b"", {})))
    assert Couriers(through="http://127.0.0.1:9").reaches("https://buddies.example.org/x")
    assert not Couriers(through="http://example.org").reaches("http://127.0.0.1/x")
