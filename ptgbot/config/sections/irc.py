"""IRC: where to connect, as whom, and how fast."""

from pydantic import BaseModel, Field, JsonValue, SecretStr

from ptgbot.config.kinds import Channels, Flag, Hosts, Line, Lines, Nick, Pace, Patience, Port, ReadableFile, Secret

__all__ = ["NEEDED", "TLS_PORT", "IRCKeys"]

TLS_PORT = 6697
NEEDED = ("irc_nick", "irc_server", "irc_channel")
_WITHOUT_SLACK: dict[str, JsonValue] = {"default": "required without `slack.bot_token`"}


class IRCKeys(BaseModel):
    """The settings ``irc_…``. Where a bot is in Slack, it need not be on IRC, and has none of NEEDED then."""

    irc_nick: Nick = Field(description="The bot's nick.", json_schema_extra=_WITHOUT_SLACK)
    irc_pass: Secret = Field(SecretStr(""), description="The password of the nick, for NickServ; empty: no login.")
    irc_sasl_user: Line = Field(
        "", description="The account to log in to by SASL, before the nick is taken; empty: none."
    )
    irc_sasl_password: Secret = Field(SecretStr(""), description="The password of that account.")
    irc_sasl_required: Flag = Field(
        default=False, description="Whether a server on which that login fails is left and tried again later."
    )
    irc_client_cert: ReadableFile = Field(
        None,
        description="Certificate and key (PEM, one file) with which the bot proves who it is (SASL EXTERNAL, CertFP).",
    )
    irc_servers: Hosts = Field(
        alias="irc_server",
        description="The IRC server; of a list, each is tried in turn.",
        json_schema_extra=_WITHOUT_SLACK,
    )
    irc_port: Port = Field(TLS_PORT, description="The server's port.")
    irc_channels: Channels = Field(
        alias="irc_channel", description="The channel to be in, or several.", json_schema_extra=_WITHOUT_SLACK
    )
    irc_tls: Flag = Field(
        default_factory=lambda data: data.get("irc_port") == TLS_PORT,
        description="Whether the connection is encrypted, and the server's certificate checked.",
        json_schema_extra={"default": f"true if `irc_port` is {TLS_PORT}"},
    )
    irc_ca_file: ReadableFile = Field(
        None,
        description="Certificates (PEM) to trust instead of the system's, for a server with one of its own making.",
    )
    irc_ping_after: Patience = Field(
        45.0, description="Seconds of silence after which the server is asked for an answer."
    )
    irc_ping_timeout: Patience = Field(15.0, description="Seconds that it then has, before the bot connects again.")
    irc_burst: Lines = Field(4, description="How many lines the bot may send at once.")
    irc_interval: Pace = Field(0.7, description="Seconds between lines after those.")
    irc_multi_target: Flag = Field(
        default=False, description="Whether one line may go to several people where the server says how many."
    )
    irc_notice_replies: Flag = Field(
        default=False, description="Whether the bot answers with NOTICE instead of PRIVMSG."
    )
    irc_require_account: Flag = Field(
        default=False,
        description="Whether only people who are logged in to the network may give commands; `help` is for all.",
    )
