"""Twilio's posts: signatures that hold and do not, forms as they come, limits before any work."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.twilio_webhooks import (
    LARGEST_BODY,
    MOST_PARAMETERS,
    InboundSms,
    Malformed,
    StatusUpdate,
    TooLarge,
    TooMany,
    inbound_sms,
    parse_form,
    status_update,
    verify,
)

URL = "https://buddies.example.org/webhooks/twilio/sms?a=1&b="
TOKEN = "a-token-for-tests"
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "vectors.json"


def sign(url: str, params: list[tuple[str, str]], token: str = TOKEN) -> str:
    """The scheme written out by hand: URL, then names and values sorted, each pair once."""
    signed = url + "".join(name + value for name, value in sorted(set(params)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def vectors() -> list[dict[str, Any]]:
    if not VECTORS.exists():
        pytest.skip("the shared vectors are not here")
    return [vector for vector in json.loads(VECTORS.read_text())["twilio_signature"] if "params" in vector]


def test_the_published_vectors_verify() -> None:
    checked = 0
    for vector in vectors():
        pairs = list(vector["params"].items())
        signature = vector.get("sha1") or vector["sha1_accepted_too"]
        assert verify(url=vector["url"], params=pairs, signature=signature, tokens=[vector["token"]])
        assert not verify(
            url=vector["url"] + "x", params=pairs, signature=signature, tokens=[vector["token"]]
        )
        checked += 1
    assert checked >= 3


def test_repeated_parameters_count_each_value() -> None:
    pairs = parse_form(b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234")
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert verify(url=url, params=pairs, signature="IK+Dwps556ElfBT0I3Rgjkr1wJU=", tokens=["12345"])
    assert not verify(url=url, params=pairs[:-2], signature="IK+Dwps556ElfBT0I3Rgjkr1wJU=", tokens=["12345"])


@given(
    st.lists(st.tuples(st.sampled_from(["Body", "From", "Odd", "Empty"]), st.text(max_size=30)), max_size=6)
)
def test_what_is_signed_verifies_and_what_is_changed_does_not(pairs: list[tuple[str, str]]) -> None:
    pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in dict(pairs).items()]
    signature = sign(URL, pairs)
    assert verify(url=URL, params=pairs, signature=signature, tokens=[TOKEN])
    assert not verify(
        url=URL, params=[*pairs, ("Body", "more"), ("X", "")], signature=signature, tokens=[TOKEN]
    )
    assert not verify(url=URL, params=pairs, signature=signature, tokens=["another token"])


def test_the_previous_token_still_verifies_while_rotating() -> None:
    pairs = [("Body", "1")]
    assert verify(url=URL, params=pairs, signature=sign(URL, pairs, "old"), tokens=[TOKEN, "old"])
    assert not verify(url=URL, params=pairs, signature=sign(URL, pairs, "old"), tokens=[TOKEN])
    assert not verify(url=URL, params=pairs, signature=sign(URL, pairs, ""), tokens=["", TOKEN])


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "=" * 28, "\0", "A" * 100_000])
def test_an_odd_signature_is_a_no_and_never_an_exception(signature: str | None) -> None:
    assert verify(url=URL, params=[("Body", "1")], signature=signature, tokens=[TOKEN]) is False


@pytest.mark.parametrize("url", ["", "nonsense", "https://host:notaport/x", "https://[::1"])
def test_an_odd_address_is_a_no_and_never_an_exception(url: str) -> None:
    assert verify(url=url, params=[("Body", "1")], signature="A" * 28, tokens=[TOKEN]) is False


def test_a_form_keeps_blanks_order_and_spaces() -> None:
    raw = b"Body=+1%0A+&Empty=&From=%2B1555&Bare&Body=%F0%9F%91%8D"
    assert parse_form(raw) == [
        ("Body", " 1\n "),
        ("Empty", ""),
        ("From", "+1555"),
        ("Bare", ""),
        ("Body", "👍"),
    ]


def test_the_limits_hold_before_anything_is_parsed() -> None:
    assert (
        len(parse_form(b"&".join(b"a=%d" % number for number in range(MOST_PARAMETERS)))) == MOST_PARAMETERS
    )
    with pytest.raises(TooMany):
        parse_form(b"a=1" + b"&a=1" * MOST_PARAMETERS)
    with pytest.raises(TooLarge):
        parse_form(b"a" * (LARGEST_BODY + 1))


def test_an_inbound_text_is_read_as_it_came() -> None:
    pairs = parse_form(
        b"MessageSid=SM1&From=%2B15551230001&To=%2B15005550006&Body=+STOP%21+&NumMedia=2&OptOutType=STOP"
    )
    assert inbound_sms(pairs) == InboundSms(
        provider_id="SM1", from_="+15551230001", to="+15005550006", body=" STOP! ", media=2, opt_out="STOP"
    )


def test_an_inbound_text_without_words_is_still_one() -> None:
    got = inbound_sms([("SmsSid", "SM2"), ("From", "+1"), ("NumMedia", "many")])
    assert (got.provider_id, got.body, got.media, got.opt_out) == ("SM2", "", 0, None)


def test_a_status_names_our_message_by_the_address_it_came_to() -> None:
    pairs = [("MessageSid", "SM1"), ("MessageStatus", "Undelivered"), ("ErrorCode", "30005")]
    assert status_update(pairs, [("m", "abc")]) == StatusUpdate(
        provider_id="SM1", message_id="abc", status="undelivered", code="30005"
    )
    assert status_update([("SmsSid", "SM1"), ("SmsStatus", "sent")]).message_id is None


@pytest.mark.parametrize(("pairs", "lacking"), [([], "MessageSid"), ([("MessageSid", "SM1")], "From")])
def test_a_form_that_is_no_message_says_what_it_lacks(pairs: list[tuple[str, str]], lacking: str) -> None:
    with pytest.raises(Malformed, match=lacking):
        inbound_sms(pairs)
