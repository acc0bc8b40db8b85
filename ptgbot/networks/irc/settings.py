"""What the network has to be told: where to go, as whom, and how patient to be."""

from dataclasses import dataclass, field

from ptgbot.networks.irc.lines import is_channel, is_target

__all__ = ["IRCSettings", "Timing"]


@dataclass(frozen=True, slots=True)
class IRCSettings:
    """Where to connect and as whom.

    Args:
        nick: The nick that the bot wants.
        password: Its password with NickServ; empty for no login. It is in no log line and in no ``repr``.
        server: The server's host name or address.
        port: The server's port.
        channel: The channel to be in, or a tuple of them.
        tls: Whether the link is encrypted; the certificate and its host name are then checked.
        ca_file: A file with more certificate authorities to trust, beside those of the system.
        ping_after: Seconds of silence after which the server is asked whether it is there.
        ping_timeout: Seconds that it then has for an answer.
        burst: How many lines may go out at once.
        interval: Seconds between lines after the burst.

    Raises:
        ValueError: A value that cannot work; the text names it.
    """

    nick: str
    password: str = field(repr=False)
    server: str
    port: int
    channel: str | tuple[str, ...]
    tls: bool = False
    ca_file: str | None = None
    ping_after: float = 45.0
    ping_timeout: float = 15.0
    burst: int = 4
    interval: float = 0.7

    def __post_init__(self) -> None:
        if not is_target(self.nick) or is_channel(self.nick):
            raise ValueError(f"{self.nick!r} cannot be a nick")
        if not self.server or any(character.isspace() for character in self.server):
            raise ValueError(f"{self.server!r} cannot be a server")
        if not 0 < self.port < 65536:
            raise ValueError(f"{self.port!r} cannot be a port")
        if not self.channels:
            raise ValueError("there is no channel to be in")
        for channel in self.channels:
            if not is_target(channel) or not is_channel(channel):
                raise ValueError(f"{channel!r} cannot be a channel")

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels to be in."""
        return (self.channel,) if isinstance(self.channel, str) else tuple(dict.fromkeys(self.channel))


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the steps of a connection may take, all in seconds; tests shorten them.

    Args:
        connect: From the look-up of the name to the end of the TLS handshake.
        capabilities: For the server to say what it can; then we go on without.
        register: From the first line to the welcome.
        motd: From the welcome to the end of the message of the day.
        services: For NickServ to answer.
        regain: Between two tries to get the own nick back.
        join: For the server to answer a JOIN.
        rejoin: The pauses before one more JOIN, the last one again and again.
        settled: How long the bot must stay for the pauses to begin anew.
        ask: The least pause between two questions for the same list.
        retry: The first pause before one more connection; each is twice the one before.
        retry_most: The longest of those pauses.
        throttled: The shortest pause after a server complained about reconnecting too fast.
        close: For the server to close after our QUIT.
    """

    connect: float = 15.0
    capabilities: float = 5.0
    register: float = 30.0
    motd: float = 3.0
    services: float = 3.0
    regain: float = 60.0
    join: float = 15.0
    rejoin: tuple[float, ...] = (1.0, 5.0, 10.0, 20.0, 40.0, 60.0)
    settled: float = 60.0
    ask: float = 2.0
    retry: float = 1.0
    retry_most: float = 300.0
    throttled: float = 30.0
    close: float = 0.8
