"""What being in Slack takes, and what the bot says about it."""

from pathlib import Path

import pytest

from ptgbot.config import describe, load
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write

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
        (
            "reminders in private except from 22:00 to 07:00, to those who ask for them, and to moderators of whose"
            " slot nothing was said; at most 10 minutes late"
        ),
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
