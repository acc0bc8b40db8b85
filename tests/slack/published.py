"""What Slack publishes about its Web API, to hold requests and answers against; absent, nothing is checked."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

__all__ = ["NEWER", "SCHEMA", "is_there", "knows", "problems_of_answer", "problems_of_request"]

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "slack_web_api.openapi.json"
# Younger than the published schema, from the pages of docs.slack.dev: methods, and the arguments that came to others.
NEWER: dict[str, set[str]] = {
    "apps.connections.open": set(),
    "chat.postMessage": {"metadata"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
}


def is_there() -> bool:
    """Return whether the schema is at hand."""
    return SCHEMA.is_file()


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return loaded


def _operation(method: str) -> dict[str, Any] | None:
    path = _schema()["paths"].get(f"/{method}")
    return None if path is None else next(iter(path.values()))


def knows(method: str) -> bool:
    """Return whether Slack has a method of that name."""
    return method in NEWER or _operation(method) is not None


def problems_of_request(method: str, arguments: set[str]) -> list[str]:
    """Return what is wrong with the names of the arguments of a call."""
    if not is_there() or (method in NEWER and _operation(method) is None):
        return []
    operation = _operation(method)
    if operation is None:
        return [f"{method}: there is no such method"]
    required = {p["name"] for p in operation["parameters"] if p.get("required")} - {"token"}
    known = {p["name"] for p in operation["parameters"]} | NEWER.get(method, set())
    return [
        *(f"{method}: {name} is missing" for name in sorted(required - arguments)),
        *(f"{method}: there is no argument {name}" for name in sorted(arguments - known)),
    ]


@lru_cache(maxsize=100)
def _validator(method: str) -> Draft4Validator | None:
    operation = _operation(method)
    if operation is None:
        return None
    return Draft4Validator({**operation["responses"]["200"]["schema"], "definitions": _schema()["definitions"]})


def problems_of_answer(method: str, answer: dict[str, Any]) -> list[str]:
    """Return how a successful answer of the fake differs from what Slack promises."""
    validator = _validator(method) if is_there() and answer.get("ok") else None
    if validator is None:
        return []
    return [
        f"{method}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(_without_newer(answer))
        # The schema was made of examples, none of which was of a place where nothing is said.
        if (list(error.absolute_path), answer.get("messages")) != (["messages"], [])
    ]


def _without_newer(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what is younger than the published schema: the metadata of messages."""
    messages = answer.get("messages")
    if messages is None:
        return answer
    kept = [{key: value for key, value in message.items() if key != "metadata"} for message in messages]
    return {**answer, "messages": kept}
