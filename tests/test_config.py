"""What the bot makes of its configuration, and what it says about a wrong one."""

import json
import string
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from ptgbot.config import FIELDS, Config, ConfigError, describe, load, settings_reference
from ptgbot.core.clock import Event
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "configuration.md"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_original_configuration_loads_unchanged(tmp_path: Path) -> None:
    (tmp_path / "logging.conf").write_text("")
    config = loaded({"log_config": "logging.conf"})

    assert config.model_dump(by_alias=True) | {"irc_pass": config.irc_pass.get_secret_value()} == {
        "irc_nick": "mybot",
        "irc_pass": SECRET,
        "irc_server": ("irc.oftc.net",),
        "irc_port": 6697,
        "irc_channel": ("#CHANNEL",),
        "irc_tls": True,
        "irc_ca_file": None,
        "irc_sasl_user": "",
        "irc_sasl_password": SecretStr(""),
        "irc_sasl_required": False,
        "irc_client_cert": None,
        "irc_ping_after": 45.0,
        "irc_ping_timeout": 15.0,
        "irc_burst": 4,
        "irc_interval": 0.7,
        "irc_multi_target": False,
        "irc_notice_replies": False,
        "irc_require_account": False,
        "slack.bot_token": SecretStr(""),
        "slack.app_token": SecretStr(""),
        "slack.signing_secret": SecretStr(""),
        "slack.mode": "socket",
        "slack.port": 3000,
        "slack.channels": (),
        "slack.announce": (),
        "slack.organisers": (),
        "slack.moderators": (),
        "slack.api_url": "",
        "db_filename": tmp_path / "ptg.json",
        "log_config": tmp_path / "logging.conf",
        "site_dir": tmp_path / "html",
        "site_url": "",
        "site_logo": None,
        "site_accent": "",
        "site_footer": (),
        "templates_dir": None,
        "publish_command": "",
        "stale_after": 45,
        "event.name": "",
        "event.timezone": ZoneInfo("UTC"),
        "event.first_day": None,
        "fetch_private": False,
        "keep_backups": 3,
        "history_days": 365,
    }
    assert config.event == Event()


def test_the_sample_configuration_is_valid_and_names_only_settings() -> None:
    config, warnings = load(ROOT / "config.json.sample", {})

    assert warnings == []
    assert config.event == Event("Harbor 2027", ZoneInfo("Europe/Berlin"), date(2027, 3, 16), "https://ptg.example.org")


def test_every_missing_key_is_named() -> None:
    assert problems({}) == [
        "irc_nick: is missing",
        "irc_server: is missing",
        "irc_channel: is missing",
        "db_filename: is missing",
    ]


SLACK = {
    "slack": {"bot_token": "xoxb-1", "app_token": "xapp-1", "channels": ["C0123ABCDEF"]},
    "db_filename": "ptg.json",
}


NO_CHANNEL = "is not the id of a channel, such as C0123ABCDEF: Slack has it at the foot of the channel's details"
NO_PERSON = (
    "is not the id of a person or a user group, such as U0123ABCDEF or S0123ABCDEF:"
    " Slack has it in the menu of the profile"
)


def with_slack(**keys: object) -> dict[str, object]:
    """Return the configuration of a bot in Slack alone, with some keys of ``slack`` on top; None leaves one out."""
    return {**SLACK, "slack": {**SLACK["slack"], **keys}}  # type: ignore[dict-item]


