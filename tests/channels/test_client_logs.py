"""At debug level neither client tells keys, numbers or words."""

import logging

import pytest

from channels.client_logs import silence_client_logs
from tests.channels.test_sendgrid import mail
from tests.sandbox.stage import Stage, text


def test_a_log_at_debug_level_holds_no_key_number_address_or_word(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for name in ("twilio.http_client", "python_http_client.client"):
            logging.getLogger(name).setLevel(logging.DEBUG)  # as a later configuration may do
        stage.sms.send([text("+15551234567", "Zebra")])
        stage.mail.send([mail(1, "Zebra")])
    assert len(stage.state.memory.texts()) == len(stage.state.memory.mails()) == 1
    for secret in ("+15551234567", "15551234567", "Zebra", "p1@example.org", stage.state.api_key):
        assert secret not in caplog.text


def test_a_warning_still_gets_through(caplog: pytest.LogCaptureFixture) -> None:
    silence_client_logs()
    logging.getLogger("twilio.http_client").warning("a warning")
    assert "a warning" in caplog.text
