"""What the configuration says about open spaces, with the rest of it or alone."""

from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ptgbot.config import FIELDS, ConfigError, describe, load, open_space_rules
from ptgbot.config.files import Gathered, JSONObject
from ptgbot.features.openspaces.rules import Room, Rules
from tests.configurations import ORIGINAL, loaded, problems, write

SPACES = {
    "words": ["open space", "openspaces"],
    "days": ["2027-05-21", "2027-05-20"],
    "hours": ["9:00", "18:30"],
    "rooms": ["Hall 2A", {"name": "9", "aliases": ["09", "Room  nine"]}],
    "minutes": 60,
}
READ = Rules(
    zone=ZoneInfo("Europe/Berlin"),
    days=(date(2027, 5, 20), date(2027, 5, 21)),
    hours=(time(9), time(18, 30)),
    rooms=(Room("Hall 2A"), Room("9", ("09", "Room nine"))),
    duration=timedelta(minutes=60),
    words=("open space", "openspaces"),
)


def test_the_rules_are_read_with_the_rest_and_alone() -> None:
    keys = {"openspaces": SPACES, "event": {"timezone": "Europe/Berlin"}}

    assert load(write({**ORIGINAL, **keys}), {})[0].open_space_rules == READ
    assert open_space_rules(write(keys)) == READ
    dotted = {**{f"openspaces.{key}": value for key, value in SPACES.items()}, "event.timezone": "Europe/Berlin"}
    assert open_space_rules(write(dotted)) == READ


@pytest.mark.parametrize("hours", [["8:00", "20:00"], "08:00-20:00", "08:00 – 20:00", '["08:00", "20:00"]'])
def test_hours_are_read_in_each_of_their_forms(hours: object) -> None:
    assert open_space_rules(write({"openspaces.hours": hours})).hours == (time(8), time(20))


def test_hashtags_are_kept_without_their_sign() -> None:
    mastodon = {"url": "https://social.example", "access_token": "1"}
    spaces = {"hashtags": ["#OpenSpaces", "pycon2027", "OpenSpaces"], "rooms": ["9"]}

    keys = {"openspaces": spaces, "mastodon": mastodon, "reminders.targets": "mastodon"}
    assert loaded(keys).openspaces_hashtags == ("OpenSpaces", "pycon2027")


def test_every_key_may_be_left_out() -> None:
    assert open_space_rules(write({})) == loaded().open_space_rules == Rules()
    assert open_space_rules(write({"openspaces": None, "event": {}})) == Rules()


def test_alone_whatever_else_is_wrong_does_not_count() -> None:
    text = (
        '{"irc_port": "x", "irc_port": 1, "irc_pass_file": "/none", "slack": 5, "openspaces": {"rooms": "A, B"},'
        ' "event": {"first_day": "soon", "name": 5, "name": 6}, "site_dir": ""}'
    )

    assert open_space_rules(write(text)) == Rules(rooms=(Room("A"), Room("B")))


def wrong(content: object) -> list[str]:
    path = write(content)
    with pytest.raises(ConfigError) as caught:
        open_space_rules(path)
    return [line.replace(str(path), "config.json") for line in caught.value.problems]


