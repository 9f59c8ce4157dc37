"""Every table, one module an aggregate."""

from store.models.conversation import CheckIn, Colour, Inbound, Rematch, UnclearReply
from store.models.joining import Invitation, Joining
from store.models.member import Agreement, Consent, ContactPoint, Exclusion, Member, Suppression
from store.models.outbox import Cursor, Link, Message, ProviderEvent, Sender
from store.models.pairing import BuddyGroup, Cohort, CohortMember, GroupPlace, Rhythm, Round
from store.models.pathway import (
    Aftercare,
    AuditEntry,
    AuditHead,
    Incident,
    ProgramState,
    Staff,
    StaffSession,
    SupportRequest,
)
from store.models.record import Record, new_alias, new_id
from store.models.supporters import (
    ApiKey,
    CaseCount,
    HelpCount,
    MeetingAnswer,
    Nomination,
    ProviderCopy,
    Supporter,
    SupporterMeeting,
)
from store.models.wishes import Cover, KeepWish, NeverWish, Outreach, UnitWords

__all__ = [
    "Aftercare",
    "Agreement",
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "BuddyGroup",
    "CaseCount",
    "CheckIn",
    "Cohort",
    "CohortMember",
    "Colour",
    "Consent",
    "ContactPoint",
    "Cover",
    "Cursor",
    "Exclusion",
    "GroupPlace",
    "HelpCount",
    "Inbound",
    "Incident",
    "Invitation",
    "Joining",
    "KeepWish",
    "Link",
    "MeetingAnswer",
    "Member",
    "Message",
    "NeverWish",
    "Nomination",
    "Outreach",
    "ProgramState",
    "ProviderCopy",
    "ProviderEvent",
    "Record",
    "Rematch",
    "Rhythm",
    "Round",
    "Sender",
    "Staff",
    "StaffSession",
    "SupportRequest",
    "Supporter",
    "SupporterMeeting",
    "Suppression",
    "UnclearReply",
    "UnitWords",
    "new_alias",
    "new_id",
]
