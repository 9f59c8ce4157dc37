"""From a member list to phones by commands alone: imported, paired, told once, whatever happens on the way."""

import signal
from collections import Counter
from datetime import datetime, time, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from sandbox.faults import FaultKind
from sandbox.server import SandboxServer
from sandbox.sms import Text
from store.database import open_database
from store.models import Rhythm
from tests.scripts.installation import Installation, member_list

NEW_YORK = ZoneInfo("America/New_York")
WEEK = timedelta(weeks=1)


def _enrolled(installation: Installation, count: int) -> datetime:
    """So many members in published groups; noon in New York on the day of their first nudges."""
    installation.write("members.csv", member_list(count))
    installation.done("import", "members.csv", "--cohort", "spring")
    installation.done("rotate", "spring", "--yes")
    database = open_database(installation.variables["PREPAIRED_DATABASE_URL"])
    with database.reads() as session:
        due_at = session.scalar(select(func.min(Rhythm.next_due_at)))
    database.close()
    assert due_at is not None
    return datetime.combine(due_at.astimezone(NEW_YORK).date(), time(12), NEW_YORK)


def _received(server: SandboxServer) -> list[Text]:
    return [text for text in server.state.memory.texts() if not text.is_inbound]


def test_everybody_is_introduced_and_nudged_once_however_often_it_ticks(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    noon = _enrolled(installation, 5)
    first = installation.run("tick", "--now", noon, "--json").json
    assert first["handed_over"] == len(_received(sandbox_server))
    installation.done("tick", "--now", noon + WEEK)
    texts = _received(sandbox_server)
    assert Counter(text.to for text in texts) == {f"+1202555010{n}": 3 for n in range(1, 6)}

    again = installation.run("tick", "--now", noon + WEEK, "--json").json

    assert again["handed_over"] == 0
    assert len(_received(sandbox_server)) == len(texts)
    states = Counter((row["kind"], row["state"]) for row in installation.messages())
    assert states["introduction", "sent"] + states["introduction_neutral", "sent"] == 5
    assert states["weekly", "sent"] == 10


def test_the_outbox_names_neither_text_nor_address(installation: Installation) -> None:
    noon = _enrolled(installation, 2)
    installation.done("tick", "--now", noon)
    rows = installation.messages()
    assert {tuple(row) for row in rows} == {
        ("id", "member", "kind", "slot", "channel", "state", "reason", "due_at", "sent_at")
    }
    assert {row["member"] for row in rows} == {"m1", "m2"}
    assert installation.run("messages", "--since", noon + 5 * WEEK, "--json").json == []
    assert "+1202" not in installation.done("messages")


def test_what_was_accepted_without_an_answer_is_looked_up_and_not_sent_twice(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    noon = _enrolled(installation, 4)
    sandbox_server.state.faults.set(FaultKind.HANG_UP, next_requests=2, only="twilio")
    sandbox_server.state.faults.set(FaultKind.ERROR, next_requests=1, only="twilio")
    report = installation.run("tick", "--now", noon, "--json").json
    assert report["found"] == 2
    assert (report["in_doubt"], report["due"]) == (0, 0)
    texts = _received(sandbox_server)
    assert Counter(Counter(text.to for text in texts).values()) == {len(texts) // 4: 4}


def test_a_tick_that_is_killed_while_the_provider_hangs_loses_nothing_and_sends_nothing_twice(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    noon = _enrolled(installation, 6)
    state, hanging = sandbox_server.state, Event()
    taken = state.accept_text

    def accept_and_tell(**form: str | None) -> Text:
        text = taken(**form)  # type: ignore[arg-type]
        if len(_received(sandbox_server)) == 3:
            state.faults.set(FaultKind.HANG_AFTER_ACCEPT, chance=1.0, only="twilio")
        elif len(_received(sandbox_server)) > 3:
            hanging.set()
        return text

    state.accept_text = accept_and_tell  # type: ignore[method-assign]
    killed = installation.start("tick", "--now", noon)
    assert hanging.wait(60)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    state.accept_text = taken  # type: ignore[method-assign]
    state.faults.clear()

    report = installation.run("tick", "--now", noon, "--json").json

    assert report["in_doubt"] == 0
    assert report["due"] == 0
    everybody = Counter(text.to for text in _received(sandbox_server))
    assert set(everybody) == {f"+1202555010{n}" for n in range(1, 7)}
    assert len(set(everybody.values())) == 1


def test_a_refused_account_is_told_and_the_answer_is_no(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    noon = _enrolled(installation, 2)
    sandbox_server.state.auth_token = "another"
    ended = installation.run("tick", "--now", noon, "--json")
    assert ended.code == 1
    assert "refuses the account" in ended.json["problems"][0]
    assert ended.json["due"] == 4


@pytest.mark.parametrize(
    ("now", "said"), [("2026-11-24T15:00:00", "zone"), ("tomorrow", "no instant"), ("", "no instant")]
)
def test_an_instant_that_cannot_be_meant_is_refused(
    sqlite_installation: Installation, now: str, said: str
) -> None:
    assert said in sqlite_installation.refused("tick", "--now", now)


def test_a_halted_program_sends_no_nudge_until_it_is_resumed(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    noon = _enrolled(installation, 2)
    installation.done("halt", "--why", "a test")
    installation.done("tick", "--now", noon)
    assert _received(sandbox_server) == []
    assert "4 messages wait" in installation.done("resume")
    installation.done("tick", "--now", noon)
    assert len({text.to for text in _received(sandbox_server)}) == 2
