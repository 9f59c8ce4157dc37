"""Empties the program's own mailbox: each mail becomes one inbound record, then is gone from there.

What makes answers by mail work without any port that is open to the outside.
"""

from datetime import datetime

import structlog

from channels.imap import Letter, MailboxFailed
from engine.clock import Clock
from engine.deployment import Deployment
from engine.receive import receive_mail
from engine.reconcile_inbound import note_deaf, note_hearing
from engine.take_event_mail import take_event_mail

log = structlog.get_logger(__name__)
MAILBOX = "the mailbox"  # as the engine's health names it


def collect_mail(deployment: Deployment, clock: Clock) -> int:
    """Takes what lies in the mailbox, where there is one; returns how many mails were new to us.

    Two nodes may do this at once, and a crash may come between taking and removing: a mail is taken once. A mailbox
    that fails stops nobody: it is noted, and the engine's health tells of it.
    """
    if deployment.mailbox is None:
        return 0
    taken = 0

    def take(letter: Letter) -> None:
        nonlocal taken
        taken += _received(deployment, letter, clock.now())

    try:
        deployment.mailbox.empty(take)
    except Exception as fault:  # noqa: BLE001  whatever ails it, texts and nudges must not wait for it
        step = str(fault) if isinstance(fault, MailboxFailed) else type(fault).__name__
        log.warning("mailbox_failed", step=step)
        note_deaf(deployment, MAILBOX, clock.wall())
    else:
        note_hearing(deployment, MAILBOX)
    return taken


def _received(deployment: Deployment, letter: Letter, now: datetime) -> bool:
    if take_event_mail(deployment, letter.mail, letter.id, now):
        return False  # nothing that is to be answered
    mail, prefix, domain = letter.mail, deployment.reply_prefix, deployment.reply_domain or ""
    token = mail.reply_token(prefix, domain) if domain else None
    return receive_mail(
        deployment,
        provider="imap",
        provider_id=letter.id,
        from_=mail.from_,
        text=mail.text or None,
        html=mail.html or None,
        reply_token=token,
        automatic=mail.is_automatic,
        own_addresses=(f"{prefix}{token}@{domain}",) if token else (),
        now=now,
    )
