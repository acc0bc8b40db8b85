"""How the bot logs in on IRC, and what is odd about it."""

from pathlib import Path

import pytest

from ptgbot.config import describe, load
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write


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
        (
            "reminders in private except from 22:00 to 07:00, to those who ask for them, and to moderators of whose"
            " slot nothing was said; at most 10 minutes late"
        ),
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
        (
            "reminders in private except from 22:00 to 07:00, to those who ask for them, and to moderators of whose"
            " slot nothing was said; at most 10 minutes late"
        ),
        f"logging as {tmp_path}/logging.conf says",
    ]
