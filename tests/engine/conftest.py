"""A deployment without channels of its own, for use cases that send nothing; and one with staff, members and channels
that keep what they are given."""

from dataclasses import replace
from datetime import datetime

import pytest

from engine.deployment import Deployment
from engine.import_members import import_members
from engine.staff import sync_staff
from store.database import Database
from store.sealing import Vault
from tests.engine.people import MEMBERS, Town
from tests.stories.world import story_program
from tests.web.hospital import Outbox


@pytest.fixture
def deployment(database: Database, vault: Vault) -> Deployment:
    """The story program on a fresh database."""
    return Deployment(database=database, vault=vault, program=story_program())


@pytest.fixture
def town(deployment: Deployment, now: datetime) -> Town:
    """The story program with its staff, two members and both channels; `woken` tells which queues were woken."""
    woken: list[str] = []
    channels = {"sms": Outbox("sms", "twilio:test"), "email": Outbox("email", "mail:test")}
    staffed = replace(deployment, channels=channels, wake=woken.append)
    sync_staff(staffed, now)
    import_members(staffed, list(enumerate(MEMBERS, 2)), now=now, cohort="main")
    return Town(deployment=staffed, now=now, woken=woken)
