"""Where an employer may read along, a mail says only that there is something to read; a crisis is answered whole."""

from dataclasses import replace

from sandbox.server import SandboxServer
from store.database import Database
from store.sealing import Vault
from tests.conftest import NOW
from tests.stories.world import World, build_world

WORK, HOME = "one@hospital.example.org", "two@example.org"


def by_mail(database: Database, vault: Vault, server: SandboxServer) -> World:
    """Two members with mail alone, one of them at work."""
    world = build_world(database, vault, server, NOW)
    program = replace(world.deployment.program, link_only_domains=frozenset({"hospital.example.org"}))
    world.deployment = replace(world.deployment, program=program)
    plain = {"phone": "", "sms_consent": "", "email_consent": "yes"}
    world.enrol(plain | {"email": WORK}, plain | {"email": HOME})
    world.publish()
    world.advance(days=8)
    return world


def test_a_mail_to_a_work_address_says_only_where_to_read_it(
    sqlite_database: Database, vault: Vault, sandbox_server: SandboxServer
) -> None:
    world = by_mail(sqlite_database, vault, sandbox_server)
    at_work = [mail for mail in world.sandbox.memory.mails() if mail.to == WORK]
    at_home = [mail for mail in world.sandbox.memory.mails() if mail.to == HOME]
    assert len(at_work) == len(at_home) >= 2
    for mail in at_work:
        assert "something to read" in mail.subject
        for word in ("buddy", "Member2", "support"):
            assert word not in mail.text.lower().replace(mail.text[mail.text.rfind("http") :].lower(), "")
        assert "/s/" in mail.text or "/m/" in mail.text
        assert "988" in mail.text
    assert any("buddy" in mail.text for mail in at_home)
