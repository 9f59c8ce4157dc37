"""The made-up people of a simulation: who joins and leaves, and what each of them does in a year.

They answer or forget, go on leave, pause, stop and start again, ask for support, worry, and now and then write
something that sounds like a crisis: by their own phones and mailboxes, over the wire.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.state import SandboxState
from scripts.stage import sample_people

# Most people of a hospital live on its clock; the others are where clocks do odd things.
_ZONES = ("America/New_York",) * 16 + (
    "America/Chicago", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca",
    "America/Santiago",
)  # fmt: skip
_WORK_DAYS = ("",) * 8 + ("Tue-Sat", "Mon;Wed;Thu")
_TEXTS_SHARE = 0.12  # of members are written to by SMS, the rest by mail
_ANSWERS = (("1", 0.62), ("2", 0.14), ("green", 0.1), ("yellow", 0.06), ("orange", 0.02), ("thanks!", 0.06))
_CONFIRMS_AFTER = timedelta(minutes=7)
_STARTS_AGAIN_AFTER = timedelta(days=40)
# A month of one member: how likely each happens.
_STOPS, _PAUSES, _SUPPORT, _WORRY, _CRISIS, _LEAVE = 0.006, 0.01, 0.006, 0.004, 0.002, 0.05
_CRISIS_WORDS = "I want to die"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """Somebody will write this."""

    at: datetime
    ref: str
    words: str


class Crowd:
    """Everybody who is or was in the program, by the rows of their list, and what they are about to write."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._sample = sample_people()
        self._lines: list[Line] = []
        self.rows: dict[str, dict[str, str]] = {}
        self.present: list[str] = []
        self.left = 0
        self.written: dict[str, int] = {}

    def join(self, count: int) -> list[dict[str, str]]:
        """So many new people; the rows to import."""
        joined = []
        for _ in range(count):
            number = len(self.rows) + 1
            ref, texts = f"s{number:05}", self._rng.random() < _TEXTS_SHARE
            row = dict(self._rng.choice(self._sample)) | {
                "id": ref,
                "name": f"Person {ref}",
                "phone": f"+1202{5_550_000 + number:07}" if texts else "",
                "email": f"{ref}@example.org",
                "manager": "",
                "timezone": self._rng.choice(_ZONES),
                "work_days": self._rng.choice(_WORK_DAYS),
                "sms_consent": "yes" if texts else "no",
                "email_consent": "yes",
                "status": "active",
            }
            self.rows[ref] = row
            self.present.append(ref)
            joined.append(row)
        return joined

    def turn_over(self, churn: float) -> list[dict[str, str]]:
        """Some leave and as many join; the rows of both."""
        count = round(len(self.present) * churn)
        leavers = set(self._rng.sample(self.present, count))
        self.present = [ref for ref in self.present if ref not in leavers]
        self.left += count
        return [{"id": ref, "status": "left"} for ref in sorted(leavers)] + self.join(count)

    def live(self, begins: datetime, ends: datetime) -> list[dict[str, str]]:
        """Draws what the next month brings to each; returns the rows of those whose leave is known by now."""
        leaves = []
        for ref in self.present:
            for chance, words in self._turns(begins):
                if self._rng.random() < chance:
                    self._say(begins + self._rng.random() * (ends - begins), ref, *words)
            if self._rng.random() < _LEAVE:
                first = begins.date() + timedelta(days=self._rng.randrange(1, 25))
                last = first + timedelta(days=self._rng.randrange(3, 21))
                leaves.append({"id": ref, "away_from": first.isoformat(), "away_until": last.isoformat()})
        return leaves

    def _turns(self, begins: datetime) -> Iterator[tuple[float, tuple[str, ...]]]:
        back = (begins + timedelta(days=45)).date()
        yield _STOPS, ("STOP",)
        yield _PAUSES, (f"pause until {back.isoformat()}",)
        yield _SUPPORT, ("3", "3")
        yield _WORRY, ("4",)
        yield _CRISIS, (_CRISIS_WORDS,)

    def _say(self, at: datetime, ref: str, *words: str) -> None:
        waking = _awake(at, self.rows[ref]["timezone"])
        for number, each in enumerate(words):
            heapq.heappush(self._lines, Line(waking + number * _CONFIRMS_AFTER, ref, each))
        if words == ("STOP",) and self._rng.random() < 0.5:
            heapq.heappush(self._lines, Line(waking + _STARTS_AGAIN_AFTER, ref, "START"))

    def hear(self, ref: str, slot: int, sent_at: datetime) -> None:
        """A nudge arrived: whether and what its reader answers depends on who they are."""
        rng = random.Random(f"{ref} {slot}")  # the same whatever the order in which nudges went
        if rng.random() >= _inclination(ref):
            return
        drawn = rng.random()
        for words, share in _ANSWERS:
            drawn -= share
            if drawn < 0:
                at = sent_at + timedelta(minutes=rng.uniform(2, 240))
                heapq.heappush(self._lines, Line(at, ref, words))
                return

    def next_at(self) -> datetime | None:
        """When somebody writes next."""
        return self._lines[0].at if self._lines else None

    def speak(self, sandbox: SandboxState, now: datetime) -> int:
        """Those whose time has come write, from the phone or mailbox that the program writes to."""
        count = 0
        while self._lines and self._lines[0].at <= now:
            line = heapq.heappop(self._lines)
            row = self.rows[line.ref]
            if row["sms_consent"] == "yes":
                sandbox.write_text(row["phone"], line.words)
            elif sandbox.memory.last_mail_to(row["email"]) is not None:
                sandbox.write_mail(row["email"], line.words)
            else:
                continue  # has never had a mail to answer
            self.written[line.words] = self.written.get(line.words, 0) + 1
            count += 1
        return count


def _inclination(ref: str) -> float:
    """How often this person answers; a quarter never does."""
    drawn = random.Random(ref).random()
    return 0.0 if drawn < 0.25 else (drawn - 0.25) * 0.4


def _awake(at: datetime, zone: str) -> datetime:
    """That instant, or the same day's noon where it is night."""
    local = at.astimezone(ZoneInfo(zone))
    return at if 8 <= local.hour < 20 else local.replace(hour=12).astimezone(at.tzinfo)
