"""The settings of an installation: environment, then `.env`, then `prepaired.toml`.

Read once at start; what is wrong is told in one line a fault, and no secret is ever part of one.
"""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from config.blocks import (
    EmailSettings,
    EngineSettings,
    EventsSettings,
    ImapSettings,
    PagingSettings,
    SendgridSettings,
    SmsSettings,
    SmtpSettings,
    TwilioSettings,
    Url,
)
from config.faults import SettingsFault, explained, variable
from config.keys import encryption_keys, index_key, sized

__all__ = ["TOML", "Settings", "SettingsFault", "load_settings"]

TOML = "prepaired.toml"


def _database(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    sized(value.get_secret_value())
    return value


def _keys(value: SecretStr) -> SecretStr:
    encryption_keys(value.get_secret_value())
    return value


def _file(value: Path) -> Path:
    if not value.is_file():
        raise ValueError(f"there is no file {value}")
    return value


class _EnvFile(DotEnvSettingsSource):
    """The `.env` file, which may hold other programs' variables too: those are none of our business."""

    def __call__(self) -> dict[str, Any]:
        """Our settings, and whatever else carries our prefix, so that a misspelling is told."""
        fields, prefix = self.settings_cls.model_fields, self.env_prefix.lower()
        return {
            name: value
            for name, value in super().__call__().items()
            if name in fields or (name.startswith(prefix) and not name.startswith(f"{prefix}test_"))
        }


class Settings(BaseSettings):
    """Everything that the contract's table names."""

    model_config = SettingsConfigDict(
        env_prefix="PREPAIRED_",
        env_nested_delimiter="__",
        env_file=".env",
        toml_file=TOML,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("sqlite:///prepaired.db")
    public_url: Url = "http://127.0.0.1:8000"
    secret_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    encryption_keys: Annotated[SecretStr, AfterValidator(_keys)] | None = None
    index_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    program: Annotated[Path, AfterValidator(_file)] | None = None
    engine: EngineSettings = EngineSettings()
    sms: SmsSettings = SmsSettings()
    email: EmailSettings = EmailSettings()
    twilio: TwilioSettings = TwilioSettings()
    sendgrid: SendgridSettings = SendgridSettings()
    smtp: SmtpSettings = SmtpSettings()
    paging: PagingSettings = PagingSettings()
    imap: ImapSettings = ImapSettings()
    events: EventsSettings = EventsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before `.env` before the TOML file; what a command passes itself before all."""
        return init_settings, env_settings, _EnvFile(settings_cls), TomlConfigSettingsSource(settings_cls)

    @property
    def encryption_key_bytes(self) -> tuple[bytes, ...]:
        """The keys for personal columns, newest first, 32 bytes each. Raises SettingsFault without."""
        return encryption_keys(self._needed("encryption_keys"))

    @property
    def index_key_bytes(self) -> bytes:
        """The key for look-up and suppression, 32 bytes; derived from the secret key where it is not set."""
        own = self.index_key.get_secret_value() if self.index_key is not None else None
        return index_key(own, self._needed("secret_key") if own is None else "")

    @property
    def mail_from(self) -> str | None:
        """The sender's address for mail, whoever carries it."""
        user = urlsplit(self.smtp.url.get_secret_value()).username if self.smtp.url else None
        return (
            self.smtp.from_address or self.sendgrid.from_address or (user if user and "@" in user else None)
        )

    @property
    def mailbox_address(self) -> str | None:
        """The address of the mailbox that answers arrive in; None where there is none, or it is not known."""
        user = urlsplit(self.imap.url.get_secret_value()).username if self.imap.url else None
        named = self.imap.address or (unquote(user) if user else None)
        return named if self.imap.url and named and "@" in named else None

    def _needed(self, name: Literal["encryption_keys", "secret_key"]) -> str:
        secret: SecretStr | None = getattr(self, name)
        if secret is None:
            raise SettingsFault([_missing(name)])
        return secret.get_secret_value()


def load_settings(*, require_secrets: bool = True) -> Settings:
    """The settings as found in the environment and the working folder. Raises SettingsFault.

    `require_secrets=False` is for commands that touch neither sessions nor personal data and send nothing:
    they need no key and no account.
    """
    try:
        settings = Settings()
    except ValidationError as fault:
        raise SettingsFault(explained(fault, Settings)) from None
    except TOMLDecodeError as fault:
        raise SettingsFault([f"{TOML}: {fault}"]) from None
    except SettingsError as fault:  # a whole block given as one variable, and not as JSON
        raise SettingsFault([f"environment: {fault}"]) from None
    except OSError as fault:
        raise SettingsFault([f"{fault.filename}: {fault.strerror}"]) from None
    faults = _missing_secrets(settings) + _missing_accounts(settings)
    if require_secrets and faults:
        raise SettingsFault(faults)
    return settings


def _missing_secrets(settings: Settings) -> list[str]:
    return [_missing(name) for name in ("secret_key", "encryption_keys") if getattr(settings, name) is None]


def _missing(name: str) -> str:
    return f"{variable(name)}: is missing; `prepaired init` makes one"


def _missing_accounts(settings: Settings) -> list[str]:
    """What a chosen provider cannot work without."""
    twilio, sendgrid, smtp = settings.twilio, settings.sendgrid, settings.smtp
    needs: list[tuple[str, object, str]] = []
    if settings.sms.provider == "twilio":
        needs += [
            ("twilio__account_sid", twilio.account_sid, "the AC... of the account"),
            ("twilio__auth_token", twilio.auth_token, "the account's token"),
            (
                "twilio__from_number",
                twilio.from_number or twilio.messaging_service_sid,
                f"the sending number, or {variable('twilio__messaging_service_sid')}",
            ),
        ]
    if settings.email.provider == "sendgrid":
        needs += [
            ("sendgrid__api_key", sendgrid.api_key, "the account's key"),
            ("sendgrid__from_address", sendgrid.from_address, "the address that mails come from"),
        ]
    if settings.email.provider == "smtp":
        relay = "the relay, such as smtp://user:password@host:587?starttls=required"
        needs += [("smtp__url", smtp.url, relay)]
        needs += [("smtp__from_address", settings.mail_from, "the address that mails come from")]
    if settings.paging.webhook_url is not None:
        secret = "a long random word that the receiver checks signatures with"  # noqa: S105
        needs += [("paging__webhook_secret", settings.paging.webhook_secret, secret)]
    if settings.imap.url is not None:
        needs += [("imap__address", settings.mailbox_address, "the mailbox's own address")]
    if settings.events.mail_secret is not None:
        place = settings.mailbox_address or settings.sendgrid.inbound_domain
        needs += [("events__mail_senders", settings.events.mail_senders, "who reports events by mail")]
        needs += [("imap__url", place, "a mailbox for them, or set up SendGrid's Inbound Parse")]
    return [f"{variable(name)}: is missing; set it to {mend}" for name, value, mend in needs if not value]