def test_a_bot_can_be_in_slack_alone_and_on_irc_too() -> None:
    alone, warnings = load(write(SLACK), {})
    assert (alone.on_irc, alone.on_slack, warnings) == (False, True, [])
    both = loaded({"slack": SLACK["slack"]})
    assert (both.on_irc, both.on_slack) == (True, True)
    assert (loaded().on_irc, loaded().on_slack) == (True, False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**SLACK, "irc_nick": "ptgbot"}, ["irc_server: is missing", "irc_channel: is missing"]),
        ({**SLACK, "irc_server": "irc.example.org"}, ["irc_nick: is missing", "irc_channel: is missing"]),
        ({**SLACK, "irc_channel": ""}, ["irc_nick: is missing", "irc_server: is missing", "irc_channel: is empty"]),
        (
            with_slack(bot_token=""),
            ["irc_nick: is missing", "irc_server: is missing", "irc_channel: is missing"],
        ),
        (
            {**ORIGINAL, "slack.channels": "C0123"},
            ["slack.bot_token: is missing, and without it slack.channels is of no use"],
        ),
        (
            {**ORIGINAL, "slack.mode": "http", "slack.port": 80},
            ["slack.bot_token: is missing, and without it slack.mode is of no use"],
        ),
        (
            with_slack(app_token=None),
            ['slack.app_token: is missing: socket mode needs it (the other way is slack.mode "http")'],
        ),
        (with_slack(mode="http"), ["slack.signing_secret: is missing: HTTP mode needs it"]),
        (with_slack(mode="rtm"), ["slack.mode: 'rtm' is none of: socket, http"]),
        (
            with_slack(channels="#ptg", announce=["C0123", "D0123"], organisers="ada", moderators=["C0123"], port=0),
            [
                "slack.port: 0 is not a number between 1 and 65535",
                f"slack.channels: '#ptg' {NO_CHANNEL}",
                f"slack.announce: 'D0123' {NO_CHANNEL}",
                f"slack.organisers: 'ada' {NO_PERSON}",
                f"slack.moderators: 'C0123' {NO_PERSON}",
            ],
        ),
    ],
)
def test_what_slack_lacks_is_said_in_plain_words(content: dict[str, object], said: list[str]) -> None:
    assert problems(content) == said


def test_a_token_that_cannot_be_read_is_one_problem_and_no_reason_to_ask_for_irc() -> None:
    content = {"slack": {"bot_token_file": "/none", "app_token": "xapp-1"}, "db_filename": "ptg.json"}
    assert problems(content) == ["slack.bot_token_file: there is no file '/none'"]


def test_tokens_that_look_like_others_are_a_warning() -> None:
    _, warnings = load(write(with_slack(bot_token="xapp-1", app_token="xoxb-1", channels=[])), {})
    assert warnings == [
        "slack.bot_token: does not begin with xoxb-, as such a token does; is it another one?",
        "slack.app_token: does not begin with xapp-, as such a token does; is it another one?",
        "slack.channels: is empty: commands are read only in private, by /ptg and by mentions",
    ]


def test_the_description_shows_slack_without_secrets(tmp_path: Path) -> None:
    keys = {"bot_token": f"xoxb-{SECRET}", "app_token": f"xapp-{SECRET}", "signing_secret": SECRET}
    config, _ = load(write(with_slack(**keys)), {})
    rest = [
        f"store {tmp_path}/ptg.json",
        f"site {tmp_path}/html",
        "event without a name, time zone UTC, dates as the slots tell them",
    ]
    source = "config.json"
    assert [line.replace(f"{tmp_path}/etc/", "") for line in describe(config)] == [
        f"Slack by a socket, with slack.bot_token from {source} and slack.app_token from {source}",
        "   commands in C0123ABCDEF",
        *rest,
    ]
    lists = {"announce": "C1234", "organisers": ["U1234", "S1234"], "moderators": ["W1234"]}
    how = "Slack by HTTP on port 3000, at http://localhost:1/api,"
    http, _ = load(write(with_slack(**keys, **lists, mode="http", api_url="http://localhost:1/api")), {})
    assert [line.replace(f"{tmp_path}/etc/", "") for line in describe(http)] == [
        f"{how} with slack.bot_token from {source} and slack.signing_secret from {source}",
        "   commands in C0123ABCDEF",
        "   now and next in C1234",
        "   organisers besides the admins U1234, S1234",
        "   moderators W1234",
        *rest,
    ]
    assert SECRET not in repr(http) + str(http) + str(http.model_dump()) + "".join(describe(http))
    assert SECRET not in "".join(problems(with_slack(**keys, port=0)))


def test_every_wrong_key_is_named_at_once() -> None:
    assert problems({**ORIGINAL, "irc_nick": "9bot", "irc_port": "abc", "event": {"first_day": "tomorrow"}}) == [
        "irc_nick: '9bot' is not a nick: letters, digits and -_[]\\`^{|}, at most 50, the first not a digit or -",
        "irc_port: 'abc' is not a number between 1 and 65535",
        "event.first_day: 'tomorrow' is not a date such as 2026-10-19",
    ]


