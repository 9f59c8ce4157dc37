"""`prepaired doctor`: what it finds, and that it is content when there is nothing to find."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.scripts.installation import Installation, member_list

PROGRAM = """
staff:
  - {id: cora, name: Cora Ordin, email: cora@example.org, phone: "+12025550190", roles: [coordinator, director]}
  - {id: rene, name: Rene Sponder, phone: "+12025550191", roles: [responder, clinical_reviewer]}
  - {id: alma, name: Alma Outer, phone: "+12025550192", roles: [responder]}
pathway: {deputy: rene, alternates: [alma]}
on_call:
  hours:
    - {days: [mon, tue, wed, thu, fri, sat, sun], starts: "00:00", ends: "00:00", chain: [rene]}
"""
NUMBER = "+15005550006"
SID = "AC" + "1" * 32
URL = "https://buddies.example.org"


class _Provider(BaseHTTPRequestHandler):
    """The read-only parts of Twilio's and SendGrid's APIs that doctor asks."""

    answers: dict[str, Any] = {}  # noqa: RUF012 (set by each test's server)

    def do_GET(self) -> None:
        found = next((answer for path, answer in self.answers.items() if self.path.startswith(path)), None)
        body = json.dumps(
            found if found is not None else {"code": 20404, "message": "none", "status": 404}
        ).encode()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _twilio(
    *, fallback: str = "https://fallback.example.org", body: str = "hello", **changed: object
) -> dict[str, Any]:
    account = f"/2010-04-01/Accounts/{SID}"
    page = {
        "page": 0,
        "page_size": 20,
        "uri": "",
        "first_page_uri": "",
        "next_page_uri": None,
        "start": 0,
        "end": 0,
    }
    number = {
        "sid": "PN" + "1" * 32, "phone_number": NUMBER, "sms_url": f"{URL}/webhooks/twilio/sms",
        "sms_fallback_url": fallback, "sms_method": "POST", "voice_url": f"{URL}/webhooks/twilio/voice",
        "voice_method": "POST", "capabilities": {"sms": True, "voice": True}, **changed,
    }  # fmt: skip
    text = {"sid": "SM" + "1" * 32, "body": body, "direction": "outbound-api", "status": "sent", "to": NUMBER}
    return {
        f"{account}/IncomingPhoneNumbers.json": {"incoming_phone_numbers": [number], **page},
        f"{account}/Messages.json": {"messages": [text], **page},
        f"{account}.json": {"sid": SID, "status": "active"},
    }


@pytest.fixture
def provider() -> Iterator[type[_Provider]]:
    """A server of those parts; its address is `base`."""
    handler = type(
        "Provider", (_Provider,), {"answers": _twilio() | {"/v3/scopes": {"scopes": ["mail.send"]}}}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.base = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def live(sqlite_installation: Installation, provider: type[_Provider]) -> Installation:
    """Everything as it should be before going live."""
    base: str = provider.base  # type: ignore[attr-defined]
    sqlite_installation.write("program.yaml", PROGRAM)
    variables = {
        **sqlite_installation.variables,
        "PREPAIRED_PROGRAM": "program.yaml",
        "PREPAIRED_PUBLIC_URL": URL,
        "PREPAIRED_SMS__PROVIDER": "twilio",
        "PREPAIRED_TWILIO__ACCOUNT_SID": SID,
        "PREPAIRED_TWILIO__AUTH_TOKEN": "a token for doctor",
        "PREPAIRED_TWILIO__FROM_NUMBER": NUMBER,
        "PREPAIRED_TWILIO__API_BASE": base,
        "PREPAIRED_EMAIL__PROVIDER": "sendgrid",
        "PREPAIRED_SENDGRID__API_KEY": "SG.doctor",
        "PREPAIRED_SENDGRID__FROM_ADDRESS": "buddy@example.org",
        "PREPAIRED_SENDGRID__WEBHOOK_PUBLIC_KEY": "MFkw",
        "PREPAIRED_SENDGRID__INBOUND_DOMAIN": "reply.example.org",
        "PREPAIRED_SENDGRID__API_BASE": base,
    }
    return Installation(folder=sqlite_installation.folder, variables=variables)


def _with(installation: Installation, **changed: str) -> Installation:
    variables = {**installation.variables, **{f"PREPAIRED_{name}": value for name, value in changed.items()}}
    return Installation(folder=installation.folder, variables=variables)


def _wrong(installation: Installation) -> list[str]:
    ended = installation.run("doctor", "--json")
    found = [each["what"] for each in ended.json["findings"] if each["level"] == "wrong"]
    assert ended.code == (1 if found else 0), ended.err
    assert ended.json["ok"] == (not found)
    return found


def test_an_installation_that_is_in_order_gets_a_yes(live: Installation) -> None:
    shown = live.run("doctor")
    assert "wrong (" not in shown.out
    assert shown.code == 0
    assert "Nothing is wrong" in shown.out


def test_a_folder_without_anything_is_told_what_to_do(bare: Installation) -> None:
    ended = bare.run("doctor")
    assert ended.code == 1
    for words in (
        "PREPAIRED_SECRET_KEY",
        "prepaired init",
        "no coordinator",
        "nobody is on call",
        "both off",
    ):
        assert words in ended.out
    assert list(bare.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PUBLIC_URL": "http://127.0.0.1:8000", "SMS__PROVIDER": "sandbox"}, "only this machine can reach"),
        ({"PUBLIC_URL": "http://buddies.example.org", "SMS__PROVIDER": "sandbox"}, "not https"),
        ({"TWILIO__FROM_NUMBER": ""}, "PREPAIRED_TWILIO__FROM_NUMBER"),
        ({"TWILIO__API_BASE": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"TWILIO__ACCOUNT_SID": "AC" + "2" * 32}, "refuses the account"),
        ({"SENDGRID__API_BASE": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"SENDGRID__WEBHOOK_PUBLIC_KEY": ""}, "cannot be verified"),
        ({"EMAIL__PROVIDER": "smtp", "SMTP__URL": "smtp://127.0.0.1:9"}, "relay 127.0.0.1 cannot be reached"),
        ({"PUBLIC_URL": "https://elsewhere.example.org"}, "are not posted to us"),
        ({"SMS__PROVIDER": "off"}, "rene cannot be reached"),
        ({"ENCRYPTION_KEYS": "b" * 43 + "="}, "does not open this database"),
        ({"DATABASE_URL": "postgresql+psycopg://x:geheim@127.0.0.1:9/none"}, "cannot be used"),
        ({"DATABASE_URL": "sqlite:///elsewhere.db"}, "there is none yet"),
    ],
)
def test_one_thing_that_is_wrong_is_the_one_thing_found(
    live: Installation, changed: dict[str, str], said: str
) -> None:
    found = _wrong(_with(live, **changed))
    found = [what for what in found if "is the sandbox" not in what]
    assert len(found) == 1, found
    assert said in found[0]
    assert "geheim" not in found[0]


def test_the_sandbox_is_not_for_real_people(live: Installation) -> None:
    (found,) = _wrong(_with(live, SMS__PROVIDER="sandbox"))
    assert "is the sandbox" in found


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (_twilio(fallback=""), "no fallback"),
        (_twilio(voice_url=""), "calls to +15005550006 are not posted to us"),
        (_twilio(voice_url=f"{URL}/webhooks/twilio/sms"), "calls to +15005550006 are not posted to us"),
        (_twilio(sms_method="GET"), "texts to +15005550006 are not posted to us"),
        (_twilio(voice_url="", sms_url=""), "texts and calls to +15005550006 are not posted to us"),
        (_twilio(body="[REDACTED]"), "redacts"),
        ({"/v3/scopes": {"scopes": ["stats.read"]}}, "may not send mail"),
    ],
)
def test_what_the_provider_has_wrong_is_found(
    live: Installation, provider: type[_Provider], answers: dict[str, Any], said: str
) -> None:
    provider.answers = {**provider.answers, **answers}
    (found,) = _wrong(live)
    assert said in found


def test_a_number_that_takes_no_calls_needs_no_address_for_them(
    live: Installation, provider: type[_Provider]
) -> None:
    provider.answers |= _twilio(voice_url="", capabilities={"sms": True, "voice": False})
    assert _wrong(live) == []


def test_the_number_that_pages_call_from_is_looked_at_as_well(live: Installation) -> None:
    other = _with(live, PAGING__CALL_FROM="+15005550007", PUBLIC_URL="https://elsewhere.example.org")
    assert any("which pages come from, are not posted to us" in what for what in _wrong(other))


@pytest.mark.parametrize(
    ("line", "change", "said"),
    [
        ("alternates: [alma]", "alternates: []", "concerns the people on call themselves"),
        ("deputy: rene, ", "", "stands in for the coordinator"),
        ('starts: "00:00"', 'starts: "08:00"', "nobody is on call from"),
        ("roles: [coordinator, director]", "roles: [director]", "no coordinator"),
        ("deputy: rene", "deputy: nobody", "nobody"),
        ("pathway: {deputy: rene", "nonsense: 1\npathway: {deputy: rene", "nonsense"),
    ],
)
def test_gaps_in_the_program_are_found(live: Installation, line: str, change: str, said: str) -> None:
    assert line in PROGRAM
    live.write("program.yaml", PROGRAM.replace(line, change))
    found = _wrong(live)
    assert all(said in each or "more hours" in each for each in found)
    assert found


def test_a_rule_about_an_attribute_that_nobody_has_is_found(live: Installation) -> None:
    live.write("program.yaml", PROGRAM + "pairing: {never: [{attribute: untit, rule: same}]}\n")
    live.write(
        "members.csv", member_list(2).replace("consent\n", "consent,unit\n").replace("yes\n", "yes,ICU\n")
    )
    live.done("import", "members.csv")
    (found,) = _wrong(live)
    assert "'untit'" in found
