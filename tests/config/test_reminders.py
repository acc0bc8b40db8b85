"""When and where the bot reminds."""

from datetime import time, timedelta

import pytest

from ptgbot.config import describe, load
from ptgbot.core.messages import Target
from ptgbot.features.reminders.settings import ReminderSettings
from tests.configurations import ORIGINAL, loaded, problems, write

SLACK = {"slack": {"bot_token": "xoxb-1", "app_token": "xapp-1", "channels": ["C0123ABCDEF"]}}
NO_TARGET = "is none of: irc:#CHANNEL, slack:C0123ABCDEF, x, mastodon"


def test_without_any_setting_nobody_is_reminded_in_public() -> None:
    assert loaded().reminders == ReminderSettings(
        slots=(15, 5),
        targets=(),
        grace=timedelta(minutes=10),
        quiet=(time(22), time(7)),
        nudges=True,
        newday_at=None,
        approve=False,
        irc_channels=("#CHANNEL",),
    )


def test_every_setting_of_reminders_reaches_them() -> None:
    x = {"api_key": "1", "api_secret": "2", "access_token": "3", "access_secret": "4"}
    mastodon = {"url": "https://social.example", "access_token": "5"}
    reminders = {
        "slots": [30],
        "targets": ["irc:#channel", "slack:C0123ABCDEF", "x", "mastodon"],
        "grace": 0,
        "quiet": "23:30 – 6:00",
        "nudges": False,
    }
    more = {"event.newday_at": "06:30", "announce.approve": True}
    config = loaded({**SLACK, "x": x, "mastodon": mastodon, "reminders": reminders, **more})

    assert config.reminders == ReminderSettings(
        slots=(30,),
        # As irc_channel spells it.
        targets=(
            Target("irc", "#CHANNEL"),
            Target("slack", "C0123ABCDEF"),
            Target("x", "timeline"),
            Target("mastodon", "timeline"),
        ),
        grace=timedelta(0),
        quiet=(time(23, 30), time(6)),
        nudges=False,
        newday_at=time(6, 30),
        approve=True,
        irc_channels=("#CHANNEL",),
    )


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ([], ()),
        ("", ()),
        ("20", (20,)),
        (20, (20,)),
        ("5, 15,", (5, 15)),
        ("[5, 15]", (5, 15)),
        ([15, "15", 1440, 1], (15, 1440, 1)),
    ],
)
def test_minutes_are_read_in_each_of_their_forms(value: object, read: tuple[int, ...]) -> None:
    assert loaded({"reminders.slots": value}).reminders.slots == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("", None),
        ("OFF", None),
        ("22:00-07:00", (time(22), time(7))),
        (" 1:00 - 05:30 ", (time(1), time(5, 30))),
    ],
)
def test_quiet_hours_are_read_in_each_of_their_forms(value: object, read: tuple[time, time] | None) -> None:
    assert loaded({"reminders.quiet": value}).reminders.quiet == read


def test_a_target_that_is_given_twice_counts_once() -> None:
    config = loaded({"reminders.targets": "irc:#CHANNEL, IRC: #channel"})

    assert config.reminders.targets == (Target("irc", "#CHANNEL"),)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("reminders.slots", [15, 0], "0 is not a number between 1 and 1440"),
        ("reminders.slots", [1441], "1441 is not a number between 1 and 1440"),
        ("reminders.slots", "soon", "'soon' is not a number between 1 and 1440"),
        ("reminders.slots", {"a": 1}, "an object is not a number between 1 and 1440"),
        ("reminders.slots", list(range(1, 12)), "has 11 numbers, and may have 10"),
        ("reminders.targets", "#ptg", f"'#ptg' {NO_TARGET}"),
        ("reminders.targets", "irc:ada", f"'irc:ada' {NO_TARGET}"),
        ("reminders.targets", ["slack:#ptg"], f"'slack:#ptg' {NO_TARGET}"),
        ("reminders.targets", "x:ada", f"'x:ada' {NO_TARGET}"),
        ("reminders.targets", [5], "must be text in quotes, and is 5"),
        ("reminders.targets", "slack:C0123ABCDEF", "slack:C0123ABCDEF needs slack.bot_token"),
        ("reminders.targets", "x", "x needs x.api_key and the rest of x"),
        ("reminders.targets", "mastodon", "mastodon needs mastodon.url and mastodon.access_token"),
        ("reminders.grace", 121, "121 is not a number between 0 and 120"),
        ("reminders.quiet", "22:00", "'22:00' is not two times of day such as 22:00-07:00, or off"),
        ("reminders.quiet", "22:00-24:00", "'24:00' is not a time of day such as 09:30"),
        ("reminders.quiet", "07:00-07:00", "'07:00-07:00' begins when it ends"),
        ("reminders.quiet", ["22:00", "07:00"], "must be text in quotes, and is a list"),
        ("reminders.nudges", "some", "'some' is neither true nor false"),
        ("event.newday_at", "6am", "'6am' is not a time of day such as 09:30"),
        ("event.newday_at", 630, "must be text in quotes, and is 630"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(key: str, value: object, said: str) -> None:
    assert problems({**ORIGINAL, key: value}) == [f"{key}: {said}"]


def test_a_bot_in_slack_alone_cannot_remind_on_irc() -> None:
    content = {**SLACK, "db_filename": "ptg.json", "reminders.targets": ["irc:#ptg"]}

    assert problems(content) == ["reminders.targets: irc:#ptg needs irc_nick, irc_server and irc_channel"]


def test_a_channel_in_which_the_bot_is_not_is_a_warning() -> None:
    path = write({**ORIGINAL, "reminders.targets": ["irc:#channel", "irc:#elsewhere"]})

    assert load(path, {})[1] == [
        "reminders.targets: the bot is not in #elsewhere, because irc_channel does not have it"
    ]


def test_the_description_says_what_goes_where() -> None:
    usual = describe(loaded())
    to = {"reminders.targets": "irc:#CHANNEL"}

    assert [
        [line for line in describe(loaded(keys)) if line not in usual]
        for keys in (
            to,
            {**to, "reminders.slots": []},
            {"event.newday_at": "6:00"},
            {"reminders": {"grace": 0, "quiet": "off", "nudges": False}},
        )
    ] == [
        ["reminders 15 and 5 minutes before each slot, to irc:#CHANNEL"],
        ["announcements to irc:#CHANNEL"],
        ["~newday by itself at 06:00"],
        ["reminders in private at any time, to those who ask for them; what is late is not sent"],
    ]
    assert (
        "reminders in private except from 22:00 to 07:00, to those who ask for them, and to moderators of whose slot"
        " nothing was said; at most 10 minutes late"
    ) in usual