def test_nothing_is_made_by_reading_a_configuration(tmp_path: Path) -> None:
    loaded({"db_filename": "new/ptg.json", "site_dir": "other/html"})

    assert sorted(tmp_path.iterdir()) == [tmp_path / "etc"]


def test_null_for_a_section_is_as_if_it_were_left_out() -> None:
    assert loaded({"event": None}).event == Event()


@pytest.mark.parametrize(
    "event",
    [
        {"event": {"name": "Harbor", "timezone": "Europe/Berlin"}},
        {"event.name": "Harbor", "event.timezone": "Europe/Berlin"},
        {"event": {"name": "Harbor"}, "event.timezone": "Europe/Berlin"},
    ],
)
def test_a_dot_means_nesting(event: dict[str, object]) -> None:
    assert loaded(event).event == Event("Harbor", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"irc_port": 1, "irc_port": 2}', ["irc_port: is given twice"]),
        ('{"event.name": "A", "event": {"name": "B"}}', ["event.name: is given twice"]),
        ('{"event": {"name": "A"}, "event": {"timezone": "UTC"}}', ["event: is given twice"]),
        ('{"event": {"name": "A", "name": "A"}}', ["event.name: is given twice"]),
        ('{"event": 5}', ["event: must be an object, and is 5"]),
        ('{"event": []}', ["event: must be an object, and is a list"]),
    ],
)
def test_keys_that_contradict_each_other_are_refused(text: str, said: list[str]) -> None:
    others = {key: value for key, value in ORIGINAL.items() if key != "irc_port"}

    assert problems(f"{text[:-1]}, {json.dumps(others)[1:]}") == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1, column 1: this is not JSON: Expecting value"),
        ('{\n  "irc_nick" "mybot"\n}', "line 2, column 14: this is not JSON: Expecting ':' delimiter"),
        ("[]", "must hold a JSON object, {…}, and holds something else"),
        (json.dumps(SECRET), "must hold a JSON object, {…}, and holds something else"),
        ('{"irc_port": NaN}', "holds NaN, which is not JSON"),
        ('{"irc_port": -Infinity}', "holds -Infinity, which is not JSON"),
        ('{"irc_port": ' + "1" * 5000 + "}", "holds a number of 5000 digits"),
        ("[" * 200_000, "is nested too deeply"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark: save it as UTF-8 without one"),
        (b'{\n"irc_pass": "\xff"}', "is not UTF-8 (line 2)"),
        (b" " * (1024 * 1024 + 1), "is longer than 1048576 bytes"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_the_place(content: str | bytes, said: str) -> None:
    assert problems(content) == [f"config.json: {said}"]


def test_a_configuration_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    said = []
    for name in ("none.json", "", "loop"):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, {})
        said += caught.value.problems

    assert said == [
        f"{tmp_path}/none.json: there is no such file",
        f"{tmp_path}: is a folder, not a file",
        f"{tmp_path}/loop: cannot be read: Too many levels of symbolic links",
    ]


def test_a_key_that_is_no_setting_is_a_warning_with_the_setting_that_was_meant() -> None:
    path = write({**ORIGINAL, "irc_nik": SECRET, "IRC_PORT": 6667, "xmpp": {"a": {"b": 1}}, "event": {"nam": "X"}})
    _, warnings = load(path, {"PTGBOT_IRC_PASS_FIL": SECRET, "PTGBOT_XYZZY": SECRET, "OTHER": "1"})

    assert warnings == [
        "irc_nik: is not a setting, and ignored; did you mean irc_nick?",
        "IRC_PORT: is not a setting, and ignored; did you mean irc_port?",
        "xmpp: is not a setting, and ignored",
        "event.nam: is not a setting, and ignored; did you mean event.name?",
        "PTGBOT_IRC_PASS_FIL: is not a setting, and ignored; did you mean PTGBOT_IRC_PASS_FILE?",
        "PTGBOT_XYZZY: is not a setting, and ignored",
    ]


def test_what_is_hardly_meant_is_a_warning(tmp_path: Path) -> None:
    write("", "ca.pem")
    path = write({**ORIGINAL, "irc_tls": False, "irc_ca_file": "ca.pem", "site_dir": "."})
    _, warnings = load(path, {})

    assert warnings == [
        "irc_ca_file: is of no use, because irc_tls is off",
        "irc_pass: is sent where others on the way can read it, because irc_tls is off",
        f"{path}: is inside site_dir, where a web server hands it out to everybody",
    ]


def test_a_login_that_cannot_work_or_that_others_can_read_is_a_warning() -> None:
    write("", "cert.pem")
    doubtful = {"irc_pass": "", "irc_tls": False, "irc_client_cert": "cert.pem", "irc_sasl_password": SECRET}
    assert load(write({**ORIGINAL, **doubtful}), {})[1] == [
        "irc_client_cert: is of no use, because irc_tls is off",
        "irc_sasl_password: is sent where others on the way can read it, because irc_tls is off",
        "irc_sasl_password: is of no use without irc_sasl_user",
    ]
    assert load(write({**ORIGINAL, "irc_sasl_user": "ptgbot"}), {})[1] == [
        "irc_sasl_user: is of no use without irc_sasl_password"
    ]


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"irc_sasl_user": "ptgbot"},
        {"irc_sasl_password": SECRET},
        {"irc_client_cert": "cert.pem", "irc_tls": False},
    ],
)
def test_a_login_that_is_required_needs_what_it_is_done_with(keys: dict[str, object]) -> None:
    write("", "cert.pem")
    assert problems({**ORIGINAL, **keys, "irc_sasl_required": True}) == [
        "irc_sasl_required: needs irc_sasl_user and irc_sasl_password, or irc_client_cert with irc_tls"
    ]


