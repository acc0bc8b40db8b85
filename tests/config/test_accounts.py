"""Accounts on X and Mastodon: whole or not at all, secret, and a rehearsal until somebody says otherwise."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ptgbot.config import describe, load
from ptgbot.networks.mastodon.settings import MastodonSettings
from ptgbot.networks.x.settings import XSettings
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write

X = {
    "api_key": f"1{SECRET}",
    "api_secret": f"2{SECRET}",
    "access_token": f"3{SECRET}",
    "access_secret": f"4{SECRET}",
}
MASTODON = {"url": "https://social.example/", "access_token": SECRET}
BOTH = {"x": X, "mastodon": MASTODON, "reminders.targets": ["x", "mastodon"]}


def test_an_account_is_what_its_network_needs() -> None:
    config = loaded(BOTH)

    assert config.x == XSettings(
        api_key=f"1{SECRET}",
        api_secret=f"2{SECRET}",
        access_token=f"3{SECRET}",
        access_secret=f"4{SECRET}",
        bearer_token="",
        api_url="https://api.x.com",
        dry_run=True,
    )
    assert config.mastodon == MastodonSettings(
        url="https://social.example", access_token=SECRET, visibility="public", dry_run=True
    )


def test_everything_about_an_account_can_be_set() -> None:
    x = {**X, "bearer_token": f"5{SECRET}", "api_url": "http://localhost:1/", "dry_run": False}
    mastodon = {**MASTODON, "visibility": "private", "dry_run": False}
    config = loaded({**BOTH, "x": x, "mastodon": mastodon})

    assert loaded({**BOTH, "x.api_url": ""}).x == loaded(BOTH).x
    assert config.x == XSettings(**{**x, "api_url": "http://localhost:1"})  # type: ignore[arg-type]
    assert config.mastodon == MastodonSettings(**{**mastodon, "url": "https://social.example"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"x.access_token": SECRET},
            [
                "x.api_key: is missing, and without it x.access_token is of no use",
                "x.api_secret: is missing, and without it x.access_token is of no use",
                "x.access_secret: is missing, and without it x.access_token is of no use",
            ],
        ),
        (
            {"x": {**X, "api_key": ""}},
            ["x.api_key: is missing, and without it x.api_secret is of no use"],
        ),
        (
            {"mastodon.url": "https://social.example"},
            ["mastodon.access_token: is missing, and without it mastodon.url is of no use"],
        ),
        (
            {"mastodon": {"access_token": SECRET}},
            ["mastodon.url: is missing, and without it mastodon.access_token is of no use"],
        ),
        (
            {"mastodon.visibility": "direct", "mastodon.url": "social.example", "x.dry_run": "perhaps"},
            [
                "x.dry_run: 'perhaps' is neither true nor false",
                "mastodon.url: must be an address such as https://ptg.example.org, without user, query or fragment",
                "mastodon.visibility: 'direct' is none of: public, unlisted, private",
            ],
        ),
    ],
)
def test_half_an_account_is_refused(keys: dict[str, object], said: list[str]) -> None:
    assert problems({**ORIGINAL, **keys}) == said


def test_every_problem_of_settings_that_do_not_fit_together_is_named_at_once() -> None:
    wrong = {"irc_sasl_required": True, "slack.mode": "http", "mastodon.url": "https://social.example"}

    assert problems({**ORIGINAL, **wrong}) == [
        "slack.bot_token: is missing, and without it slack.mode is of no use",
        "irc_sasl_required: needs irc_sasl_user and irc_sasl_password, or irc_client_cert with irc_tls",
        "mastodon.access_token: is missing, and without it mastodon.url is of no use",
    ]


def test_a_token_whose_file_cannot_be_read_is_one_problem() -> None:
    content = {**ORIGINAL, "x": {**X, "api_key": None, "api_key_file": "/none"}, "reminders.targets": "x"}

    assert problems(content) == ["x.api_key_file: there is no file '/none'"]


def test_secrets_can_come_from_files_and_show_nowhere(tmp_path: Path) -> None:
    write(SECRET, "token")
    keys = {**BOTH, "mastodon": {"url": "https://social.example", "access_token_file": str(tmp_path / "token")}}
    config = loaded(keys)

    assert config.mastodon is not None
    assert config.mastodon.access_token == SECRET
    shown = [repr(config), str(config.model_dump()), repr(config.x), repr(config.mastodon), *describe(config)]
    assert [text for text in shown if SECRET in text] == []
    assert SECRET not in "".join(problems({**ORIGINAL, **keys, "x.dry_run": "perhaps"}))


def test_the_description_says_where_posts_go_and_whether_they_really_do(tmp_path: Path) -> None:
    source = f"{tmp_path}/etc/config.json"
    rehearsal = "what would be posted goes only to the log and to the organisers"
    end = "reminders 15 and 5 minutes before each slot, to x, mastodon"

    assert described(BOTH) == [
        f"X at https://api.x.com, with keys from {source}",
        f"   x.dry_run is on: {rehearsal}",
        f"Mastodon https://social.example, public posts, with a token from {source}",
        f"   mastodon.dry_run is on: {rehearsal}",
        end,
    ]
    live = {"x": {**X, "dry_run": False}, "mastodon": {**MASTODON, "dry_run": False}, "announce.approve": True}
    assert described({**BOTH, **live}) == [
        f"X at https://api.x.com, with keys from {source}",
        f"Mastodon https://social.example, public posts, with a token from {source}",
        "   an organiser approves each post",
        end,
    ]


def described(keys: Mapping[str, object]) -> list[str]:
    """Return what the description has more than that of the original's configuration."""
    usual = describe(loaded())
    return [line for line in describe(loaded(keys)) if line not in usual]


@pytest.mark.parametrize(
    ("keys", "warnings"),
    [
        (
            {"x": X, "mastodon": MASTODON},
            [
                "reminders.targets: does not have x: only what an organiser announces there goes to X",
                "reminders.targets: does not have mastodon: only what an organiser announces there goes to Mastodon",
            ],
        ),
        ({"x": X, "openspaces": {"words": ["openspace"], "rooms": ["9"]}, "reminders.targets": "x"}, []),
        (
            {"mastodon": {**MASTODON, "url": "http://social.example"}, "reminders.targets": "mastodon"},
            ["mastodon.access_token: is sent where others on the way can read it, because mastodon.url is not https"],
        ),
        ({"mastodon": {**MASTODON, "url": "http://127.0.0.1:3000"}, "reminders.targets": "mastodon"}, []),
        ({"announce.approve": True}, ["announce.approve: is of no use without X and Mastodon"]),
    ],
)
def test_what_is_hardly_meant_is_a_warning(keys: dict[str, object], warnings: list[str]) -> None:
    assert load(write({**ORIGINAL, **keys}), {})[1] == warnings
