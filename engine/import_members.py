"""Takes a member list, all of it or nothing: checks outside the database, then one short write.

A re-import never undoes a STOP: consent given in a file does not lift a suppression.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine import rhythms
from engine.deployment import Deployment
from engine.import_writes import prepare, write, write_pairs
from engine.invite_listed import invite
from engine.member_rows import Fault, ImportRefused, MemberRow, RowReader
from store import audit
from store.addresses import index_form
from store.cohorts import join_cohort
from store.members import PairKeeper, StoredMember, stored_members
from store.models import Suppression, new_id

SAID_STOP = ("stop", "unsubscribe")  # the member's own word, unlike a bounce or a wrong number


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do."""

    added: int
    updated: int
    cohort: str | None
    dry_run: bool


def import_members(
    deployment: Deployment,
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    now: datetime,
    cohort: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Adds and updates members by their id. `rows` are (line number, column -> cell).

    Raises ImportRefused with every fault found; the database is then as it was.
    """
    reader = RowReader()
    read = [reader.read(line, cells) for line, cells in rows]
    with deployment.database.reads() as session:
        stored = stored_members(session, deployment.vault)
        stopped = {
            (listed.medium, listed.address_index)
            for listed in session.scalars(select(Suppression).where(Suppression.reason.in_(SAID_STOP)))
        }
    faults = reader.faults + _check_together(read, stored, deployment, reader)
    if faults:
        raise ImportRefused(sorted(faults, key=lambda fault: fault.line))
    ids = {row.ref: stored[row.ref].id if row.ref in stored else new_id() for row in read}
    added = sum(row.ref not in stored for row in read)
    report = ImportReport(added=added, updated=len(read) - added, cohort=cohort, dry_run=dry_run)
    if dry_run or not read:
        return report
    writes = prepare(deployment, read, stored, ids, now, stopped)
    known = {ref: kept.id for ref, kept in stored.items()} | ids
    try:
        with deployment.database.writes.begin() as session:
            write(session, writes)
            write_pairs(session, PairKeeper(deployment.vault, now), read, known)
            fresh = [ids[row.ref] for row in read if row.ref not in stored]
            members = list(ids.values()) if cohort else fresh
            rhythms.follow_members(session, deployment, now)
            join_cohort(session, cohort or "main", members, now)
            invite(session, deployment, [row for row in read if row.ref not in stored], ids, now)
            audit.record(
                session, at=now, actor="system", action="members_imported",
                detail=f"added {report.added}, updated {report.updated}",
            )  # fmt: skip
    except IntegrityError:
        line = read[0].line
        raise ImportRefused(
            [Fault(line=line, column="id", value="", mend="members changed meanwhile; run the import again")]
        ) from None
    return report


def _check_together(
    rows: Sequence[MemberRow], stored: Mapping[str, StoredMember], deployment: Deployment, reader: RowReader
) -> list[Fault]:
    """What is wrong with rows beside each other, also with those that hold a wrong cell."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    taken = {
        (medium, index): ref
        for ref, kept in stored.items()
        for medium, (_, index, _) in kept.contacts.items()
    }
    lines: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        if row.ref and row.ref in seen:
            mend = f"the same id stands on line {seen[row.ref]}; ids are unique"
            faults.append(Fault(line=row.line, column="id", value=row.ref, mend=mend))
        seen.setdefault(row.ref, row.line)
        for medium, address in row.addresses.items():
            _check_address(row, medium, address, deployment, taken, lines, faults)
        for medium, given in row.consents.items():
            kept = stored.get(row.ref)
            if given and not row.addresses.get(medium) and not (kept and medium in kept.contacts):
                column = "phone" if medium == "sms" else "email"
                if reader.is_faulty(row.line, column):
                    continue  # there is one, and it was named
                mend = f"{medium}_consent is yes, so this row needs a {column}"
                faults.append(Fault(line=row.line, column=column, value="", mend=mend))
    _check_references(rows, seen.keys() | stored.keys(), faults)
    return faults


def _check_address(
    row: MemberRow,
    medium: str,
    address: str,
    deployment: Deployment,
    taken: Mapping[tuple[str, str], str],
    lines: dict[tuple[str, str], tuple[int, str]],
    faults: list[Fault],
) -> None:
    if not address:
        return
    index = deployment.vault.index(index_form(medium, address), medium)
    column = "phone" if medium == "sms" else "email"
    other_line, other = lines.setdefault((medium, index), (row.line, row.ref))
    holder = taken.get((medium, index), row.ref)
    if other != row.ref:
        mend = f"line {other_line} ({other}) has the same; one person is one row"
        faults.append(Fault(line=row.line, column=column, value=address, mend=mend))
    elif holder != row.ref:
        mend = f"already belongs to member {holder}; one person is one member"
        faults.append(Fault(line=row.line, column=column, value=address, mend=mend))


def _check_references(rows: Sequence[MemberRow], known: Iterable[str], faults: list[Fault]) -> None:
    refs = set(known)
    for row in rows:
        named = [("never", other) for other in row.never] + ([("buddy", row.buddy)] if row.buddy else [])
        for column, other in named:
            if other == row.ref:
                faults.append(Fault(line=row.line, column=column, value=other, mend="names the row's own id"))
            elif other not in refs:
                mend = "no such member; the id must stand in this file or be a member already"
                faults.append(Fault(line=row.line, column=column, value=other, mend=mend))