def test_the_description_says_how_the_bot_logs_in(tmp_path: Path) -> None:
    write("", "cert.pem")
    sasl = {"irc_sasl_user": "ptgbot", "irc_sasl_password": SECRET, "irc_client_cert": "cert.pem"}
    source = f"as ptgbot with irc_sasl_password from {tmp_path}/etc/config.json"
    assert [
        describe(loaded({"irc_pass": "", **sasl, **keys}))[1]
        for keys in (
            {},
            {"irc_client_cert": None, "irc_sasl_required": True},
            {"irc_sasl_user": "", "irc_sasl_password": ""},
        )
    ] == [
        f"SASL login with the certificate in {tmp_path}/cert.pem, else {source}, where the server has it",
        f"SASL login {source}, or the server is left",
        f"SASL login with the certificate in {tmp_path}/cert.pem, where the server has it",
    ]


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    write("", "ca.pem")
    environ = {
        "PTGBOT_IRC_NICK": "envbot",
        "PTGBOT_IRC_PASS": SECRET,
        "PTGBOT_IRC_SERVER": "a.example,b.example",
        "PTGBOT_IRC_PORT": "6667",
        "PTGBOT_IRC_CHANNEL": '["#a", "#b"]',
        "PTGBOT_IRC_TLS": "yes",
        "PTGBOT_IRC_CA_FILE": "ca.pem",
        "PTGBOT_DB_FILENAME": "state/ptg.json",
        "PTGBOT_LOG_CONFIG": "",
        "PTGBOT_SITE_DIR": "site",
        "PTGBOT_SITE_URL": "https://ptg.example.org/",
        "PTGBOT_EVENT__NAME": "Harbor",
        "PTGBOT_EVENT__TIMEZONE": "Asia/Tokyo",
        "PTGBOT_EVENT__FIRST_DAY": "2027-03-16",
        "PTGBOT_FETCH_PRIVATE": "true",
        "PTGBOT_KEEP_BACKUPS": "5",
        "PTGBOT_HISTORY_DAYS": "30",
        "PTGBOT_IRC_SASL_USER": "ptgbot",
        "PTGBOT_IRC_SASL_PASSWORD": SECRET,
        "PTGBOT_IRC_SASL_REQUIRED": "true",
        "PTGBOT_IRC_CLIENT_CERT": "ca.pem",
        "PTGBOT_IRC_PING_AFTER": "30",
        "PTGBOT_IRC_PING_TIMEOUT": "5.5",
        "PTGBOT_IRC_BURST": "2",
        "PTGBOT_IRC_INTERVAL": "1",
        "PTGBOT_IRC_MULTI_TARGET": "on",
        "PTGBOT_IRC_NOTICE_REPLIES": "on",
        "PTGBOT_IRC_REQUIRE_ACCOUNT": "on",
        "PTGBOT_SITE_LOGO": "ca.pem",
        "PTGBOT_SITE_ACCENT": "teal",
        "PTGBOT_SITE_FOOTER": '{"Privacy": "https://example.org/privacy"}',
        "PTGBOT_TEMPLATES_DIR": ".",
        "PTGBOT_PUBLISH_COMMAND": "rsync -a {site}/ host:site/",
        "PTGBOT_STALE_AFTER": "30",
        "PTGBOT_SLACK__BOT_TOKEN": "xoxb-1",
        "PTGBOT_SLACK__APP_TOKEN": "xapp-1",
        "PTGBOT_SLACK__SIGNING_SECRET": SECRET,
        "PTGBOT_SLACK__MODE": "HTTP",
        "PTGBOT_SLACK__PORT": "8080",
        "PTGBOT_SLACK__CHANNELS": "C0123,G0123",
        "PTGBOT_SLACK__ANNOUNCE": '["C0123"]',
        "PTGBOT_SLACK__ORGANISERS": "U0123, S0123",
        "PTGBOT_SLACK__MODERATORS": "W0123",
        "PTGBOT_SLACK__API_URL": "http://localhost:5000/api/",
    }
    assert len(environ) == len(FIELDS)
    config, warnings = load(write({}), environ)

    assert warnings == []
    assert (
        config.model_dump()
        == Config.model_validate(
            {
                "irc_nick": "envbot",
                "irc_pass": SECRET,
                "irc_server": ["a.example", "b.example"],
                "irc_port": 6667,
                "irc_channel": ["#a", "#b"],
                "irc_tls": True,
                "irc_ca_file": "ca.pem",
                "db_filename": "state/ptg.json",
                "site_dir": "site",
                "site_url": "https://ptg.example.org",
                "event.name": "Harbor",
                "event.timezone": "Asia/Tokyo",
                "event.first_day": "2027-03-16",
                "fetch_private": True,
                "keep_backups": 5,
                "history_days": 30,
                "irc_sasl_user": "ptgbot",
                "irc_sasl_password": SECRET,
                "irc_sasl_required": True,
                "irc_client_cert": "ca.pem",
                "irc_ping_after": 30,
                "irc_ping_timeout": 5.5,
                "irc_burst": 2,
                "irc_interval": 1,
                "irc_multi_target": True,
                "irc_notice_replies": True,
                "irc_require_account": True,
                "site_logo": "ca.pem",
                "site_accent": "teal",
                "site_footer": {"Privacy": "https://example.org/privacy"},
                "templates_dir": ".",
                "publish_command": "rsync -a {site}/ host:site/",
                "stale_after": 30,
                "slack.bot_token": "xoxb-1",
                "slack.app_token": "xapp-1",
                "slack.signing_secret": SECRET,
                "slack.mode": "http",
                "slack.port": 8080,
                "slack.channels": ["C0123", "G0123"],
                "slack.announce": ["C0123"],
                "slack.organisers": ["U0123", "S0123"],
                "slack.moderators": ["W0123"],
                "slack.api_url": "http://localhost:5000/api",
            }
        ).model_dump()
    )
    assert sorted(config.sources.values()) == sorted(environ)


