"""What the network has to be told: where to go, as whom, and how patient to be."""

from dataclasses import dataclass, field

from ptgbot.core.casemapping import distinct
from ptgbot.networks.irc.lines import is_channel, is_target

__all__ = ["IRCSettings", "Timing"]


@dataclass(frozen=True, slots=True)
class IRCSettings:
    """Where to connect and as whom. No password is in a log line or in a ``repr``.

    Args:
        nick: The nick that the bot wants.
        password: Its password with NickServ; empty for no login there.
        server: The server's host name or address, or a tuple of them, to be tried in turn.
        port: The servers' port.
        channel: The channel to be in, or a tuple of them.
        tls: Whether the link is encrypted; the certificate and its host name are then checked.
        ca_file: A file with the certificate authorities to trust.
        client_cert: A file with a certificate and its key to show to the server (CertFP, SASL EXTERNAL).
        sasl_user: The account to log in to by SASL PLAIN; empty for none.
        sasl_password: Its password.
        sasl_required: Whether to leave a server on which the login by SASL does not work.
        ping_after: Seconds of silence after which the server is asked whether it is there.
        ping_timeout: Seconds that it then has for an answer.
        burst: How many lines may go out at once.
        interval: Seconds between lines after the burst.
        multi_target: Whether a line may go to several people at once where the server allows it.
        notice_replies: Whether what we say goes out as NOTICE.

    Raises:
        ValueError: A value that cannot work; the text names it.
    """

    nick: str
    password: str = field(repr=False)
    server: str | tuple[str, ...]
    port: int
    channel: str | tuple[str, ...]
    tls: bool = False
    ca_file: str | None = None
    client_cert: str | None = None
    sasl_user: str = ""
    sasl_password: str = field(default="", repr=False)
    sasl_required: bool = False
    ping_after: float = 45.0
    ping_timeout: float = 15.0
    burst: int = 4
    interval: float = 0.7
    multi_target: bool = False
    notice_replies: bool = False

    def __post_init__(self) -> None:
        if not is_target(self.nick) or is_channel(self.nick):
            raise ValueError(f"{self.nick!r} cannot be a nick")
        if not self.servers:
            raise ValueError("there is no server to connect to")
        for server in self.servers:
            if not server or any(character.isspace() for character in server):
                raise ValueError(f"{server!r} cannot be a server")
        if not 0 < self.port < 65536:
            raise ValueError(f"{self.port!r} cannot be a port")
        if not self.channels:
            raise ValueError("there is no channel to be in")
        for channel in self.channels:
            if not is_target(channel) or not is_channel(channel):
                raise ValueError(f"{channel!r} cannot be a channel")
        if self.sasl_required and not self.mechanisms:
            raise ValueError("a login by SASL is required, and there is nothing to log in with")

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers to try, in this order."""
        return (self.server,) if isinstance(self.server, str) else tuple(dict.fromkeys(self.server))

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels to be in, each once: ``#ptg`` and ``#PTG`` are the same one."""
        return (self.channel,) if isinstance(self.channel, str) else distinct(self.channel)

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms for which we have what they need, the better one first."""
        external = ("EXTERNAL",) if self.client_cert is not None and self.tls else ()
        plain = ("PLAIN",) if self.sasl_user and self.sasl_password else ()
        return external + plain

    @property
    def verb(self) -> str:
        """The command by which we say something."""
        return "NOTICE" if self.notice_replies else "PRIVMSG"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the steps of a connection may take, all in seconds; tests shorten them.

    Args:
        connect: From the look-up of the name to the end of the TLS handshake.
        capabilities: For the server to say what it can; then we go on without.
        sasl: For a login by one mechanism of SASL.
        register: From there to the welcome.
        motd: From the welcome to the end of the message of the day.
        services: For NickServ to answer.
        relogin: Between two tries to log in while services do not answer.
        login_pauses: The least pauses after a try to log in, the last one again and again.
        regain: Between two tries to get the own nick back.
        reserved: The same, for a nick that the server refuses.
        nick_pauses: The least pauses after such a try, the last one again and again.
        join: For the server to answer a JOIN.
        rejoin: The pauses before one more JOIN, the last one again and again.
        settled: How long something must hold for the pauses to begin anew.
        ask: The least pause between two questions for the same list.
        look: For the server to say which people are there.
        between: The least pause between two connections: before the next server is tried.
        retry: The first pause after no server could be reached; each is twice the one before.
        retry_most: The longest of those pauses.
        unwelcome: The first pause after a server complained about us or refused us; these grow as well.
        close: For the server to close after our QUIT.
    """

    connect: float = 15.0
    capabilities: float = 5.0
    sasl: float = 10.0
    register: float = 30.0
    motd: float = 3.0
    services: float = 5.0
    relogin: float = 60.0
    login_pauses: tuple[float, ...] = (5.0, 15.0, 60.0, 300.0)
    regain: float = 60.0
    reserved: float = 300.0
    nick_pauses: tuple[float, ...] = (2.0, 5.0, 15.0, 60.0)
    join: float = 15.0
    rejoin: tuple[float, ...] = (1.0, 5.0, 10.0, 20.0, 40.0, 60.0)
    settled: float = 60.0
    ask: float = 2.0
    look: float = 10.0
    between: float = 1.0
    retry: float = 1.0
    retry_most: float = 300.0
    unwelcome: float = 30.0
    close: float = 0.8
