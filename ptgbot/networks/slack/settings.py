"""What the network has to be told: which app it is, where it listens, and who may do what."""

from dataclasses import dataclass, field

__all__ = ["SlackSettings", "SlackTiming"]

API_URL = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """Which app the bot is, and who may do what.

    Args:
        bot_token: The bot's token (``xoxb-…``). No secret is in any log line or ``repr``.
        app_token: The app's token (``xapp-…``), for Socket Mode.
        signing_secret: What Slack signs its requests with, for HTTP mode.
        mode: ``socket`` or ``http``.
        port: Where HTTP mode listens.
        channels: Ids of the channels in which commands are read.
        announce: Ids of the channels in which now and next are announced.
        organisers: Ids of users and user groups who are organisers, beside the workspace's admins and owners.
        moderators: Ids of users and user groups who are moderators.
        posts: The id of the channel in which people post about open spaces; empty for none.
        api_url: Where the Web API is.

    Raises:
        ValueError: A value that cannot work; the text names it.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    mode: str = "socket"
    port: int = 3000
    channels: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()
    organisers: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    posts: str = ""
    api_url: str = API_URL

    def __post_init__(self) -> None:
        if self.mode not in ("socket", "http"):
            raise ValueError(f"{self.mode!r} is no mode: there are socket and http")
        if self.mode == "socket" and not self.app_token:
            raise ValueError("Socket Mode needs the app's token")
        if self.mode == "http" and not self.signing_secret:
            raise ValueError("HTTP mode needs the signing secret")


@dataclass(frozen=True, slots=True)
class SlackTiming:
    """How patient the connection is, all in seconds; tests shorten them.

    Args:
        connect: For a socket to be opened.
        ping: Without a word from Slack before the socket is pinged; after half as long again it counts as dead.
        settled: After which a socket that ends is no failure that makes the pauses longer.
        retire: For which a socket goes on beside the one that Slack wanted in its place.
        retry: The first pause before another try; each is twice the one before.
        retry_most: The longest of those pauses.
        revoked: Between two tries with a token that Slack does not take any more.
        ack: After which a delivery is acked at the latest, whatever is still under way.
        person: For how long it is believed who somebody is and what they may do.
        look_up: For Slack to say who somebody is; then we go on without their name and rights.
        look_up_again: Until it is asked again where it did not say.
        home_open: For how long an App Home that was opened is kept up to date.
        home_pause: The least between two updates of one App Home.
    """

    connect: float = 15.0
    ping: float = 8.0
    settled: float = 20.0
    retire: float = 10.0
    retry: float = 1.0
    retry_most: float = 30.0
    revoked: float = 300.0
    ack: float = 2.0
    person: float = 600.0
    look_up: float = 1.5
    look_up_again: float = 5.0
    home_open: float = 3600.0
    home_pause: float = 3.0
