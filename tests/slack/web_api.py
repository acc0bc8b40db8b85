"""The Web API: what the bot calls, each call kept, checked and answered; limits and failures as a test wants them."""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack import published
from tests.slack.checks import MOST_TEXT, Refusal, check_blocks, check_view
from tests.slack.workspace import BOT, TEAM, Workspace

__all__ = ["APP_TOKEN", "BOT_TOKEN", "Call", "WebAPI"]

BOT_TOKEN = "xoxb-bot"
APP_TOKEN = "xapp-app"
MOST_VIEW = 250_000  # bytes

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call of the Web API, as it came in."""

    method: str
    arguments: Arguments
    at: float
    error: str = ""


@dataclass
class WebAPI:
    """The methods that a bot of ours may call.

    Args:
        workspace: What they read and change.
        open_socket: Makes the URL of a new socket.
    """

    workspace: Workspace
    open_socket: Callable[[], str]
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # Method → what the next calls of it are answered with: an error's name, or an HTTP status.
    failures: dict[str, deque[str | int]] = field(default_factory=lambda: defaultdict(deque))
    # Method → seconds between two calls for one channel; sooner is answered with 429.
    limits: dict[str, float] = field(default_factory=dict)
    # Method → seconds until it answers.
    delays: dict[str, float] = field(default_factory=dict)
    # Method → how many of its next calls are done and never answered.
    swallowed: dict[str, int] = field(default_factory=dict)
    down: bool = False
    revoked: bool = False
    late: bool = False  # every response_url has had its time
    _last: dict[tuple[str, str], float] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a call."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        if self.down:
            return web.Response(status=503, text="down")
        if method in self.delays:
            await asyncio.sleep(self.delays[method])
        if (wait := self._limited(method, arguments)) > 0:
            self.calls.append(Call(method, arguments, time.monotonic(), "ratelimited"))
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(wait)}
            )
        answer = self._answer(method, arguments, request.headers.get("Authorization", ""))
        if isinstance(answer, int):
            self.calls.append(Call(method, arguments, time.monotonic(), str(answer)))
            return web.Response(status=answer)
        self.calls.append(Call(method, arguments, time.monotonic(), answer.get("error", "")))
        if self.swallowed.get(method, 0) > 0:
            self.swallowed[method] -= 1
            return web.Response(status=500)
        self.problems += published.problems_of_answer(method, answer)
        return web.json_response(answer)

    async def handle_response_url(self, request: web.Request) -> web.Response:
        """Take what is sent to a ``response_url``."""
        if self.down:
            return web.Response(status=503)
        if self.late:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        body = await request.json()
        _text(body)
        _blocks(body)
        self.workspace.answers.append((request.match_info["name"], body))
        return web.json_response({"ok": True})

    def _limited(self, method: str, arguments: Arguments) -> int:
        pause = self.limits.get(method, 0.0)
        key = (method, str(arguments.get("channel", "")))
        now = time.monotonic()
        if pause and now - self._last.get(key, -1e9) < pause:
            return max(1, round(pause))
        self._last[key] = now
        return 0

    def _answer(self, method: str, arguments: Arguments, authorization: str) -> dict[str, Any] | int:
        if self.failures[method]:
            failure = self.failures[method].popleft()
            return failure if isinstance(failure, int) else {"ok": False, "error": failure}
        token = authorization.removeprefix("Bearer ")
        if self.revoked:
            return {"ok": False, "error": "token_revoked"}
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return {"ok": False, "error": "invalid_auth"}
        self.problems += published.problems_of_request(method, set(arguments))
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            self.problems.append(f"{method}: the fake does not know it")
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **handler(arguments)}
        except Refusal as refusal:
            return {"ok": False, "error": str(refusal)}

    # -- who --------------------------------------------------------------------------------------------------------

    def _auth_test(self, arguments: Arguments) -> dict[str, Any]:
        return {
            "url": "https://example.slack.com/",
            "team": "Example",
            "user": "ptgbot",
            "team_id": TEAM,
            "user_id": BOT,
            "bot_id": "B00000BOT",
        }

    def _apps_connections_open(self, arguments: Arguments) -> dict[str, Any]:
        return {"url": self.open_socket()}

    def _users_info(self, arguments: Arguments) -> dict[str, Any]:
        user = self.workspace.users.get(arguments.get("user", ""))
        if user is None:
            raise Refusal("user_not_found")
        return {"user": user.described()}

    def _users_list(self, arguments: Arguments) -> dict[str, Any]:
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 0)
        if not 0 < limit <= 1000:
            raise Refusal("limit_required")
        users = list(self.workspace.users.values())
        page = [user.described() for user in users[start : start + limit]]
        following = str(start + limit) if start + limit < len(users) else ""
        return {"members": page, "cache_ts": 1_790_000_000, "response_metadata": {"next_cursor": following}}

    def _usergroups_users_list(self, arguments: Arguments) -> dict[str, Any]:
        group = self.workspace.groups.get(arguments.get("usergroup", ""))
        if group is None:
            raise Refusal("no_such_subteam")
        return {"users": list(group)}

    # -- messages ---------------------------------------------------------------------------------------------------

    def _conversations_info(self, arguments: Arguments) -> dict[str, Any]:
        channel = self._channel(arguments)
        return {"channel": {"id": channel, "name": self.workspace.channels.get(channel, "")}}

    def _chat_postMessage(self, arguments: Arguments) -> dict[str, Any]:  # noqa: N802 - Slack's word
        channel, thread = self._channel(arguments), str(arguments.get("thread_ts", ""))
        if thread and self.workspace.find(channel, thread) is None:
            raise Refusal("thread_not_found")
        how = {"thread": thread, "blocks": _blocks(arguments), "metadata": _decoded(arguments.get("metadata") or {})}
        posted = self.workspace.post(channel, BOT, _text(arguments), **how)
        return {"channel": channel, "ts": posted.ts, "message": posted.described()}

    def _conversations_open(self, arguments: Arguments) -> dict[str, Any]:
        user = str(arguments.get("users", ""))
        if user not in self.workspace.users:
            raise Refusal("user_not_found")
        return {"channel": {"id": self.workspace.direct_with(user)}}

    def _conversations_history(self, arguments: Arguments) -> dict[str, Any]:
        return self._messages(arguments, "")

    def _conversations_replies(self, arguments: Arguments) -> dict[str, Any]:
        return self._messages(arguments, str(arguments["ts"]))

    def _messages(self, arguments: Arguments, thread: str) -> dict[str, Any]:
        """Return what everybody in a place sees, the newest first; what is said in threads is in those only."""
        channel, oldest = self._channel(arguments), float(arguments.get("oldest", 0))
        limit = int(arguments.get("limit", 100))
        if not 0 < limit < 1000:
            raise Refusal("invalid_limit")
        there = [p for p in self.workspace.posts if p.channel == channel and not (p.only_for or p.deleted)]
        found = [p for p in there if (p.thread or p.ts if thread else p.thread) == thread and float(p.ts) > oldest]
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in ("1", "true")
        messages = [p.described() | ({"metadata": p.metadata} if with_metadata and p.metadata else {}) for p in found]
        answer = {"messages": messages[::-1][:limit], "has_more": len(found) > limit}
        return answer if thread else answer | {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}

    def _chat_update(self, arguments: Arguments) -> dict[str, Any]:
        posted = self.workspace.find(self._channel(arguments), arguments.get("ts", ""))
        if posted is None or posted.only_for:
            raise Refusal("message_not_found")
        if posted.user != BOT:
            raise Refusal("cant_update_message")
        posted.text, posted.blocks = _text(arguments), _blocks(arguments)
        posted.edits += 1
        return {"channel": posted.channel, "ts": posted.ts, "text": posted.text, "message": {"text": posted.text}}

    def _chat_postEphemeral(self, arguments: Arguments) -> dict[str, Any]:  # noqa: N802 - Slack's word
        channel, user = self._channel(arguments), arguments.get("user", "")
        if user not in self.workspace.users:
            raise Refusal("user_not_in_channel")
        if channel in self.workspace.absent and user in self.workspace.absent[channel]:
            raise Refusal("user_not_in_channel")
        thread = str(arguments.get("thread_ts", ""))
        if thread and (channel, thread) not in self.workspace.threads:
            self.problems.append("chat.postEphemeral: nobody sees it in a thread that there is not yet")
        how = {"thread": thread, "blocks": _blocks(arguments), "only_for": user}
        return {"message_ts": self.workspace.post(channel, BOT, _text(arguments), **how).ts}

    def _reactions_add(self, arguments: Arguments) -> dict[str, Any]:
        posted = self.workspace.find(self._channel(arguments), arguments.get("timestamp", ""))
        if posted is None:
            raise Refusal("message_not_found")
        if arguments["name"] in posted.reactions:
            raise Refusal("already_reacted")
        posted.reactions.append(arguments["name"])
        return {}

    # -- views ------------------------------------------------------------------------------------------------------

    def _views_publish(self, arguments: Arguments) -> dict[str, Any]:
        view = _view(arguments)
        if view.get("type") != "home":
            raise Refusal("invalid_arguments")
        self.workspace.homes[arguments["user_id"]] = view
        return {"view": {**view, "id": f"V{arguments['user_id']}"}}

    def _views_open(self, arguments: Arguments) -> dict[str, Any]:
        view = _view(arguments)
        if view.get("type") != "modal" or not view.get("title"):
            raise Refusal("invalid_arguments")
        opened = {**view, "id": f"V{len(self.workspace.modals) + 1:08}"}
        self.workspace.modals.append((arguments["trigger_id"], opened))
        return {"view": opened}

    # -- what all check ---------------------------------------------------------------------------------------------

    def _channel(self, arguments: Arguments) -> str:
        channel = str(arguments.get("channel", ""))
        if channel in self.workspace.users:  # chat.postMessage takes a user's id too
            return self.workspace.direct_with(channel)
        if channel in self.workspace.direct.values():
            return channel
        if channel not in self.workspace.channels:
            raise Refusal("channel_not_found")
        if BOT not in self.workspace.members[channel]:
            raise Refusal("not_in_channel")
        return channel


async def _arguments(request: web.Request) -> Arguments:
    found: Arguments = dict(request.query)
    if request.content_type == "application/json":
        found |= await request.json()
    else:
        found |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return found


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _text(arguments: Arguments) -> str:
    text = str(arguments.get("text") or "")
    if not text:
        # With blocks Slack takes it, and notifications and screen readers have nothing to say.
        raise Refusal("no_text")
    if len(text) > MOST_TEXT:
        raise Refusal("msg_too_long")
    return text


def _blocks(arguments: Arguments) -> list[Any]:
    blocks = _decoded(arguments.get("blocks") or [])
    check_blocks(blocks)
    return list(blocks)


def _view(arguments: Arguments) -> dict[str, Any]:
    view: dict[str, Any] = _decoded(arguments["view"])
    if len(json.dumps(view)) > MOST_VIEW:
        raise Refusal("view_too_large")
    check_view(view)
    return view
