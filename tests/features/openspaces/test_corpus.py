"""Posts as people write them, each with what must become of it."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ptgbot.features.openspaces.reading.reader import Action, Reader
from tests.features.openspaces.events import EVENTS

# A line each: the event's rules, when it was posted by the event's clocks, the text, what becomes of it, and what was
# read. "starts" is left out where a doubt leaves nothing that is worth asserting. The texts of the original's own tests
# are those under "2017"; where its last column and our rules differ, the rules win and "note" says so.
POSTS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
]
READERS = {name: Reader(rules) for name, rules in EVENTS.items()}


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post["text"][:60].encode("ascii", "replace").decode())
def test_a_post_is_read_as_it_is_labelled(post: dict[str, Any]) -> None:
    reading = READERS[post["rules"]].read(post["text"], datetime.fromisoformat(post["posted_at"]))

    read = {
        "action": reading.action,
        "rooms": list(reading.rooms),
        "starts": [f"{start:%Y-%m-%dT%H:%M}" for start in reading.starts],
    }
    assert read == {"starts": read["starts"]} | {key: post[key] for key in read if key in post}, reading.reason


def test_there_are_enough_posts_of_each_kind() -> None:
    kinds = Counter(post["action"] for post in POSTS)

    assert len({(post["rules"], post["posted_at"], post["text"]) for post in POSTS}) == len(POSTS) >= 250
    assert min(kinds[action] for action in Action) >= 20
