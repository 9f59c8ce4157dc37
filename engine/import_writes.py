"""Turns checked rows of a member list into the rows that are written; sealing happens here, before the write."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.member_rows import MemberRow
from engine.patterns import places_of
from engine.record_consent import ATTESTED, consent_row, record_rows
from store.addresses import index_form
from store.inserting import insert_new
from store.members import PairKeeper, StoredMember
from store.models import ContactPoint, Member, Suppression, new_id
from store.names import plain_name


@dataclass(slots=True)
class Writes:
    """Everything that one import changes."""

    members: list[dict[str, object]] = field(default_factory=list)
    changes: list[dict[str, object]] = field(default_factory=list)
    contacts: list[dict[str, object]] = field(default_factory=list)
    contact_changes: list[dict[str, object]] = field(default_factory=list)
    contact_removals: list[UUID] = field(default_factory=list)
    consents: list[dict[str, object]] = field(default_factory=list)
    suppressions: list[dict[str, object]] = field(default_factory=list)


def _member_values(
    deployment: Deployment, row: MemberRow, member_id: UUID, kept: StoredMember | None, now: datetime
) -> dict[str, object]:
    vault, program = deployment.vault, deployment.program
    values: dict[str, object] = {"id": member_id}
    if row.name is not None:
        name = plain_name(row.name)
        values["name_sealed"] = vault.seal(name, "member", "name", member_id) if name else None
    if row.timezone is not None:
        values["timezone"] = row.timezone
    if row.status is not None:
        values["status"] = row.status
    if row.work_days is not None:
        values["work_days"] = row.work_days
    values.update(row.dates)
    if row.attributes or kept is None:
        merged = dict(kept.attributes) if kept else {}
        merged.update({name: list(cell) for name, cell in row.attributes.items()})
        filled = {name: cell for name, cell in merged.items() if cell}
        values["attributes_sealed"] = vault.seal_json(filled, "member", "attributes", member_id)
        values.update(places_of(program, filled))
    if kept is None:
        fresh = {
            "ref": row.ref, "name_sealed": None, "timezone": program.zone, "status": "active", "work_days": "",
            "active_from": None, "active_until": None, "away_from": None, "away_until": None,
            "mode": "ask", "keeps_colours": True, "created_at": now, "cadence": "", "hour": "",
            "tells_coordinator": False,
        }  # fmt: skip
        values = fresh | values
    return values


def prepare(
    deployment: Deployment,
    rows: Sequence[MemberRow],
    stored: Mapping[str, StoredMember],
    ids: Mapping[str, UUID],
    now: datetime,
    stopped: Set[tuple[str, str]] = frozenset(),
) -> Writes:
    """Everything to be written, sealed. `stopped`: (medium, index) of addresses whose members said stop."""
    writes = Writes()
    for row in rows:
        kept = stored.get(row.ref)
        values = _member_values(deployment, row, ids[row.ref], kept, now)
        (writes.changes if kept else writes.members).append(values)
        _contacts(deployment, row, ids[row.ref], kept, now, writes)
        if kept is not None:
            _carry_stops(deployment, row, kept, now, stopped, writes)
    return writes


def _carry_stops(
    deployment: Deployment,
    row: MemberRow,
    kept: StoredMember,
    now: datetime,
    stopped: Set[tuple[str, str]],
    writes: Writes,
) -> None:
    """A member who said stop stays stopped at a new number or address: a list undoes no STOP."""
    held = {(medium, index) for medium, (_, index, _) in kept.contacts.items()}
    for medium, address in row.addresses.items():
        said = {one for one in held if one[0] == medium} or held
        if address and said & stopped:
            index = deployment.vault.index(index_form(medium, address), medium)
            writes.suppressions.append(
                {"medium": medium, "address_index": index, "since": now, "reason": "stop"}
            )


def _contacts(
    deployment: Deployment,
    row: MemberRow,
    member_id: UUID,
    kept: StoredMember | None,
    now: datetime,
    writes: Writes,
) -> None:
    vault = deployment.vault
    for medium in ("sms", "email"):
        address, given = row.addresses.get(medium), row.consents.get(medium)
        point = kept.contacts.get(medium) if kept else None
        if address == "" and point:
            writes.contact_removals.append(point[0])
            continue
        if address:
            index = vault.index(index_form(medium, address), medium)
            if point is None:
                point_id = new_id()
                writes.contacts.append(
                    {
                        "id": point_id,
                        "member_id": member_id,
                        "medium": medium,
                        "address_sealed": vault.seal(address, "contact_point", "address", point_id),
                        "address_index": index,
                        "consented": bool(given),
                    }
                )
            elif point[1] != index:
                writes.contact_changes.append(
                    {
                        "id": point[0],
                        "address_sealed": vault.seal(address, "contact_point", "address", point[0]),
                        "address_index": index,
                        "unusable_since": None,
                        "unusable_code": None,
                        "answered_at": None,
                    }
                )
        if given is None or (point is None and not address) or (point is not None and point[2] == given):
            continue
        if point is not None:
            writes.contact_changes.append({"id": point[0], "consented": given})
        writes.consents.append(consent_row(member_id, medium, ATTESTED, now, how="import", given=given))


def write(session: Session, writes: Writes) -> None:
    if writes.suppressions:
        insert_new(session, Suppression, writes.suppressions, ("medium", "address_index"))
    for model, rows in ((Member, writes.members), (ContactPoint, writes.contacts)):
        if rows:
            session.execute(insert(model), rows)
    record_rows(session, writes.consents)
    for model, rows in ((Member, writes.changes), (ContactPoint, writes.contact_changes)):
        for row in rows:
            values = {column: value for column, value in row.items() if column != "id"}
            if values:
                session.execute(update(model).where(model.id == row["id"]).values(values))
    for point_id in writes.contact_removals:
        session.execute(delete(ContactPoint).where(ContactPoint.id == point_id))


def write_pairs(
    session: Session, keeper: PairKeeper, rows: Sequence[MemberRow], known: Mapping[str, UUID]
) -> None:
    for row in rows:
        for other in row.never:
            keeper.exclude(session, known[row.ref], known[other])
        if row.buddy:
            keeper.agree(session, "buddy", (known[row.ref], known[row.buddy]))
