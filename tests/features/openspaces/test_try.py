"""``ptgbot openspaces try``, as people and programs use it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ptgbot.cli import main

OPENSPACES = {"days": ["2018-05-11"], "rooms": ["14", {"name": "9", "aliases": ["09"]}]}
POST = {"text": "Room 14 at 3pm", "posted_at": "2018-05-11T08:00"}
ANSWER = (
    '{"action": "schedule", "rooms": ["14"], "starts": ["2018-05-11T15:00:00-04:00"], '
    '"ends": ["2018-05-11T15:45:00-04:00"], "reason": "one room and one time"}'
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"openspaces": OPENSPACES, "event": {"timezone": "America/New_York"}}))
    return path


def run(config: Path, *arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["openspaces", "try", str(config), *arguments], input=given)


def test_a_post_from_standard_input_is_answered_with_a_line_of_json(config: Path) -> None:
    result = run(config, given=json.dumps(POST))

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{ANSWER}\n", "")


def test_a_text_can_be_the_argument(config: Path) -> None:
    result = run(config, POST["text"], "--posted-at", POST["posted_at"])

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{ANSWER}\n", "")


def test_posts_are_answered_in_order_and_each_by_itself(config: Path) -> None:
    texts = ["Room 14 at 3pm", "hello", "Room 9", "Room 14 at 3pm", "Room 14 at 7am"]

    result = run(config, given="".join(json.dumps(POST | {"text": text}) + "\n" for text in texts))

    answers = [json.loads(line)["action"] for line in result.stdout.splitlines()]
    assert (result.exit_code, answers) == (0, ["schedule", "ignore", "review", "schedule", "review"])


def test_a_line_that_is_no_post_is_answered_too_and_told_of(config: Path) -> None:
    lines = [b"{", b'"x"', b'{"text": 1}', b'{"text": "x", "posted_at": "soon"}', b"\xff", json.dumps(POST).encode()]
    lines.append(b'{"text": "room 14 in 9 hours", "posted_at": "9999-12-31T23:59"}')

    result = run(config, given=b"\n".join(lines))

    problems = [
        "line 1: this is not JSON",
        'line 2: this is no object with a "text"',
        'line 3: this is no object with a "text"',
        "line 4: posted_at is no ISO time such as 2027-03-16T09:30:00+01:00",
        "line 5: this is not JSON",
        "line 7: posted_at is too far away",
    ]
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr.splitlines()) == (1, problems)
    assert [answer["reason"] for answer in answers] == [*problems[:5], "one room and one time", problems[5]]
    assert [answer["action"] for answer in answers] == ["review"] * 5 + ["schedule", "review"]


def test_without_a_zone_of_the_event_it_is_utc_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"openspaces": OPENSPACES}))

    result = run(path, given=json.dumps(POST))

    assert json.loads(result.stdout)["starts"] == ["2018-05-11T15:00:00+00:00"]
    assert result.stderr == "The configuration has no event.timezone: times are in UTC.\n"


def test_nothing_of_the_configuration_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}")

    result = run(path, given=json.dumps(POST))

    assert json.loads(result.stdout)["reason"] == '"14" is not on the list of rooms'
    assert [each.name for each in tmp_path.iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    "openspaces",
    [{"rooms": ["14", {"name": "9", "aliases": ["14"]}]}, {"hours": ["20:00", "08:00"]}, {"days": ["soon"]}],
)
def test_a_bad_setting_is_named(tmp_path: Path, openspaces: dict[str, Any]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"openspaces": openspaces}))

    result = run(path, given=json.dumps(POST))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"openspaces.{next(iter(openspaces))}: ")


def test_a_setting_that_there_is_not_is_told_of_and_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    given = {"openspaces": {**OPENSPACES, "roomz": ["15"]}, "event": {"timezone": "America/New_York"}, "irc": 1}
    path.write_text(json.dumps(given))

    result = run(path, given=json.dumps(POST))

    told = "openspaces.roomz: is not a setting, and ignored; did you mean openspaces.rooms?\n"
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{ANSWER}\n", told)


def test_without_standard_input_there_is_nothing_to_answer(config: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -m ptgbot openspaces try "$1" <&-', sys.executable, config],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
