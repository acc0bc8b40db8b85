"""The configuration: a JSON file, the environment and files of secrets, checked as a whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo

from ptgbot import settings
from ptgbot.core.clock import Event

__all__ = ["Config", "ConfigError", "Setting", "describe", "load", "settings_reference"]

TLS_PORT = 6697
ENVIRONMENT = "PTGBOT_"
MAX_FILE = 1024 * 1024


class ConfigError(Exception):
    """A configuration that cannot be used.

    Args:
        problems: What is wrong, a line each, beginning with the key that it is about. No line shows a secret.
        warnings: What is odd besides, and may explain it: a key that is misspelt is missing under its name.
    """

    def __init__(self, problems: list[str], warnings: Sequence[str] = ()) -> None:
        self.warnings = [settings.plain(warning) for warning in warnings]
        self.problems = [settings.plain(problem) for problem in problems]
        super().__init__("; ".join(self.problems))


# In each of these the text is the kind of value, as docs/configuration.md names it.
Nick = Annotated[str, BeforeValidator(settings.left_out(settings.nick, "")), "text"]
Secret = Annotated[SecretStr, BeforeValidator(settings.secret), "secret text"]
Hosts = Annotated[tuple[str, ...], BeforeValidator(settings.left_out(settings.hosts, ())), "list of host names"]
Port = Annotated[int, BeforeValidator(settings.whole(1, 65535)), "number"]
Channels = Annotated[tuple[str, ...], BeforeValidator(settings.left_out(settings.channels, ())), "list of channels"]
Mode = Annotated[str, BeforeValidator(settings.choice("socket", "http")), "`socket` or `http`"]
SlackChannels = Annotated[tuple[str, ...], BeforeValidator(settings.slack_channels), "list of channels' ids"]
SlackPeople = Annotated[
    tuple[str, ...], BeforeValidator(settings.slack_people), "list of ids of people and user groups"
]
Days = Annotated[int, BeforeValidator(settings.whole(1, 36500)), "number"]
Backups = Annotated[int, BeforeValidator(settings.whole(0, 100)), "number"]
Minutes = Annotated[int, BeforeValidator(settings.whole(1, 1440)), "number of minutes"]
Lines = Annotated[int, BeforeValidator(settings.whole(1, 20)), "number"]
Pace = Annotated[float, BeforeValidator(settings.seconds(0.0, 10.0)), "number of seconds"]
Patience = Annotated[float, BeforeValidator(settings.seconds(1.0, 600.0)), "number of seconds"]
Flag = Annotated[bool, BeforeValidator(settings.flag), "true or false"]
ReadableFile = Annotated[Path | None, BeforeValidator(settings.readable_file), "path of a file"]
NewFile = Annotated[Path, BeforeValidator(settings.new_file), "path of a file"]
Folder = Annotated[Path, BeforeValidator(settings.folder), "path of a folder"]
ExistingFolder = Annotated[Path | None, BeforeValidator(settings.existing_folder), "path of a folder"]
Url = Annotated[str, BeforeValidator(settings.url), "http or https address"]
Line = Annotated[str, BeforeValidator(settings.line), "text"]
Command = Annotated[str, BeforeValidator(settings.command), "text"]
Colour = Annotated[str, BeforeValidator(settings.color), "CSS colour"]
Links = Annotated[tuple[tuple[str, str], ...], BeforeValidator(settings.links), "object of texts and addresses"]
Zone = Annotated[ZoneInfo, BeforeValidator(settings.zone), "IANA time zone"]
Day = Annotated[date | None, BeforeValidator(settings.day), "date, YYYY-MM-DD"]


# What a network needs. Where a bot is in Slack, it need not be on IRC, and has none of these then.
IRC = ("irc_nick", "irc_server", "irc_channel")
_WITHOUT_SLACK: dict[str, JsonValue] = {"default": "required without `slack.bot_token`"}


class Config(BaseModel):
    """Every setting, checked. Paths are absolute; a setting's key is its alias, or else its name.

    ``load`` makes them; tests can use ``Config.model_validate({"irc_nick": ..., "event.name": ...})``.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # else an error would show a secret
        validate_default=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

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
    slack_bot_token: Secret = Field(
        SecretStr(""), alias="slack.bot_token", description="The token of the app's bot (`xoxb-…`); empty: no Slack."
    )
    slack_app_token: Secret = Field(
        SecretStr(""), alias="slack.app_token", description="The app's own token (`xapp-…`), which socket mode needs."
    )
    slack_signing_secret: Secret = Field(
        SecretStr(""), alias="slack.signing_secret", description="The app's signing secret, which HTTP mode needs."
    )
    slack_mode: Mode = Field(
        "socket", alias="slack.mode", description="Whether the bot connects to Slack, or Slack to the bot."
    )
    slack_port: Port = Field(3000, alias="slack.port", description="Where HTTP mode listens.")
    slack_channels: SlackChannels = Field(
        (), alias="slack.channels", description="The channels in which commands are read, such as C0123ABCDEF."
    )
    slack_announce: SlackChannels = Field(
        (),
        alias="slack.announce",
        description="The channels in which a message for each track says what is now and next, and is kept up to date.",
    )
    slack_organisers: SlackPeople = Field(
        (),
        alias="slack.organisers",
        description="Who are organisers in Slack, besides the workspace's admins and owners.",
    )
    slack_moderators: SlackPeople = Field(
        (), alias="slack.moderators", description="Who may speak for tracks in Slack while that takes voice."
    )
    slack_api_url: Url = Field(
        "", alias="slack.api_url", description="Where Slack's Web API is; for tests. Empty: at Slack."
    )
    db_filename: NewFile = Field(
        description="Where the state is kept. Inside `site_dir` it would be published:"
        " the store is then `<site_dir>-private/<same name>`."
    )
    keep_backups: Backups = Field(
        3, description="How many older checkpoints of the state are kept, for `ptgbot restore`."
    )
    history_days: Days = Field(365, description="For how many days it is kept who changed what.")
    log_config: ReadableFile = Field(
        None, description="A logging configuration in the format of Python's `logging.config.fileConfig`."
    )
    site_dir: Folder = Field(Path("html"), description="Where the site is published.")
    site_url: Url = Field("", description="Where people find the site, for links to it.")
    site_logo: ReadableFile = Field(None, description="A picture (SVG, PNG, WebP) to show beside the event's name.")
    site_accent: Colour = Field(
        "",
        description="The colour of what the pages set apart: a name, `#rrggbb`, or `rgb()`, `hsl()`, `hwb()`, `lab()`,"
        " `lch()`, `oklab()` or `oklch()`; empty: the design's own.",
    )
    site_footer: Links = Field(
        (),
        description="Links at the foot of every page: what each says, and its address (http, https, mailto, or from"
        " the top of the site on: `static/conduct.pdf`).",
    )
    templates_dir: ExistingFolder = Field(
        None, description="A folder with templates and static files of your own, which come before those of the bot."
    )
    publish_command: Command = Field(
        "", description="A command to run after files of the site changed, such as an rsync; `{site}` is the folder."
    )
    stale_after: Minutes = Field(45, description="After how many minutes what is on now is shown as perhaps over.")
    event_name: Line = Field("", alias="event.name", description="What people call the event.")
    event_timezone: Zone = Field(
        ZoneInfo("UTC"), alias="event.timezone", description="The time zone of the event's wall clocks."
    )
    event_first_day: Day = Field(
        None,
        alias="event.first_day",
        description="The date from which the names of days count; without it, slots tell their dates themselves.",
    )
    fetch_private: Flag = Field(
        default=False,
        description="Whether `~fetchdb` may fetch from loopback and private addresses.",
    )

    _store: Path = PrivateAttr()
    _sources: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _have_no_irc_where_slack_is_enough(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not _is_set(data.get("slack.bot_token", data.get("slack_bot_token"))):
            return data
        without = (*IRC, *(f"{key}s" for key in IRC))  # by alias and by name
        return data if any(key in data for key in without) else {**data, **dict.fromkeys(IRC)}

    @model_validator(mode="after")
    def _have_what_slack_needs(self) -> Self:
        given = [
            field.alias or name
            for name, field in type(self).model_fields.items()
            if name.startswith("slack_") and getattr(self, name) != field.default
        ]
        if given and not self.on_slack:
            raise ValueError(f"slack.bot_token: is missing, and without it {given[0]} is of no use")
        if self.on_slack and self.slack_mode == "socket" and not _is_set(self.slack_app_token):
            raise ValueError('slack.app_token: is missing: socket mode needs it (the other way is slack.mode "http")')
        if self.on_slack and self.slack_mode == "http" and not _is_set(self.slack_signing_secret):
            raise ValueError("slack.signing_secret: is missing: HTTP mode needs it")
        return self

    @model_validator(mode="after")
    def _have_what_sasl_needs(self) -> Self:
        certificate = self.irc_client_cert is not None and self.irc_tls
        password = self.irc_sasl_user and self.irc_sasl_password.get_secret_value()
        if self.irc_sasl_required and not certificate and not password:
            raise ValueError(
                "irc_sasl_required: needs irc_sasl_user and irc_sasl_password, or irc_client_cert with irc_tls"
            )
        return self

    @model_validator(mode="after")
    def _keep_the_store_private(self) -> Self:
        self._store = settings.store_path(self.db_filename, self.site_dir)
        return self

    @property
    def on_irc(self) -> bool:
        """Whether the bot is on IRC."""
        return bool(self.irc_nick)

    @property
    def on_slack(self) -> bool:
        """Whether the bot is in Slack."""
        return _is_set(self.slack_bot_token)

    @property
    def store_path(self) -> Path:
        """The file that holds the state; never inside ``site_dir``."""
        return self._store

    @property
    def imported_source(self) -> Path | None:
        """The file that ``db_filename`` names inside ``site_dir``; None where it names the store itself.

        It is taken over where there is no store yet, and only ever written as a page afterwards.
        """
        return None if settings.same(self._store, self.db_filename) else self.db_filename

    @cached_property
    def event(self) -> Event:
        """The conference, as the rest of the program knows it."""
        return Event(self.event_name, self.event_timezone, self.event_first_day, self.site_url)

    @property
    def sources(self) -> Mapping[str, str]:
        """Key → where its value came from, for the keys that somebody set."""
        return self._sources


def _is_set(secret: object) -> bool:
    """Return whether a secret is there, on its way to be checked too."""
    return bool(secret.get_secret_value() if isinstance(secret, SecretStr) else secret)


FIELDS: Mapping[str, FieldInfo] = {field.alias or name: field for name, field in Config.model_fields.items()}
SECTIONS = tuple(dict.fromkeys(key.rpartition(".")[0] for key in FIELDS if "." in key))


def load(path: Path, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    """Read a configuration.

    A value comes from the environment (``PTGBOT_IRC_PASS``; two underscores stand for a dot), else from a file that
    ``PTGBOT_IRC_PASS_FILE`` or the key ``irc_pass_file`` names, else from the key ``irc_pass``.

    Args:
        path: The JSON file.
        environ: The environment.

    Returns:
        The configuration, and warnings that do not stop anything.

    Raises:
        ConfigError: With every problem that was found.
    """
    gathered = _Gathered()
    gathered.read_object(_read_json(path), "", f"{path}")
    gathered.read_files(environ)
    gathered.read_environment(environ)
    config: Config | None = None
    problems = gathered.problems
    try:
        config = Config.model_validate(gathered.values)
    except ValidationError as error:
        found = [e for e in error.errors() if e["type"] != "default_factory_not_called"]  # follows from another one
        broken = {*gathered.broken, *(IRC if "slack.bot_token" in gathered.broken else ())}  # who knows what is needed
        problems += [text for key, text in map(_in_our_words, found) if key not in broken]
    if config is None or problems:
        raise ConfigError(problems, gathered.warnings)
    config._sources = gathered.sources  # noqa: SLF001 - ours
    return config, [settings.plain(warning) for warning in (*gathered.warnings, *_doubts(config, path))]


@dataclass(frozen=True)
class _Object:
    """A JSON object as it was written, repeated keys included."""

    pairs: list[tuple[str, Any]]


def _read_json(path: Path) -> _Object:
    """Return a file's JSON object.

    Raises:
        ConfigError: It cannot be read, or is something else.
    """
    try:
        text = settings.read_text(path, MAX_FILE)
        if text.startswith("\ufeff"):
            raise ValueError("begins with a byte order mark: save it as UTF-8 without one")
        data = json.loads(text, object_pairs_hook=_Object, parse_constant=_not_json, parse_int=_whole)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
    except RecursionError:
        problem = "is nested too deeply"
    except ValueError as error:
        problem = str(error)
    else:
        if isinstance(data, _Object):
            return data
        problem = "must hold a JSON object, {…}, and holds something else"  # not what: it may be a secret
    raise ConfigError([f"{path}: {problem}"])


def _not_json(constant: str) -> None:
    raise ValueError(f"holds {constant}, which is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20:  # Python refuses some thousands, in words that are for programmers
        raise ValueError(f"holds a number of {len(digits)} digits")
    return int(digits)


class _Gathered:
    """The values of all sources on their way to be checked."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.broken: set[str] = set()
        self._named: dict[str, tuple[str, object]] = {}
        self._seen: set[str] = set()

    def read_object(self, found: _Object, section: str, source: str) -> None:
        """Take the keys of a JSON object, a dot in a key being as good as an object in an object."""
        written: set[str] = set()
        for name, value in found.pairs:
            key = section + name
            if name in written or key in self._seen:
                self.problems.append(f"{key}: is given twice")
                self.broken.add(key)
                continue
            written.add(name)
            if key in SECTIONS:
                if isinstance(value, _Object):
                    self.read_object(value, f"{key}.", source)
                elif value is not None:  # null is as if it were left out
                    self.problems.append(f"{key}: must be an object, and is {settings.shown(value)}")
                continue
            self._seen.add(key)
            if key in FIELDS:
                if value is not None:  # null is as if it were left out
                    self._take(key, dict(value.pairs) if isinstance(value, _Object) else value, source)
            elif key.removesuffix("_file") in FIELDS:
                if value is not None:
                    self._named[key.removesuffix("_file")] = (key, value)
            else:
                self.warnings.append(_unknown(key, [*FIELDS, *(f"{k}_file" for k in FIELDS), *SECTIONS]))

    def read_files(self, environ: Mapping[str, str]) -> None:
        """Take the content of the files that a key or a variable with ``_file`` behind it names."""
        for key in FIELDS:
            variable = f"{_variable(key)}_FILE"
            if variable in environ:
                self._named[key] = (variable, environ[variable])
        for key, (name, value) in self._named.items():
            if _variable(key) in environ:
                continue
            try:
                file = settings.readable_file(value)
                if file is None:
                    raise ValueError("names no file")
                text = settings.read_text(file, MAX_FILE)
            except ValueError as error:
                hidden = FIELDS[key].annotation is SecretStr and not str(value).startswith(("/", "~", "."))
                # It may be the secret itself that somebody wrote there.
                self.problems.append(f"{name}: {'names no file that can be read' if hidden else error}")
                self.broken.add(key)
            else:
                # Editors and "echo" end a file with a newline that nobody means to be in a password.
                self._take(key, text.removesuffix("\n").removesuffix("\r"), f"{file} ({name})")

    def read_environment(self, environ: Mapping[str, str]) -> None:
        """Take the variables that are settings, and warn of those that look as if they were."""
        known = {_variable(key): key for key in FIELDS}
        for variable, value in sorted(environ.items()):
            if variable in known:
                self._take(known[variable], value, variable)
            elif variable.startswith(ENVIRONMENT) and variable.removesuffix("_FILE") not in known:
                self.warnings.append(_unknown(variable, [*known, *(f"{v}_FILE" for v in known)]))

    def _take(self, key: str, value: object, source: str) -> None:
        self.values[key] = value
        self.sources[key] = source


def _variable(key: str) -> str:
    return ENVIRONMENT + key.upper().replace(".", "__")


def _unknown(name: str, known: list[str]) -> str:
    folded = name.upper() if name.startswith(ENVIRONMENT) else name.lower()
    close = get_close_matches(folded, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{name}: is not a setting, and ignored{hint}"


def _in_our_words(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key that one of pydantic's errors is about, and a line that says it."""
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "missing":
        return key, f"{key}: is missing"
    said = error.get("ctx", {}).get("error", error["msg"])
    return key, f"{key}: {said}" if key else str(said)


def _doubts(config: Config, path: Path) -> list[str]:
    """Return warnings of settings that are possible, but hardly meant."""
    doubts = []
    if config.irc_ca_file and not config.irc_tls:
        doubts.append("irc_ca_file: is of no use, because irc_tls is off")
    if config.irc_client_cert and not config.irc_tls:
        doubts.append("irc_client_cert: is of no use, because irc_tls is off")
    for key, password in (("irc_pass", config.irc_pass), ("irc_sasl_password", config.irc_sasl_password)):
        if password.get_secret_value() and not config.irc_tls:
            doubts.append(f"{key}: is sent where others on the way can read it, because irc_tls is off")
    if config.irc_sasl_password.get_secret_value() and not config.irc_sasl_user:
        doubts.append("irc_sasl_password: is of no use without irc_sasl_user")
    if config.irc_sasl_user and not config.irc_sasl_password.get_secret_value():
        doubts.append("irc_sasl_user: is of no use without irc_sasl_password")
    for key, token, begin in (
        ("slack.bot_token", config.slack_bot_token, "xoxb-"),
        ("slack.app_token", config.slack_app_token, "xapp-"),
    ):
        if _is_set(token) and not token.get_secret_value().startswith(begin):
            doubts.append(f"{key}: does not begin with {begin}, as such a token does; is it another one?")
    if config.on_slack and not config.slack_channels:
        doubts.append("slack.channels: is empty: commands are read only in private, by /ptg and by mentions")
    if settings.inside(path, config.site_dir):
        doubts.append(f"{path}: is inside site_dir, where a web server hands it out to everybody")
    return doubts


def describe(config: Config) -> list[str]:
    """Return what a bot with this configuration would do, in lines for ``ptgbot check``; none shows a secret."""
    lines = [*(_irc(config) if config.on_irc else ()), *(_slack(config) if config.on_slack else ())]
    lines.append(f"store {config.store_path}")
    if config.imported_source:
        lines.append(f"   because db_filename {config.imported_source} is inside site_dir, where it would be published")
    lines.append(f"site {config.site_dir}" + (f", seen at {config.site_url}" if config.site_url else ""))
    first_day = f"days from {config.event_first_day}" if config.event_first_day else "dates as the slots tell them"
    lines.append(f"event {config.event_name or 'without a name'}, time zone {config.event_timezone.key}, {first_day}")
    if config.log_config:
        lines.append(f"logging as {config.log_config} says")
    return [settings.plain(line) for line in lines]


def _irc(config: Config) -> list[str]:
    server, channels = " or ".join(config.irc_servers), ", ".join(config.irc_channels)
    tls = "with" if config.irc_tls else "without"
    where = "channel" if len(config.irc_channels) == 1 else "channels"
    lines = [f"IRC {server} port {config.irc_port} {tls} TLS as {config.irc_nick}, {where} {channels}"]
    if config.irc_ca_file:
        lines.append(f"certificates to trust: {config.irc_ca_file}")
    lines += _sasl_logins(config)
    if config.irc_pass.get_secret_value():
        lines.append(f"NickServ login with irc_pass from {config.sources.get('irc_pass', 'the program')}")
    else:
        lines.append("no NickServ login")
    return lines


def _slack(config: Config) -> list[str]:
    way, secret = "a socket", "slack.app_token"
    if config.slack_mode == "http":
        way, secret = f"HTTP on port {config.slack_port}", "slack.signing_secret"
    tokens = [f"{key} from {config.sources.get(key, 'the program')}" for key in ("slack.bot_token", secret)]
    where = f", at {config.slack_api_url}" if config.slack_api_url else ""
    listed = {
        "commands in": config.slack_channels,
        "now and next in": config.slack_announce,
        "organisers besides the admins": config.slack_organisers,
        "moderators": config.slack_moderators,
    }
    lines = [f"Slack by {way}{where}, with {' and '.join(tokens)}"]
    return [*lines, *(f"   {what} {', '.join(ids)}" for what, ids in listed.items() if ids)]


def _sasl_logins(config: Config) -> list[str]:
    """Return in words how the bot logs in by SASL; nothing where it does not."""
    ways = []
    if config.irc_client_cert and config.irc_tls:
        ways.append(f"with the certificate in {config.irc_client_cert}")
    if config.irc_sasl_user and config.irc_sasl_password.get_secret_value():
        source = config.sources.get("irc_sasl_password", "the program")
        ways.append(f"as {config.irc_sasl_user} with irc_sasl_password from {source}")
    if not ways:
        return []
    otherwise = "or the server is left" if config.irc_sasl_required else "where the server has it"
    return [f"SASL login {', else '.join(ways)}, {otherwise}"]


class Setting(NamedTuple):
    """A setting as the documentation shows it."""

    key: str
    kind: str
    meaning: str


def settings_reference() -> list[Setting]:
    """Return every setting in order: its key, its kind and default, its meaning."""
    return [
        Setting(key, f"{_kind(field)}; {_default(field)}", field.description or "") for key, field in FIELDS.items()
    ]


def _kind(field: FieldInfo) -> str:
    return next(item for item in field.metadata if isinstance(item, str))


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra["default"])
    if field.is_required():
        return "required"
    if field.default in ("", None, (), SecretStr("")):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
