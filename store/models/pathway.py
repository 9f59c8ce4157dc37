"""Support requests and crisis incidents, the staff who answer them, and the audit trail."""

from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Label, Prose, Record, Sealed, Word, new_alias

_OPEN = text("state not in ('closed', 'declined', 'expired')")
_OPEN_INCIDENT = text("state <> 'closed'")


class Staff(Record):
    """A coordinator, director, responder, supporter or reviewer, mirrored from the program file."""

    __tablename__ = "staff"

    id: Mapped[Id]
    ref: Mapped[Word] = mapped_column(unique=True)
    roles: Mapped[Label]  # comma-separated
    active: Mapped[bool]
    name_sealed: Mapped[Sealed]
    email_sealed: Mapped[Sealed | None]
    email_index: Mapped[Digest | None]
    phone_sealed: Mapped[Sealed | None]
    unit_sealed: Mapped[Sealed | None]
    seen_at: Mapped[At | None]  # the last sign-in
    away_until: Mapped[At | None]  # somebody else takes what comes in until then


class StaffSession(Record):
    """A signed-in browser."""

    __tablename__ = "staff_session"

    token_hash: Mapped[Digest] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    created_at: Mapped[At]
    expires_at: Mapped[At]


class SupportRequest(Record):
    """One case of formal support, from a wish to its closure; the whole row goes when it is forgotten.

    Open at most once a member, and once a person who is no member (by the fingerprint of their number or mail).
    """

    __tablename__ = "support_request"
    __table_args__ = (
        Index("uq_support_request_open", "member_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "uq_support_request_person", "person_index", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_support_request_next_at", "next_at"),
    )  # fmt: skip

    id: Mapped[Id]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    person_sealed: Mapped[Sealed | None]  # JSON: who it is about where that is no member, or a unit
    person_index: Mapped[Digest | None]
    is_group: Mapped[bool] = mapped_column(default=False)  # a unit, not one person
    alias: Mapped[Word] = mapped_column(default=new_alias, unique=True)  # what the audit trail calls the case
    state: Mapped[Word]  # escalation.requests has the words and what may follow what
    source: Mapped[Word]  # self, concern, referral, phone, event
    kind: Mapped[Word | None]  # escalation.ways_in.Kind
    sentence_sealed: Mapped[Sealed | None]  # one neutral sentence
    wishes_sealed: Mapped[Sealed | None]  # JSON: how, when, anything to avoid, own unit or another
    asked_at: Mapped[At]
    opened_at: Mapped[At | None]  # the member confirmed; the clocks run from here
    since: Mapped[At | None]  # when the present state was entered
    remind_at: Mapped[At | None]  # pending: one reminder next morning
    expires_at: Mapped[At | None]  # pending only
    match_by: Mapped[At | None]
    contact_by: Mapped[At | None]
    policy: Mapped[dict[str, object] | None] = mapped_column(JSON)  # frozen at opening
    next_step: Mapped[Word | None]  # escalation.case_clock.Act
    next_at: Mapped[At | None]
    rung: Mapped[int] = mapped_column(default=0)  # how far up the ladder people were told, in this state
    reminded: Mapped[int] = mapped_column(default=0)  # reminders to the supporter, in this state
    tries: Mapped[int] = mapped_column(default=0)  # attempts without an answer
    talks: Mapped[int] = mapped_column(default=0)
    follow_ups: Mapped[int] = mapped_column(default=0)  # done
    followed_up_at: Mapped[At | None]
    supporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    offered: Mapped[list[str] | None] = mapped_column(JSON)  # staff ids: the requester may choose
    passed: Mapped[list[str] | None] = mapped_column(JSON)  # staff ids who passed it back or stayed silent
    matched_at: Mapped[At | None]
    contacted_at: Mapped[At | None]
    rest_until: Mapped[At | None]  # nudges rest until then; None: as long as it is open
    closed_at: Mapped[At | None]
    outcome: Mapped[Word | None]  # escalation.retention.Outcome, once over
    forget_at: Mapped[At | None]  # closed_at and the grace period
    hold_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    hold_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    hold_at: Mapped[At | None]  # a legal hold by two persons: not forgotten until it is lifted


class Incident(Record):
    """A text that sounds like a crisis, until a human has dealt with it."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_member_id_state", "member_id", "state"),
        Index(
            "uq_incident_open", "from_index", unique=True, sqlite_where=_OPEN_INCIDENT,
            postgresql_where=_OPEN_INCIDENT,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    about: Mapped[Word]  # escalation.incidents.About: self, other, call_back
    state: Mapped[Word]  # escalation.incidents.IncidentState: open, acknowledged, closed
    medium: Mapped[Word]
    from_index: Mapped[Digest]
    from_sealed: Mapped[Sealed | None]  # until it is closed and its aftercare is done
    text_sealed: Mapped[Sealed | None]  # until it is closed
    with_backup: Mapped[bool] = mapped_column(default=False)  # of a case: the clinical backup is paged, too
    drill: Mapped[bool] = mapped_column(default=False)  # nobody is in trouble: the chain is being tried
    opened_at: Mapped[At]
    wants_call: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int] = mapped_column(default=0)
    turns: Mapped[int] = mapped_column(default=0)  # of those, the ones that went down the chain
    paged_at: Mapped[At | None]  # the last page
    next_page_at: Mapped[At | None] = mapped_column(index=True)
    told_waiting_at: Mapped[At | None]
    told_unattended_at: Mapped[At | None]  # those who answer for the program heard that nobody is on call
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    acknowledged_at: Mapped[At | None]
    call_by: Mapped[At | None]  # what the responder chose: calling now, or by then
    tries: Mapped[int] = mapped_column(default=0)  # calls that reached nobody, as the responder says
    first_try_at: Mapped[At | None]
    report_by: Mapped[At | None] = mapped_column(index=True)  # by then the responder says how it stands
    reminded_at: Mapped[At | None]  # that time passed: the next silence takes it back
    closed_at: Mapped[At | None]
    outcome: Mapped[Word | None]


class Aftercare(Record):
    """A second and a third look after an incident, each a deadline that the tick scans for."""

    __tablename__ = "aftercare"
    __table_args__ = (UniqueConstraint("incident_id", "step"),)

    id: Mapped[Id]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    step: Mapped[Word]  # escalation.aftercare.Step: days, month
    due_at: Mapped[At] = mapped_column(index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    told_at: Mapped[At | None]  # whose it is was reminded
    missed_told_at: Mapped[At | None]  # those who answer for the program were told that it passed undone
    done_at: Mapped[At | None]


class AuditEntry(Record):
    """One act, chained by hash to the one before it. Subjects are ids, never names."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[At]
    actor: Mapped[Label]
    action: Mapped[Word]
    subject: Mapped[Label | None] = mapped_column(index=True)
    detail: Mapped[Prose]
    previous: Mapped[Digest]
    digest: Mapped[Digest]


class AuditHead(Record):
    """The one row that says where the chain ends, so that cutting its end shows. Count and digest only."""

    __tablename__ = "audit_head"

    id: Mapped[Id]
    seq: Mapped[int]
    digest: Mapped[Digest]


class ProgramState(Record):
    """The one row about the whole program: halted or not, whose machine, which keys."""

    __tablename__ = "program_state"

    id: Mapped[Id]
    halted_at: Mapped[At | None]
    halted_why: Mapped[Word | None]
    key_check: Mapped[Sealed]
    revoked_at: Mapped[At | None]  # wall clock: browsers let in before it are let in no more
    worked_at: Mapped[At | None]  # wall clock: the last time the engine went round
    home: Mapped[Label | None]  # where the database lived then; a copy lives elsewhere
