"""How people come in: addresses being confirmed, and invitations from one member to a friend."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Record, Sealed, Word


class Joining(Record):
    """Somebody who gave a number or address and has to show that it is theirs. Gone within a day."""

    __tablename__ = "joining"
    __table_args__ = (Index("ix_joining_address_index_created_at", "address_index", "created_at"),)

    id: Mapped[Id]
    medium: Mapped[Word]
    address_sealed: Mapped[Sealed]
    address_index: Mapped[Digest]
    code_index: Mapped[Digest | None]  # HMAC of the code that was sent
    sent_at: Mapped[At | None]  # None: no code went out for this row, one of another row does
    requester_index: Mapped[Digest] = mapped_column(default="")  # HMAC of the network that asked
    token_hash: Mapped[Digest | None] = mapped_column(unique=True)  # of the link, for whoever texted the word
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id", ondelete="SET NULL"))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[At]
    expires_at: Mapped[At] = mapped_column(index=True)
    confirmed_at: Mapped[At | None]
    done_at: Mapped[At | None]


class Invitation(Record):
    """A member's invitation to a friend, by link or QR code. A refusal is not kept: the row is gone."""

    __tablename__ = "invitation"

    id: Mapped[Id]
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    is_outside: Mapped[bool]  # the friend does not work here: own consent, less shared
    created_at: Mapped[At]
    expires_at: Mapped[At]
    accepted_at: Mapped[At | None]
