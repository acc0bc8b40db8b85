"""Every setting: as the original has it, from the environment, and in the documentation."""

import sys
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from ptgbot.config import FIELDS, Config, load, settings_reference
from ptgbot.core.clock import Event
from ptgbot.features.reminders.settings import ReminderSettings
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
        "x.api_key": SecretStr(""),
        "x.api_secret": SecretStr(""),
        "x.access_token": SecretStr(""),
        "x.access_secret": SecretStr(""),
        "x.bearer_token": SecretStr(""),
        "x.api_url": "https://api.x.com",
        "x.dry_run": True,
        "mastodon.url": "",
        "mastodon.access_token": SecretStr(""),
        "mastodon.visibility": "public",
        "mastodon.dry_run": True,
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
        "event.newday_at": None,
        "fetch_private": False,
        "keep_backups": 3,
        "history_days": 365,
        "reminders.slots": (15, 5),
        "reminders.targets": (),
        "reminders.grace": 10,
        "reminders.quiet": (time(22), time(7)),
        "reminders.nudges": True,
        "announce.approve": False,
        "openspaces.words": (),
        "openspaces.hashtags": (),
        "openspaces.days": (),
        "openspaces.hours": (time(8), time(20)),
        "openspaces.rooms": (),
        "openspaces.minutes": 45,
        "openspaces.leads": (15,),
        "openspaces.auto_send": True,
        "openspaces.reply": True,
        "openspaces.slack_channel": "",
        "openspaces.outgoing_channel": "",
        "openspaces.review_channel": "",
        "openspaces.conflict_channel": "",
    }
    assert config.event == Event()
    reminders = ReminderSettings(irc_channels=("#CHANNEL",))
    assert (config.x, config.mastodon, config.reminders) == (None, None, reminders)


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


def test_every_wrong_key_is_named_at_once() -> None:
    assert problems({**ORIGINAL, "irc_nick": "9bot", "irc_port": "abc", "event": {"first_day": "tomorrow"}}) == [
        "irc_nick: '9bot' is not a nick: letters, digits and -_[]\\`^{|}, at most 50, the first not a digit or -",
        "irc_port: 'abc' is not a number between 1 and 65535",
        "event.first_day: 'tomorrow' is not a date such as 2026-10-19",
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
        "PTGBOT_X__API_KEY": SECRET,
        "PTGBOT_X__API_SECRET": SECRET,
        "PTGBOT_X__ACCESS_TOKEN": SECRET,
        "PTGBOT_X__ACCESS_SECRET": SECRET,
        "PTGBOT_X__BEARER_TOKEN": SECRET,
        "PTGBOT_X__API_URL": "http://localhost:5001/",
        "PTGBOT_X__DRY_RUN": "no",
        "PTGBOT_MASTODON__URL": "https://social.example/",
        "PTGBOT_MASTODON__ACCESS_TOKEN": SECRET,
        "PTGBOT_MASTODON__VISIBILITY": "Unlisted",
        "PTGBOT_MASTODON__DRY_RUN": "off",
        "PTGBOT_EVENT__NEWDAY_AT": "06:30",
        "PTGBOT_REMINDERS__SLOTS": "30, 10",
        "PTGBOT_REMINDERS__TARGETS": "irc:#a, x",
        "PTGBOT_REMINDERS__GRACE": "0",
        "PTGBOT_REMINDERS__QUIET": "off",
        "PTGBOT_REMINDERS__NUDGES": "no",
        "PTGBOT_ANNOUNCE__APPROVE": "yes",
        "PTGBOT_OPENSPACES__WORDS": "open space, openspaces",
        "PTGBOT_OPENSPACES__HASHTAGS": "pyconopenspaces",
        "PTGBOT_OPENSPACES__DAYS": "2027-03-17, 2027-03-16",
        "PTGBOT_OPENSPACES__HOURS": "09:00-18:00",
        "PTGBOT_OPENSPACES__ROOMS": '["10", {"name": "9", "aliases": ["09"]}]',
        "PTGBOT_OPENSPACES__MINUTES": "60",
        "PTGBOT_OPENSPACES__LEADS": "[15, 5]",
        "PTGBOT_OPENSPACES__AUTO_SEND": "no",
        "PTGBOT_OPENSPACES__REPLY": "no",
        "PTGBOT_OPENSPACES__SLACK_CHANNEL": "C0124",
        "PTGBOT_OPENSPACES__OUTGOING_CHANNEL": "C0125",
        "PTGBOT_OPENSPACES__REVIEW_CHANNEL": "C0126",
        "PTGBOT_OPENSPACES__CONFLICT_CHANNEL": "C0126",
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
                "x.api_key": SECRET,
                "x.api_secret": SECRET,
                "x.access_token": SECRET,
                "x.access_secret": SECRET,
                "x.bearer_token": SECRET,
                "x.api_url": "http://localhost:5001",
                "x.dry_run": False,
                "mastodon.url": "https://social.example",
                "mastodon.access_token": SECRET,
                "mastodon.visibility": "unlisted",
                "mastodon.dry_run": False,
                "event.newday_at": "6:30",
                "reminders.slots": [30, 10],
                "reminders.targets": ["irc:#a", "x"],
                "reminders.grace": 0,
                "reminders.quiet": "",
                "reminders.nudges": False,
                "announce.approve": True,
                "openspaces.words": ["open space", "openspaces"],
                "openspaces.hashtags": ["pyconopenspaces"],
                "openspaces.days": ["2027-03-16", "2027-03-17"],
                "openspaces.hours": ["09:00", "18:00"],
                "openspaces.rooms": ["10", {"name": "9", "aliases": ["09"]}],
                "openspaces.minutes": 60,
                "openspaces.leads": [15, 5],
                "openspaces.auto_send": False,
                "openspaces.reply": False,
                "openspaces.slack_channel": "C0124",
                "openspaces.outgoing_channel": "C0125",
                "openspaces.review_channel": "C0126",
                "openspaces.conflict_channel": "C0126",
            }
        ).model_dump()
    )
    assert sorted(config.sources.values()) == sorted(environ)


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
