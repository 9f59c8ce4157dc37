"""What a path gives away never reaches the access log."""

import logging

import httpx
import pytest

from engine.links import Purpose
from tests.web.hospital import Hospital
from web.masking import masked


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/s/Abc-123_x", "/s/…"),
        ("/s/Abc/my-page", "/s/…"),
        ("/m/Abc?note=x", "/m/…?…"),
        ("/unsubscribe/Abc", "/unsubscribe/…"),
        ("/console/sign-in/Abc", "/console/sign-in/…"),
        ("/webhooks/sendgrid/inbound/Abc", "/webhooks/sendgrid/inbound/…"),
        ("/console/members?q=Marisol", "/console/members?…"),
        ("/console/members/0190", "/console/members/0190"),
        ('"POST /s/Abc HTTP/1.1" 200', '"POST /s/… HTTP/1.1" 200'),
    ],
)
def test_a_token_or_a_query_is_written_as_an_ellipsis(path: str, written: str) -> None:
    assert masked(path) == written


def test_the_access_log_of_a_served_page_holds_no_token(
    client: httpx.Client, hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    token = hospital.link(Purpose.SUPPORT)
    access = logging.getLogger("uvicorn.access")
    access.setLevel(logging.INFO)
    access.addHandler(caplog.handler)
    try:
        client.get(f"/s/{token}")
    finally:
        access.removeHandler(caplog.handler)
    lines = [record.getMessage() for record in caplog.records if record.name == "uvicorn.access"]
    assert any("/s/…" in line for line in lines)
    assert not any(token in line for line in lines)
