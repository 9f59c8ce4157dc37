"""What an installation's settings may say, and what is told when they say it wrong."""

import os
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from config.faults import known_variables, unknown_variables
from config.keys import encryption_keys, index_key
from config.settings import Settings, SettingsFault, load_settings

_KEY = urlsafe_b64encode(b"k" * 32).decode()
_OTHER = urlsafe_b64encode(b"o" * 32).decode().rstrip("=")
_SECRET = "a secret of some length"
_CONTRACT = set(
    """
DATABASE_URL PUBLIC_URL SECRET_KEY ENCRYPTION_KEYS INDEX_KEY ENGINE__LOOKUP_WAIT SMS__PROVIDER
TWILIO__ACCOUNT_SID TWILIO__AUTH_TOKEN TWILIO__AUTH_TOKEN_PREVIOUS TWILIO__FROM_NUMBER
TWILIO__MESSAGING_SERVICE_SID TWILIO__API_BASE TWILIO__MESSAGES_PER_SECOND EMAIL__PROVIDER SENDGRID__API_KEY
SENDGRID__FROM_ADDRESS SENDGRID__WEBHOOK_PUBLIC_KEY SENDGRID__INBOUND_DOMAIN SENDGRID__INBOUND_SECRET
SENDGRID__API_BASE SMTP__URL PROGRAM
""".split()  # noqa: SIM905 - laid out as the table is read
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and two secrets in an otherwise empty environment."""
    for name in list(os.environ):
        if name.upper().startswith("PREPAIRED_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREPAIRED_SECRET_KEY", _SECRET)
    monkeypatch.setenv("PREPAIRED_ENCRYPTION_KEYS", _KEY)
    return tmp_path


def _faults(**wanted: bool) -> list[str]:
    with pytest.raises(SettingsFault) as caught:
        load_settings(**wanted)
    return caught.value.faults


def test_every_variable_of_the_contract_is_read() -> None:
    assert {f"PREPAIRED_{name}" for name in _CONTRACT} <= set(known_variables(Settings))


def test_the_defaults_are_the_contracts() -> None:
    found = load_settings()
    assert found.database_url.get_secret_value() == "sqlite:///prepaired.db"
    assert found.public_url == "http://127.0.0.1:8000"
    assert found.engine.lookup_wait == 60
    assert (found.sms.provider, found.email.provider) == ("off", "off")
    assert found.twilio.api_base == "https://api.twilio.com"
    assert found.twilio.messages_per_second == 1
    assert found.sendgrid.api_base == "https://api.sendgrid.com"
    assert found.program is None


def test_the_environment_outranks_the_env_file_and_that_the_toml_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "prepaired.toml").write_text(
        'public_url = "https://toml.example"\ndatabase_url = "sqlite:///toml.db"\n'
        "[engine]\nlookup_wait = 1\n[twilio]\nmessages_per_second = 7\n"
    )
    (place / ".env").write_text(
        "PREPAIRED_PUBLIC_URL=https://file.example\nPREPAIRED_ENGINE__LOOKUP_WAIT=2\nOTHER_PROGRAM=x\n"
    )
    monkeypatch.setenv("PREPAIRED_PUBLIC_URL", "https://environment.example/")
    found = load_settings()
    assert found.public_url == "https://environment.example"
    assert found.engine.lookup_wait == 2
    assert found.database_url.get_secret_value() == "sqlite:///toml.db"
    assert found.twilio.messages_per_second == 7


def test_missing_secrets_are_named_with_their_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREPAIRED_SECRET_KEY")
    monkeypatch.delenv("PREPAIRED_ENCRYPTION_KEYS")
    assert _faults() == [
        "PREPAIRED_SECRET_KEY: is missing; `prepaired init` makes one",
        "PREPAIRED_ENCRYPTION_KEYS: is missing; `prepaired init` makes one",
    ]
    assert load_settings(require_secrets=False).secret_key is None


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", "hunter2", "is too short"),
        ("INDEX_KEY", "hunter2", "is too short"),
        ("ENCRYPTION_KEYS", "hunter2hunter2", "32 bytes"),
        ("ENCRYPTION_KEYS", f"{_KEY},hunter2", "32 bytes"),
        ("DATABASE_URL", "postgresql://u:hunter2@h/db", "postgresql+psycopg://"),
        ("DATABASE_URL", "mysql://u:hunter2@h/db", "sqlite:///"),
        ("SMTP__URL", "http://u:hunter2@h", "smtp://"),
        ("PUBLIC_URL", "buddies.example.org", "https://"),
        ("TWILIO__API_BASE", "hunter2", "https://"),
        ("SMS__PROVIDER", "hunter2", "'twilio', 'off' or 'sandbox'"),
        ("EMAIL__PROVIDER", "hunter2", "'sendgrid', 'smtp', 'off' or 'sandbox'"),
        ("ENGINE__LOOKUP_WAIT", "-1", "greater than or equal to 0"),
        ("TWILIO__MESSAGES_PER_SECOND", "0", "greater than 0"),
        ("PROGRAM", "nowhere.yaml", "there is no file nowhere.yaml"),
    ],
)
def test_a_wrong_value_is_one_line_that_never_repeats_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(f"PREPAIRED_{name}", value)
    [line] = _faults()
    assert line.startswith(f"PREPAIRED_{name}: ")
    assert fault in line
    assert "hunter2" not in line


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAIRED_SECRET_KEY", "short")
    monkeypatch.setenv("PREPAIRED_SMS__PROVIDER", "pigeon")
    assert len(_faults()) == 2


def test_a_misspelt_setting_in_a_file_is_told_with_the_nearest_name(place: Path) -> None:
    (place / "prepaired.toml").write_text('publik_url = "x"\n[twilio]\nauthtoken = "hunter2"\n')
    (place / ".env").write_text("PREPAIRED_DATABSE_URL=hunter2\nPREPAIRED_TEST_POSTGRES_URL=x\n")
    lines = _faults()
    assert sorted(lines) == [
        "PREPAIRED_DATABSE_URL: there is no such setting; did you mean PREPAIRED_DATABASE_URL?",
        "PREPAIRED_PUBLIK_URL: there is no such setting; did you mean PREPAIRED_PUBLIC_URL?",
        "PREPAIRED_TWILIO__AUTHTOKEN: there is no such setting; did you mean PREPAIRED_TWILIO__AUTH_TOKEN?",
    ]


def test_a_misspelt_variable_in_the_environment_can_be_listed() -> None:
    environ = {"PREPAIRED_TWILIO__AUTHTOKEN": "hunter2", "PREPAIRED_SECRET_KEY": "x", "PREPAIRED_TEST_X": "",
               "PATH": ""}  # fmt: skip
    [line] = unknown_variables(Settings, environ)
    assert line.startswith("PREPAIRED_TWILIO__AUTHTOKEN: nothing reads this; did you mean")
    assert "hunter2" not in line


def test_broken_toml_is_one_line(place: Path) -> None:
    (place / "prepaired.toml").write_text("public_url =")
    [line] = _faults(require_secrets=False)
    assert line.startswith("prepaired.toml: ")


def test_a_whole_block_given_as_one_variable_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAIRED_SMS", "{hunter2")
    [line] = _faults()
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("provider", "missing"),
    [
        ("SMS__PROVIDER=twilio", ["TWILIO__ACCOUNT_SID", "TWILIO__AUTH_TOKEN", "TWILIO__FROM_NUMBER"]),
        ("EMAIL__PROVIDER=sendgrid", ["SENDGRID__API_KEY", "SENDGRID__FROM_ADDRESS"]),
        ("EMAIL__PROVIDER=smtp", ["SMTP__URL", "SMTP__FROM_ADDRESS"]),
        ("SMS__PROVIDER=sandbox", []),
        ("EMAIL__PROVIDER=sandbox", []),
    ],
)
def test_a_provider_needs_its_account(
    monkeypatch: pytest.MonkeyPatch, provider: str, missing: list[str]
) -> None:
    name, _, value = provider.partition("=")
    monkeypatch.setenv(f"PREPAIRED_{name}", value)
    assert load_settings(require_secrets=False)
    if missing:
        assert [line.split(":")[0] for line in _faults()] == [f"PREPAIRED_{name}" for name in missing]
    else:
        assert load_settings()


def test_a_messaging_service_serves_instead_of_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SMS__PROVIDER": "twilio", "TWILIO__ACCOUNT_SID": "AC1", "TWILIO__AUTH_TOKEN": "t",
                        "TWILIO__MESSAGING_SERVICE_SID": "MG1"}.items():  # fmt: skip
        monkeypatch.setenv(f"PREPAIRED_{name}", value)
    assert load_settings().twilio.messaging_service_sid == "MG1"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWILIO__AUTH_TOKEN", "TWILIO__AUTH_TOKEN_PREVIOUS", "SENDGRID__API_KEY",
                 "SENDGRID__INBOUND_SECRET"):  # fmt: skip
        monkeypatch.setenv(f"PREPAIRED_{name}", "hunter2")
    monkeypatch.setenv("PREPAIRED_DATABASE_URL", "postgresql+psycopg://u:hunter2@h/db")
    monkeypatch.setenv("PREPAIRED_SMTP__URL", "smtp://u:hunter2@h:587")
    found = load_settings()
    for shown in (repr(found), str(found), found.model_dump_json()):
        assert "hunter2" not in shown
        assert _SECRET not in shown
        assert _KEY not in shown


def test_encryption_keys_come_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAIRED_ENCRYPTION_KEYS", f" {_OTHER} , {_KEY},")
    assert load_settings().encryption_key_bytes == (b"o" * 32, b"k" * 32)


def test_plain_base64_is_understood_too() -> None:
    key = bytes(range(224, 256))
    assert encryption_keys(b64encode(key).decode()) == (key,)
    assert encryption_keys(urlsafe_b64encode(key).decode()) == (key,)


@pytest.mark.parametrize(
    "value", ["", ",", "a+b/", "A" * 41, "abc", _KEY[:-4], _KEY + "AAAA", "é" * 43, f"{_KEY};{_OTHER}"]
)
def test_what_is_no_key_of_32_bytes_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        encryption_keys(value)


def test_the_index_key_follows_from_the_secret_key_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    derived = load_settings().index_key_bytes
    assert derived == index_key(None, _SECRET)
    assert len(derived) == 32
    assert derived != index_key(None, _SECRET + "x")
    monkeypatch.setenv("PREPAIRED_INDEX_KEY", _OTHER)
    assert load_settings().index_key_bytes == b"o" * 32
    monkeypatch.setenv("PREPAIRED_INDEX_KEY", _SECRET)
    assert load_settings().index_key_bytes not in (derived, b"o" * 32)


def test_keys_that_are_missing_are_told_when_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREPAIRED_ENCRYPTION_KEYS")
    found = load_settings(require_secrets=False)
    with pytest.raises(SettingsFault, match="PREPAIRED_ENCRYPTION_KEYS: is missing"):
        _ = found.encryption_key_bytes


def test_mail_comes_from_the_address_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAIRED_SMTP__URL", "smtp://relay.example.org:25")
    assert load_settings().mail_from is None
    monkeypatch.setenv("PREPAIRED_SENDGRID__FROM_ADDRESS", "buddies@example.org")
    assert load_settings().mail_from == "buddies@example.org"
    monkeypatch.setenv("PREPAIRED_SMTP__FROM_ADDRESS", "own@example.org")
    assert load_settings().mail_from == "own@example.org"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAIL_SECRET", "short", "16 to 40 small letters and digits"),
        ("MAIL_SENDERS", "safety", "must be addresses, or domains with an @"),
        ("MAIL_SECRET", "abcdefgh12345678", "PREPAIRED_EVENTS__MAIL_SENDERS: is missing"),
        ("MAIL_SECRET", "abcdefgh12345678", "PREPAIRED_IMAP__URL: is missing"),
    ],
)
def test_events_by_mail_need_an_address_and_a_list_of_senders(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"PREPAIRED_EVENTS__{name}", value)
    assert any(said in fault for fault in _faults())