@pytest.mark.parametrize(
    ("environ", "read", "source"),
    [
        ({}, "from config.json", "CONFIG"),
        ({"PTGBOT_EVENT__NAME_FILE": "named.txt"}, "from a file", "HERE/named.txt (PTGBOT_EVENT__NAME_FILE)"),
        (
            {"PTGBOT_EVENT__NAME_FILE": "nowhere", "PTGBOT_EVENT__NAME": "from a variable"},
            "from a variable",
            "PTGBOT_EVENT__NAME",
        ),
    ],
)
def test_the_environment_goes_before_a_named_file_and_that_before_the_configuration(
    environ: dict[str, str], read: str, source: str, tmp_path: Path
) -> None:
    write("from a file\n", "named.txt")
    path = write({**ORIGINAL, "event.name": "from config.json"})
    config, _ = load(path, environ)

    assert config.event_name == read
    assert config.sources["event.name"] == source.replace("HERE", str(tmp_path)).replace("CONFIG", str(path))


def test_a_variable_goes_before_a_key_where_both_name_a_file(tmp_path: Path) -> None:
    write("1111", "by-key")
    write("2222", "by-variable")
    keys = {"irc_port_file": "by-key", "irc_port": 3333, "irc_pass": ""}

    assert loaded(keys).irc_port == 1111
    assert loaded(keys, {"PTGBOT_IRC_PORT_FILE": str(tmp_path / "by-variable")}).irc_port == 2222


