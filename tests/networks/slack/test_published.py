"""The fake is held against what Slack publishes, wherever that is at hand; in every scenario, by ``conftest.py``."""

import pytest

from tests.networks.slack.test_manifest import METHODS
from tests.slack import published

pytestmark = pytest.mark.skipif(not published.is_there(), reason=f"there is no {published.SCHEMA}")


def test_slack_has_every_method_that_is_called() -> None:
    assert [method for method in METHODS if not published.knows(method.replace("_", "."))] == []


def test_what_is_wrong_with_a_call_is_found() -> None:
    assert published.problems_of_request("chat.postMessage", {"channel", "text", "blocks"}) == []
    assert published.problems_of_request("chat.postMessage", {"text", "txet"}) == [
        "chat.postMessage: channel is missing",
        "chat.postMessage: there is no argument txet",
    ]
    assert published.problems_of_request("chat.shout", set()) == ["chat.shout: there is no such method"]


def test_what_is_wrong_with_an_answer_is_found() -> None:
    answer = {"ok": True, "channel": "C0123456789", "ts": "1", "message_ts": "1790000000.000100"}

    assert published.problems_of_answer("chat.postEphemeral", answer | {"ok": False}) == []
    assert published.problems_of_answer("usergroups.users.list", {"ok": True, "users": ["nobody"]}) == [
        "usergroups.users.list: users.0: 'nobody' does not match '^[UW][A-Z0-9]{2,}$'"
    ]
