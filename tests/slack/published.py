"""What Slack publishes about its Web API, to hold requests and answers against; absent, nothing is checked."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["SCHEMA", "is_there", "problems_of_answer", "problems_of_request"]

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "slack_web_api.openapi.json"
# Younger than the published schema, from the pages of docs.slack.dev.
NEWER: dict[str, dict[str, set[str]]] = {
    "auth.test": {"required": set(), "known": {"team_id"}},
    "apps.connections.open": {"required": set(), "known": set()},
    "chat.postMessage": {"required": set(), "known": {"metadata", "unfurl_links", "unfurl_media"}},
    "chat.update": {"required": set(), "known": {"metadata"}},
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


def problems_of_request(method: str, arguments: set[str]) -> list[str]:
    """Return what is wrong with the names of the arguments of a call."""
    if not is_there():
        return []
    operation = _operation(method)
    extra = NEWER.get(method, {"required": set(), "known": set()})
    if operation is None:
        return [] if method in NEWER else [f"{method}: there is no such method"]
    required = {p["name"] for p in operation["parameters"] if p.get("required")} - {"token"} | extra["required"]
    known = {p["name"] for p in operation["parameters"]} | extra["known"]
    return [
        *(f"{method}: {name} is missing" for name in sorted(required - arguments)),
        *(f"{method}: there is no argument {name}" for name in sorted(arguments - known)),
    ]


def problems_of_answer(method: str, answer: dict[str, Any]) -> list[str]:
    """Return how the keys of a successful answer of the fake differ from what Slack promises."""
    if not is_there() or not answer.get("ok"):
        return []
    operation = _operation(method)
    if operation is None:
        return []
    schema = operation["responses"]["200"]["schema"]
    missing = set(schema.get("required", ())) - answer.keys()
    unknown = (
        answer.keys() - schema.get("properties", {}).keys() if not schema.get("additionalProperties", True) else set()
    )
    return [
        *(f"{method}: the answer lacks {name}" for name in sorted(missing)),
        *(f"{method}: the answer has {name}" for name in sorted(unknown)),
    ]
