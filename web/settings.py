"""What the pages are told at start: keys, addresses and whether this is the demo. Read from settings elsewhere."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Values for the web part of one deployment; secrets stay out of its repr."""

    secret_key: bytes = field(repr=False)  # signs form tokens and cookies
    public_url: str  # what links and webhook signatures are built from, without a slash at its end
    twilio_tokens: tuple[str, ...] = field(default=(), repr=False)  # today's, then yesterday's while rotating
    sendgrid_public_key: str | None = None  # of the signed webhooks; PEM or bare base64
    inbound_secret: str | None = field(
        default=None, repr=False
    )  # opens the inbound route without a signature
    inbound_domain: str | None = None  # mail replies go to r.TOKEN@ this
    demo: bool = False  # signs in by itself and links to the phones
    version: str = "0"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS; then cookies are Secure."""
        return urlsplit(self.public_url).scheme == "https"
