"""The manifest asks for what the code needs, and for nothing else; docs/slack.md says what each is for."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import ptgbot.networks.slack
from ptgbot.networks.slack.listeners import COMMAND, SHORTCUT, Listeners

ROOT = Path(__file__).parents[3]
SOURCES = Path(ptgbot.networks.slack.__file__).parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "contrib" / "slack-manifest.yaml").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")

# By the SDK's names, what a method takes for what we do with it; from https://docs.slack.dev/reference/methods.
METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # the app's own token, with connections:write
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read"},  # of public channels
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "reactions_add": {"reactions:write"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
}
# The same for events, by how a manifest names them; from https://docs.slack.dev/reference/events.
EVENTS: dict[str, dict[str, set[str]]] = {
    "app_home_opened": {"app_home_opened": set()},
    "app_mention": {"app_mention": {"app_mentions:read"}},
    "app_uninstalled": {"app_uninstalled": set()},
    "message": {
        "message.channels": {"channels:history"},
        "message.groups": {"groups:history"},
        "message.im": {"im:history"},
    },
    "subteam_members_changed": {"subteam_members_changed": {"usergroups:read"}},
    "subteam_updated": {"subteam_updated": {"usergroups:read"}},
    "tokens_revoked": {"tokens_revoked": set()},
    "user_change": {"user_change": {"users:read"}},
}


def called_methods(source: str) -> set[str]:
    """Return what is called of ``client`` or of something's ``_client``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if name.lstrip("_") == "client":
                found.add(node.func.attr)
    return found


class Recorder:
    """Stands for the app, and notes what is registered with it."""

    def __init__(self) -> None:
        self.registered: dict[str, list[str]] = {}

    def __getattr__(self, kind: str) -> Any:
        def register(what: Any) -> Any:
            self.registered.setdefault(kind, []).append(what if isinstance(what, str) else what.pattern)
            return lambda listener: listener

        return register


@pytest.fixture(scope="module")
def registered() -> dict[str, list[str]]:
    nothing: Any = None
    recorder: Any = Recorder()
    names = ("client", "people", "intake", "overhearing", "pressing", "homes", "host", "timing", "doubted")
    parts = dict.fromkeys(names, nothing)
    Listeners(**parts).register(recorder)
    found: dict[str, list[str]] = recorder.registered
    return found


def table(heading: str) -> dict[str, str]:
    """Return the rows of the table in docs/slack.md that has a heading."""
    [rows] = re.findall(rf"^\| {heading} \|.*\n\|---\|---\|\n((?:\|.*\|\n)+)", DOCUMENT, re.MULTILINE)
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", rows, re.MULTILINE))


def test_every_method_that_the_code_calls_is_known_here_and_no_other() -> None:
    assert set().union(*map(called_methods, (p.read_text() for p in SOURCES.glob("*.py")))) == METHODS.keys()


def test_a_call_is_found_however_the_client_is_named() -> None:
    source = (
        "async def f(client):\n    await called(self._client.users_info(user=1))\n    client.auth_test()\n    a.b()"
    )

    assert called_methods(source) == {"users_info", "auth_test"}


def test_the_manifest_wants_the_events_to_which_the_code_listens(registered: dict[str, list[str]]) -> None:
    wanted = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

    assert sorted(registered["event"]) == sorted(EVENTS)
    assert sorted(wanted) == sorted(name for events in EVENTS.values() for name in events)


def test_the_manifest_has_the_scopes_that_all_of_it_takes_and_no_other(registered: dict[str, list[str]]) -> None:
    needed = set().union(*METHODS.values(), *(scopes for events in EVENTS.values() for scopes in events.values()))
    if registered["command"] or registered["message_shortcut"]:
        needed.add("commands")

    assert MANIFEST["oauth_config"]["scopes"] == {"bot": sorted(needed)}


def test_the_manifest_has_the_command_the_shortcut_and_what_people_press(registered: dict[str, list[str]]) -> None:
    features = MANIFEST["features"]

    assert registered["command"] == [one["command"] for one in features["slash_commands"]] == [COMMAND]
    assert [one["should_escape"] for one in features["slash_commands"]] == [True]
    shortcuts = [(one["callback_id"], one["type"]) for one in features["shortcuts"]]
    assert [(name, "message") for name in registered["message_shortcut"]] == shortcuts == [(SHORTCUT, "message")]
    assert MANIFEST["settings"]["interactivity"] == {"is_enabled": True}
    assert set(registered) == {"event", "command", "message_shortcut", "block_action", "view_submission"}


def test_the_manifest_lets_people_write_to_the_bot_and_open_its_home() -> None:
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert MANIFEST["settings"]["socket_mode_enabled"] is True


def test_no_text_of_the_manifest_is_longer_than_slack_takes() -> None:
    features, shown = MANIFEST["features"], MANIFEST["display_information"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert all(len(one["name"]) <= 24 and len(one["description"]) <= 150 for one in features["shortcuts"])
    assert all(len(one["description"]) <= 2000 and len(one["usage_hint"]) <= 1000 for one in features["slash_commands"])


def test_the_documentation_says_what_each_scope_and_event_is_for() -> None:
    scopes, events = table("scope"), table("event")

    assert list(scopes) == MANIFEST["oauth_config"]["scopes"]["bot"]
    assert list(events) == MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert all(len(reason) > 10 for reason in (*scopes.values(), *events.values()) if reason != "`@ptgbot …`")


def test_the_documentation_has_ten_steps() -> None:
    assert re.findall(r"^(\d+)\. ", DOCUMENT, re.MULTILINE) == [str(number) for number in range(1, 11)]
