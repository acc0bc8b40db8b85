"""What the network has to be told: whose account it is, and whether posts really go out."""

from dataclasses import dataclass, field

__all__ = ["API_URL", "XSettings"]

API_URL = "https://api.x.com"


@dataclass(frozen=True, slots=True)
class XSettings:
    """The account on X. No key or token is in a log line or in a ``repr``.

    https://docs.x.com/fundamentals/authentication/oauth-1-0a/api-key-and-secret names the four of them.

    Args:
        api_key: The app's key (consumer key).
        api_secret: Its secret.
        access_token: The account's token for that app.
        access_secret: Its secret.
        bearer_token: The app's own token, for reading posts; empty where it has none.
        api_url: Where the API is, without a slash at the end.
        dry_run: Whether posts only go to the log and to the organisers.

    Raises:
        ValueError: One of the four is missing; the text names it.
    """

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)
    bearer_token: str = field(default="", repr=False)
    api_url: str = API_URL
    dry_run: bool = True

    def __post_init__(self) -> None:
        for name in ("api_key", "api_secret", "access_token", "access_secret"):
            if not getattr(self, name):
                raise ValueError(f"{name} is missing")
