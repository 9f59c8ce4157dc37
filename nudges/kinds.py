"""What kinds of message there are and how each may behave, as data.

Decides nothing about one message: `nudges.holds` does, with the policy from here.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum


class Lane(IntEnum):
    """The order in which a sender's queue is emptied; lower goes first."""

    CRISIS = 0
    ANSWER = 1
    STAFF = 2
    NUDGE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPolicy:
    """How messages of one kind are treated."""

    lane: Lane
    nudge: bool = False  # an occurrence of the program's cadence
    to_staff: bool = False  # a coordinator, director or responder reads it, never a member
    pages: bool = False  # calls a responder to an incident
    answers_inbound: bool = False  # the person has just written to us
    needs_consent: bool = False  # consent for that channel must be on record
    active_only: bool = False  # only to members who are active, here and not pausing
    group_only: bool = False  # only while the group that it speaks of exists
    awake_only: bool = False  # waits for the end of quiet hours
    rests: bool = False  # not while a request or an incident is open, or after a red
    halts: bool = False  # not while the program is halted
    patient: bool = False  # a hold delays it; without, a hold ends it
    despite_stop: bool = False  # goes to an address that is suppressed
    to_strangers: bool = False  # the reader may not have joined yet: no word of having done so
    at_least_once: bool = False  # a double is better than none
    may_be_held: bool = False  # a mail provider may hold it back for a while, so that it can be cancelled
    send_within: timedelta | None = None  # None: until quiet hours begin on its day

    @property
    def unstoppable(self) -> bool:
        """Whether it waits for nothing: crisis answers and pages (no pause, rate, night or halt)."""
        return self.lane is Lane.CRISIS


_NUDGE = KindPolicy(
    lane=Lane.NUDGE, nudge=True, needs_consent=True, active_only=True, group_only=True, awake_only=True,
    rests=True, halts=True, may_be_held=True,
)  # fmt: skip
_INTRODUCTION = KindPolicy(
    lane=Lane.NUDGE, needs_consent=True, active_only=True, group_only=True, awake_only=True, rests=True,
    halts=True, patient=True, may_be_held=True, send_within=timedelta(days=14),
)  # fmt: skip
_ANSWER = KindPolicy(lane=Lane.ANSWER, answers_inbound=True, send_within=timedelta(hours=12))
_LAST_WORD = KindPolicy(
    lane=Lane.ANSWER, answers_inbound=True, despite_stop=True, send_within=timedelta(hours=12)
)
_CRISIS = KindPolicy(
    lane=Lane.CRISIS, answers_inbound=True, despite_stop=True, at_least_once=True,
    send_within=timedelta(days=3),
)  # fmt: skip
_PAGE = KindPolicy(
    lane=Lane.CRISIS, to_staff=True, pages=True, despite_stop=True, at_least_once=True,
    send_within=timedelta(hours=12),
)  # fmt: skip
# About a case, to the member: neutral on a lock screen, never at night, never in a hurry.
_CASE = KindPolicy(
    lane=Lane.ANSWER, needs_consent=True, awake_only=True, halts=True, patient=True, send_within=timedelta(days=3),
)  # fmt: skip
_NOTICE = KindPolicy(lane=Lane.STAFF, to_staff=True, send_within=timedelta(days=3))

_POLICIES: dict[str, KindPolicy] = {
    # The second names no buddy: it goes to a number that has not answered us yet.
    **dict.fromkeys(("introduction", "introduction_neutral"), _INTRODUCTION),
    # Asked in private near the end of a round; and who looks out for whom while somebody is away.
    "keep_question": replace(_INTRODUCTION, send_within=timedelta(days=5)),
    "cover": replace(_INTRODUCTION, send_within=timedelta(days=2)),
    "unit_message": replace(_INTRODUCTION, group_only=False, active_only=False, send_within=timedelta(days=2)),
    **dict.fromkeys(("kept", "new_asked", "add_asked", "hour_set"), _ANSWER),
    **dict.fromkeys(("outreach_notice", "approval_notice"), _NOTICE),
    "support_reminder": KindPolicy(
        lane=Lane.ANSWER, needs_consent=True, awake_only=True, halts=True, patient=True,
        send_within=timedelta(hours=24),
    ),
    **dict.fromkeys(
        ("thanks", "later", "pause", "orange", "red", "support_offer", "support_confirmed", "doors",
         "rematch", "unclear", "rhythm_set"), _ANSWER,
    ),
    # What silence is answered with. No nudges: whoever reads the trail of nudges is not to learn of it.
    **dict.fromkeys(
        ("gentler_offer", "reach_out"),
        KindPolicy(
            lane=Lane.ANSWER, needs_consent=True, active_only=True, group_only=True, awake_only=True, rests=True,
            halts=True, send_within=timedelta(hours=12),
        ),
    ),
    # The confirmation of a STOP (with what was asked for beside it), an apology to a stranger, and what HELP and
    # START answer are owed to the number that wrote, whatever our suppression list says of it.
    **dict.fromkeys(
        ("stopped", "stopped_offer", "stopped_doors", "stopped_asked", "started", "help", "wrong_person"),
        _LAST_WORD,
    ),
    **dict.fromkeys(
        ("crisis_self", "crisis_other", "crisis_self_unattended", "crisis_other_unattended",
         "crisis_acknowledged", "crisis_waiting", "crisis_taken_back", "crisis_unreached",
         "crisis_false_alarm"), _CRISIS,
    ),
    **dict.fromkeys(("outreach_offer", "choose_supporter", "helped_ask", "look_notice"), _CASE),
    **dict.fromkeys(("page", "page_again", "page_reminder", "page_drill"), _PAGE),
    **dict.fromkeys(
        ("request_notice", "stop_notice", "number_notice", "rematch_notice", "deadline_notice", "silence_notice",
         "aftercare_notice", "unattended_notice", "outreach_ask", "outreach_reminder", "follow_up_notice", "debrief",
         "supporter_check", "event_mail_notice", "meeting_invitation", "meeting_reminder", "meeting_due",
         "meeting_called_off", "twin_notice"),
        _NOTICE,
    ),
    # What confirms an address, and what a word by text is answered with: neither tells who is enrolled.
    **dict.fromkeys(
        ("join_code", "join_link"),
        KindPolicy(
            lane=Lane.ANSWER, answers_inbound=True, to_strangers=True, send_within=timedelta(minutes=15)
        ),
    ),
    # A notice to what was a member's address until now.
    "address_changed": KindPolicy(
        lane=Lane.ANSWER, awake_only=True, patient=True, to_strangers=True, send_within=timedelta(days=3)
    ),
    # Once a member, and nothing else before it is accepted.
    "invitation": KindPolicy(
        lane=Lane.NUDGE, active_only=True, awake_only=True, halts=True, patient=True, to_strangers=True,
        send_within=timedelta(days=14),
    ),
    "sign_in": KindPolicy(lane=Lane.ANSWER, to_staff=True, send_within=timedelta(minutes=15)),
}  # fmt: skip

KINDS = frozenset(_POLICIES)  # every kind that is not a nudge


def policy_of(kind: str) -> KindPolicy:
    """The policy of a kind; any name that is not one of `KINDS` is a cadence of the program: a nudge."""
    return _POLICIES.get(kind, _NUDGE)