@pytest.mark.parametrize(
    ("content", "read"),
    [(SECRET, SECRET), (f"{SECRET}\n", SECRET), (f"{SECRET}\r\n", SECRET), (f" {SECRET} \n", f" {SECRET} ")],
)
def test_one_newline_at_the_end_of_a_named_file_is_dropped(content: str, read: str) -> None:
    write(content.encode(), "pass.txt")

    assert loaded({"irc_pass_file": "pass.txt"}).irc_pass.get_secret_value() == read
    write(f"{content}\n\n".encode(), "pass.txt")
    assert problems({**ORIGINAL, "irc_pass_file": "pass.txt"}) == [
        "irc_pass: holds a line break or another control character"
    ]


def test_a_key_that_ends_in_file_of_itself_is_not_taken_for_a_named_file(tmp_path: Path) -> None:
    write("CERTIFICATES", "ca.pem")
    write(str(tmp_path / "ca.pem"), "where.txt")

    assert loaded({"irc_ca_file": "ca.pem"}).irc_ca_file == tmp_path / "ca.pem"
    assert loaded({}, {"PTGBOT_IRC_CA_FILE": "ca.pem"}).irc_ca_file == tmp_path / "ca.pem"
    assert loaded({}, {"PTGBOT_IRC_CA_FILE_FILE": "where.txt"}).irc_ca_file == tmp_path / "ca.pem"
    assert [key for key in FIELDS if key.removesuffix("_file") in FIELDS and key.endswith("_file")] == []


def test_a_named_file_that_cannot_be_read_is_one_problem_and_not_a_missing_key_too(tmp_path: Path) -> None:
    write(b"\xff", "bytes")
    without = {key: value for key, value in ORIGINAL.items() if key != "irc_nick"}

    assert problems(
        {**without, "irc_nick_file": "bytes", "irc_port_file": 5, "irc_server_file": "etc"},
        {
            "PTGBOT_IRC_PASS_FILE": "./none",
            "PTGBOT_SITE_URL_FILE": "",
        },
    ) == [
        "irc_nick_file: is not UTF-8 (line 1)",
        "irc_port_file: must be text in quotes, and is 5",
        f"irc_server_file: '{tmp_path}/etc' is a folder, not a file",
        f"PTGBOT_IRC_PASS_FILE: there is no file '{tmp_path}/none'",
        "PTGBOT_SITE_URL_FILE: names no file",
    ]


def test_bytes_in_the_environment_that_are_no_text_are_refused() -> None:
    assert problems(ORIGINAL, {"PTGBOT_EVENT__NAME": b"\xff".decode(errors="surrogateescape")}) == [
        "event.name: is not UTF-8"
    ]


def test_no_text_about_a_configuration_shows_the_secret() -> None:
    config = loaded()
    wrong = {**ORIGINAL, "irc_pass": [SECRET], "irc_port": 0}

    assert SECRET not in repr(config) + str(config) + str(config.model_dump()) + "".join(describe(config))
    assert SECRET not in "".join(problems(wrong))
    assert SECRET not in "".join(problems({**ORIGINAL, "irc_port": 0}, {"PTGBOT_IRC_PASS": f"{SECRET}\0"}))
    for named in (SECRET, f"/{SECRET}"):
        said = problems({**ORIGINAL, "irc_pass_file": named})
        assert said == [
            f"irc_pass_file: {'names no file that can be read' if named == SECRET else f'there is no file {named!r}'}"
        ]
    with pytest.raises(ConfigError) as caught:
        load(write(json.dumps(ORIGINAL)[:-1]), {})
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None  # nothing that a traceback would show


