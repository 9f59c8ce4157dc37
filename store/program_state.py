"""The one row about the whole program: the key check, the halt, and when the engine last went round.

It says what is; who may halt or resume, and what still goes out meanwhile, is decided by the callers.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.errors import SealBroken, WrongKey
from store.models import ProgramState
from store.sealing import Vault

PROGRAM_STATE_ID = UUID(int=1)
_PLACE = ("program_state", "key_check", PROGRAM_STATE_ID)


def begin(session: Session, vault: Vault, now: datetime, *, halted_why: str | None = None) -> None:
    """Makes the row if there is none, and checks the keys if there is; twice at once does no harm.

    A program that is to start halted (a restored backup) says why. Raises WrongKey like `check_keys`.
    """
    if _state(session) is not None:
        check_keys(session, vault)
        return
    try:
        with session.begin_nested():
            session.add(
                ProgramState(
                    id=PROGRAM_STATE_ID,
                    halted_at=now if halted_why else None,
                    halted_why=halted_why,
                    key_check=vault.seal(_known(vault), *_PLACE),
                    worked_at=None,
                )
            )
    except IntegrityError:  # another process was first
        check_keys(session, vault)


def check_keys(session: Session, vault: Vault) -> None:
    """Raises WrongKey when these keys do not open this database, or when nothing was ever sealed in it."""
    sealed = session.scalar(select(ProgramState.key_check))
    if sealed is None:
        raise WrongKey("this database holds no program yet: run `prepaired init`, or import members")
    try:
        opened = vault.open(sealed, *_PLACE)
    except (SealBroken, WrongKey):
        opened = None
    if opened is None:
        raise WrongKey(
            "PREPAIRED_ENCRYPTION_KEYS does not open this database: set the keys that it was created with"
        )
    if opened != _known(vault):
        raise WrongKey(
            "PREPAIRED_INDEX_KEY, or PREPAIRED_SECRET_KEY where that is derived, does not fit this database: set the"
            " one that it was created with, or nobody who wrote STOP would be recognized"
        )


def reseal(session: Session, vault: Vault) -> None:
    """Seals the key check with the newest key: the last step of a rotation, after which an old key may go."""
    check_keys(session, vault)
    session.execute(update(ProgramState).values(key_check=vault.seal(_known(vault), *_PLACE)))


def _known(vault: Vault) -> str:
    """What the key check holds: a fingerprint, so that both kinds of keys must be the right ones."""
    return vault.index("prepaired", "key_check")


def halt(session: Session, at: datetime, why: str) -> bool:
    """Stops all nudges; True if they were not stopped already. The first halt's instant and reason stay."""
    changed = session.execute(
        update(ProgramState)
        .where(ProgramState.halted_at.is_(None))
        .values(halted_at=at, halted_why=why)
        .returning(ProgramState.id)
    )
    return changed.first() is not None


def resume(session: Session) -> bool:
    """Lets nudges go on; True if they were stopped."""
    changed = session.execute(
        update(ProgramState)
        .where(ProgramState.halted_at.is_not(None))
        .values(halted_at=None, halted_why=None)
        .returning(ProgramState.id)
    )
    return changed.first() is not None


def is_halted(session: Session) -> bool:
    """Whether nudges are stopped. Asked of the database each time: another node may have halted."""
    return session.scalar(select(ProgramState.halted_at)) is not None


def worked(session: Session, at: datetime) -> None:
    """Notes that the engine went round, by the wall clock; an older instant never replaces a newer one."""
    session.execute(
        update(ProgramState)
        .where(ProgramState.worked_at.is_(None) | (ProgramState.worked_at < at))
        .values(worked_at=at)
    )


def home(session: Session) -> str | None:
    """Where the database lived when something was last sent from it (see `store.home`); None if nothing was."""
    return session.scalar(select(ProgramState.home))


def move_in(session: Session, here: str) -> None:
    """It lives here now."""
    session.execute(update(ProgramState).values(home=here))


def worked_at(session: Session) -> datetime | None:
    """When the engine last went round; None if it never did."""
    return session.scalar(select(ProgramState.worked_at))


def _state(session: Session) -> UUID | None:
    return session.scalar(select(ProgramState.id))