HOURS = 'must be two times of day, the earlier one first, such as ["08:00", "20:00"]'
NO_CHANNEL = "is not the id of a channel, such as C0123ABCDEF: Slack has it at the foot of the channel's details"
WRONG = [
    ("words", 5, "must be text in quotes or a list of such, and is 5"),
    ("hashtags", ["open space"], "'open space' is not a hashtag: letters, digits and _, and not digits alone"),
    ("hashtags", "#2027", "'#2027' is not a hashtag: letters, digits and _, and not digits alone"),
    ("days", "tomorrow", "'tomorrow' is not a date such as 2026-10-19"),
    ("days", ["2027-02-29"], "'2027-02-29' is not a date such as 2026-10-19"),
    ("hours", "08:00", HOURS),
    ("hours", ["20:00", "08:00"], HOURS),
    ("hours", ["08:00", "20:00", "21:00"], HOURS),
    ("hours", ["8", "20:00"], "'8' is not a time of day such as 09:30"),
    ("rooms", 5, "must be a list of rooms, and is 5"),
    ("rooms", [9], "must be text in quotes, and is 9"),
    ("rooms", [" "], "the name of a room is empty"),
    ("rooms", [{"aliases": ["9"]}], "a room has no name"),
    ("rooms", [{"name": "9", "alias": "09"}], "a room has name and aliases, and no 'alias'"),
    ("rooms", [{"name": "9", "aliases": 5}], "must be text in quotes or a list of such, and is 5"),
    ("rooms", ["Room 9", {"name": "Nine", "aliases": ["9"]}], "'9' is a name of 'Room 9' and of 'Nine'"),
    ("minutes", 0, "0 is not a number between 1 and 1440"),
    ("leads", [0], "0 is not a number between 1 and 1440"),
    ("auto_send", "later", "'later' is neither true nor false"),
    ("review_channel", "#review", f"'#review' {NO_CHANNEL}"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_value_is_refused_with_its_key(key: str, value: object, said: str) -> None:
    content = {f"openspaces.{key}": value}

    assert problems({**ORIGINAL, **content}) == wrong(content) == [f"openspaces.{key}: {said}"]


def test_alone_every_wrong_key_is_named_at_once() -> None:
    content = {"openspaces": {"minutes": "x", "rooms_file": "/none"}, "event.timezone": "CEST"}

    assert wrong(content) == [
        "openspaces.rooms_file: there is no file '/none'",
        "event.timezone: 'CEST' is not an IANA time zone, such as Europe/Berlin or UTC",
        "openspaces.minutes: 'x' is not a number between 1 and 1440",
    ]
    assert wrong({"openspaces": 5}) == ["openspaces: must be an object, and is 5"]
    assert wrong({"event": 5}) == ["event: must be an object, and is 5"]
    assert wrong('{"openspaces": {"rooms": [{"name": "9", "name": "8"}]}}') == ["openspaces.rooms: has 'name' twice"]
    assert wrong("[]") == ["config.json: must hold a JSON object, {…}, and holds something else"]


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    gathered = Gathered(FIELDS)
    gathered.read_object(JSONObject([("openspaces.rooms", deep), ("irc_port", 6667)]), "", "a test")

    assert (gathered.problems, gathered.values) == (["openspaces.rooms: is nested too deeply"], {"irc_port": 6667})


def test_a_channel_of_slack_needs_slack() -> None:
    keys = {"openspaces": {"slack_channel": "C0123", "conflict_channel": "C0124"}}

    assert problems({**ORIGINAL, **keys}) == [
        "openspaces.slack_channel: needs slack.bot_token",
        "openspaces.conflict_channel: needs slack.bot_token",
    ]


def test_open_spaces_that_cannot_be_scheduled_or_found_are_a_warning() -> None:
    path = write({**ORIGINAL, "openspaces": {"words": "openspaces", "hashtags": "openspaces"}})

    assert load(path, {})[1] == [
        "openspaces.rooms: is empty, so that in what openspaces.words finds only the rooms of the schedule are known",
        "openspaces.words: is of no use without X, Mastodon or openspaces.slack_channel",
        "openspaces.hashtags: is of no use without X or Mastodon",
        "reminders.targets: is empty, so that nobody is reminded of open spaces",
    ]


def test_the_description_says_where_and_when_open_spaces_are(tmp_path: Path) -> None:
    usual = describe(loaded())
    spaces = {"openspaces": {"rooms": ["Hall 2A", {"name": "9"}]}}

    assert [line for line in describe(loaded(spaces)) if line not in usual] == [
        "open spaces in Hall 2A, 9, on every day of the schedule, 08:00 to 20:00",
        "   approved by themselves where there is no doubt",
    ]
    spaces["openspaces"]["days"] = ["2027-05-20", "2027-05-21"]
    assert [line for line in describe(loaded(spaces)) if line not in usual] == [
        "open spaces in Hall 2A, 9, on 2027-05-20 and 2027-05-21, 08:00 to 20:00",
        "   approved by themselves where there is no doubt",
    ]


def test_the_description_says_how_posts_are_found_and_what_becomes_of_them() -> None:
    usual = describe(loaded())
    keys = {
        "mastodon": {"url": "https://social.example", "access_token": "1"},
        "slack": {"bot_token": "xoxb-1", "app_token": "xapp-1", "channels": "C0120"},
        "reminders.targets": ["slack:C0120", "mastodon"],
        "openspaces": {
            "rooms": ["9"], "words": ["#openspace", "board games"], "hashtags": "pycon2027", "auto_send": False,
            "leads": [30, 15], "slack_channel": "C0121", "review_channel": "C0122", "conflict_channel": "C0123",
        },
    }  # fmt: skip
    lines = [line for line in describe(loaded(keys)) if line not in usual]

    assert lines[lines.index("open spaces in 9, on every day of the schedule, 08:00 to 20:00") + 1 :] == [
        "   found on Mastodon, C0121 in Slack by #openspace, board games, #pycon2027",
        "   approved by an organiser, each of them",
        "   reminders 30 and 15 minutes before, to slack:C0120, mastodon",
        "   cards in Slack: what needs a person in C0122, conflicts in C0123",
    ]