def test_the_description_says_what_the_bot_would_do(tmp_path: Path) -> None:
    write(SECRET, "pass.txt")
    write("", "ca.pem")
    write("", "logging.conf")

    assert describe(loaded({"irc_pass": ""})) == [
        "IRC irc.oftc.net port 6697 with TLS as mybot, channel #CHANNEL",
        "no NickServ login",
        f"store {tmp_path}/ptg.json",
        f"site {tmp_path}/html",
        "event without a name, time zone UTC, dates as the slots tell them",
    ]
    config, _ = load(
        write(
            {
                **ORIGINAL,
                "irc_server": "a.example,b.example",
                "irc_channel": "#a,#b",
                "irc_port": 6667,
                "irc_ca_file": "ca.pem",
                "db_filename": "html/ptg.json",
                "site_url": "https://ptg.example.org",
                "log_config": "logging.conf",
                "event": {"name": "Harbor", "timezone": "Europe/Berlin", "first_day": "2027-03-16"},
            }
        ),
        {"PTGBOT_IRC_PASS_FILE": "pass.txt"},
    )
    assert describe(config) == [
        "IRC a.example or b.example port 6667 without TLS as mybot, channels #a, #b",
        f"certificates to trust: {tmp_path}/ca.pem",
        f"NickServ login with irc_pass from {tmp_path}/pass.txt (PTGBOT_IRC_PASS_FILE)",
        f"store {tmp_path}/html-private/ptg.json",
        f"   because db_filename {tmp_path}/html/ptg.json is inside site_dir, where it would be published",
        f"site {tmp_path}/html, seen at https://ptg.example.org",
        "event Harbor, time zone Europe/Berlin, days from 2027-03-16",
        f"logging as {tmp_path}/logging.conf says",
    ]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYS = st.sampled_from([*FIELDS, *(f"{key}_file" for key in FIELDS), "event", "name", "timezone", "irc_nik"])
LIKELY = st.dictionaries(
    KEYS,
    st.sampled_from(
        [
            "mybot",
            6697,
            "#CHANNEL",
            "ptg.json",
            "~x/y",
            "/",
            "..",
            "#a,b",
            "[",
            '["#a"]',
            "\0",
            "é",
            "~",
            "UTC",
            "https://[x",
        ]
    )
    | st.text(string.printable)
    | ANY_JSON
    | st.dictionaries(KEYS, ANY_JSON),
)


def load_or_refuse(path: Path, environ: Mapping[str, str]) -> None:
    try:
        config, warnings = load(path, environ)
    except ConfigError as error:
        lines = error.problems or ["\a: no problem, but refused"]
    else:
        lines = [*warnings, *describe(config)]
    assert [line for line in lines if not line.isprintable() or SECRET in line] == []


properties: Callable[[Callable[..., None]], Callable[..., None]] = given_settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@properties
@given(LIKELY.map(json.dumps) | ANY_JSON.map(json.dumps) | LIKELY.map(lambda keys: json.dumps({**ORIGINAL, **keys})))
def test_any_json_is_a_configuration_or_refused(text: str) -> None:
    load_or_refuse(write(text), {})


@properties
@given(st.binary() | st.text('{}[]",:\\ \n0e-infatrulsN', max_size=30).map(str.encode))
def test_any_bytes_are_a_configuration_or_refused(content: bytes) -> None:
    load_or_refuse(write(content), {})


@properties
@given(
    st.dictionaries(
        KEYS.map(lambda key: "PTGBOT_" + key.upper().replace(".", "__")),
        st.text(st.characters(exclude_characters="\0", codec="utf-8")) | st.just("\udcff"),
    )
)
def test_any_environment_is_read_or_refused(environ: dict[str, str]) -> None:
    load_or_refuse(write(ORIGINAL), environ)


def table() -> str:
    rows = "".join(f"| `{key}` | {kind} | {meaning} |\n" for key, kind, meaning in settings_reference())
    return f"| key | value; default | meaning |\n|---|---|---|\n{rows}"


def documented(text: str) -> tuple[str, str, str]:
    """Return what is before, in and behind the table of settings."""
    before, start, rest = text.partition('<!-- settings: made by "python -m tests.test_config" -->\n')
    inside, end, behind = rest.partition("<!-- end of settings -->\n")
    assert start
    assert end
    return before + start, inside, end + behind


def test_the_documentation_has_every_setting() -> None:
    assert documented(DOCS.read_text())[1] == table()


if __name__ == "__main__":
    opening, _, ending = documented(DOCS.read_text())
    DOCS.write_text(opening + table() + ending)
    sys.exit()
