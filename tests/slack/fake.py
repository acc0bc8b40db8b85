"""A whole Slack at an address of this machine."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.slack.deliveries import Delivery, Sockets
from tests.slack.web_api import WebAPI
from tests.slack.workspace import BOT, TEAM, Posted, Workspace

__all__ = ["SIGNING_SECRET", "FakeSlack", "fake_slack"]

APP = "A0000001"
_FORM = "application/x-www-form-urlencoded"
SIGNING_SECRET = "signing-secret"


class FakeSlack:
    """A workspace, its Web API and its deliveries. People's doings are methods that return what was delivered."""

    def __init__(self, address: str, ack_within: float) -> None:
        self.address = address
        self.workspace = Workspace()
        self.sockets = Sockets(ack_within)
        self.api = WebAPI(self.workspace, lambda: f"{address.replace('http', 'ws')}/link?ticket={next(self._ids)}")
        self._ids: Iterator[int] = itertools.count(1)

    @property
    def api_url(self) -> str:
        """What a bot is configured with in place of ``https://slack.com/api/``."""
        return f"{self.address}/api/"

    # -- what people do ---------------------------------------------------------------------------------------------

    def says(self, user: str, channel: str, text: str, *, thread: str = "", **more: Any) -> tuple[Posted, Delivery]:
        """Have somebody post a message that the bot hears."""
        posted = self.workspace.post(channel, user, text, thread=thread)
        kind = "im" if channel.startswith("D") else "channel"
        return posted, self.event({**posted.described(), "channel": channel, "channel_type": kind, **more})

    def tells(self, user: str, text: str) -> tuple[Posted, Delivery]:
        """Have somebody write to the bot in private."""
        return self.says(user, self.workspace.direct_with(user), text)

    def mentions(self, user: str, channel: str, text: str) -> tuple[Posted, Delivery]:
        """Have somebody mention the bot: Slack sends both the message and the mention."""
        posted, delivery = self.says(user, channel, f"<@{BOT}> {text}")
        self.event({**posted.described(), "type": "app_mention", "channel": channel})
        return posted, delivery

    def edits(self, posted: Posted, text: str) -> Delivery:
        """Have somebody edit their message."""
        before = posted.described()
        posted.text = text
        changed = {"type": "message", "subtype": "message_changed", "channel": posted.channel, "ts": f"{posted.ts}9"}
        return self.event({**changed, "message": posted.described(), "previous_message": before})

    def deletes(self, posted: Posted) -> Delivery:
        """Have somebody delete their message."""
        posted.deleted = True
        gone = {"type": "message", "subtype": "message_deleted", "channel": posted.channel, "ts": f"{posted.ts}8"}
        return self.event({**gone, "hidden": True, "deleted_ts": posted.ts, "previous_message": posted.described()})

    def command(self, user: str, channel: str, text: str, *, name: str = "/ptg") -> tuple[str, Delivery]:
        """Have somebody give a slash command; return also the name of its ``response_url``."""
        answer, payload = self.command_payload(user, channel, text, name=name)
        return answer, self.sockets.deliver("slash_commands", payload, accepts=True)

    def command_payload(self, user: str, channel: str, text: str, *, name: str = "/ptg") -> tuple[str, dict[str, Any]]:
        """Return the name of a ``response_url``, and what Slack sends of a slash command."""
        answer = f"answer-{next(self._ids)}"
        person = self.workspace.users[user]
        return answer, {
            "token": "verification",
            "team_id": TEAM,
            "team_domain": "example",
            "channel_id": channel,
            "channel_name": self.workspace.channels.get(channel, "directmessage"),
            "user_id": user,
            "user_name": person.name,
            "command": name,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": f"{self.address}/response/{answer}",
            "trigger_id": f"trigger-{answer}",
        }

    def answers(self, name: str) -> list[str]:
        """Return the texts that were sent to a ``response_url``."""
        return [body["text"] for answer, body in self.workspace.answers if answer == name]

    def opens_home(self, user: str) -> Delivery:
        """Have somebody open the App Home."""
        home = {"type": "app_home_opened", "user": user, "channel": self.workspace.direct_with(user), "tab": "home"}
        return self.event({**home, "event_ts": f"{time.time():.6f}"})

    def presses(self, user: str, action: dict[str, Any], view: dict[str, Any] | None = None) -> Delivery:
        """Have somebody press a button of a view."""
        pressed = {"type": "button", "action_ts": f"{time.time():.6f}{next(self._ids)}", **action}
        return self.interacts(user, "block_actions", actions=[pressed], view=view or {})

    def presses_card(self, user: str, posted: Posted, label: str, **picked: str) -> Delivery:
        """Have somebody pick something on a card, and press one of its buttons.

        Args:
            user: Who.
            posted: The card.
            label: What the button says.
            picked: By the names of the fields, what they pick; else it stays as the card shows it.
        """
        values: dict[str, dict[str, Any]] = {}
        buttons = []
        for number, block in enumerate(posted.blocks):
            for element in block["elements"] if block["type"] == "actions" else ():
                if element["type"] == "button":
                    buttons.append(element)
                else:
                    state = _picked(element, picked.pop(element["action_id"].partition(":")[2], ""))
                    values.setdefault(block.get("block_id", f"b{number}"), {})[element["action_id"]] = state
        assert not picked, f"the card has no {picked}"
        [button] = [one for one in buttons if one["text"]["text"] == label]
        return self.presses_at(user, posted, button["action_id"], values)

    def presses_at(self, user: str, posted: Posted, action_id: str, values: dict[str, Any]) -> Delivery:
        """Have somebody press a button of a message, with what is picked there."""
        action = {"type": "button", "action_id": action_id, "action_ts": f"{time.time():.6f}{next(self._ids)}"}
        return self.interacts(
            user,
            "block_actions",
            actions=[action],
            container={"type": "message", "message_ts": posted.ts, "channel_id": posted.channel},
            channel={"id": posted.channel, "name": self.workspace.channels.get(posted.channel, "directmessage")},
            message=posted.described(),
            state={"values": values},
            response_url=f"{self.address}/response/card",
        )

    def submits(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Delivery:
        """Have somebody send a form. The values are by block id, then action id, as Slack has them.

        One that has an id stays the same form, sent again; others are opened for this.
        """
        sent = {"id": f"V{next(self._ids)}", **view, "state": {"values": values}}
        return self.interacts(user, "view_submission", view=sent)

    def uses_shortcut(self, user: str, callback_id: str, posted: Posted) -> Delivery:
        """Have somebody use a shortcut on a message."""
        return self.interacts(
            user,
            "message_action",
            callback_id=callback_id,
            channel={"id": posted.channel, "name": self.workspace.channels.get(posted.channel, "")},
            message=posted.described(),
            message_ts=posted.ts,
            response_url=f"{self.address}/response/shortcut",
        )

    def interacts(self, user: str, kind: str, **more: Any) -> Delivery:
        """Have somebody press or send something."""
        payload = self.interaction_payload(user, kind, **more)
        return self.sockets.deliver("interactive", payload, accepts=kind == "view_submission")

    def interaction_payload(self, user: str, kind: str, **more: Any) -> dict[str, Any]:
        """Return what Slack sends of what somebody pressed or sent."""
        person = self.workspace.users[user]
        return {
            "type": kind,
            "team": {"id": TEAM, "domain": "example"},
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "trigger_id": f"trigger-{next(self._ids)}",
            **more,
        }

    def event(self, event: dict[str, Any]) -> Delivery:
        """Deliver an event."""
        return self.sockets.deliver("events_api", self.event_payload(event))

    def event_payload(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return an event as Slack wraps it; each has an id of its own."""
        event.setdefault("event_ts", event.get("ts", "1.0"))
        return {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self._ids):08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}],
        }

    async def push(
        self, url: str, payload: dict[str, Any], *, secret: str = SIGNING_SECRET, age: float = 0.0, retry: int = 0
    ) -> tuple[int, str]:
        """Deliver a payload over HTTP, signed; return the status and the text of the answer."""
        # Events are JSON; commands are a form, and what people press is JSON in a form.
        kind, body = "application/json", json.dumps(payload)
        if "command" in payload:
            kind, body = _FORM, urlencode(payload)
        elif payload.get("type") not in ("event_callback", "url_verification"):
            kind, body = _FORM, urlencode({"payload": body})
        stamp = str(int(time.time() - age))
        signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    # -- faults -----------------------------------------------------------------------------------------------------

    async def goes_down(self) -> None:
        """Answer nothing any more, and cut every socket."""
        self.api.down = self.sockets.refusing = True
        await self.sockets.kill()

    def comes_back(self) -> None:
        """Answer again."""
        self.api.down = self.sockets.refusing = False


def _picked(element: dict[str, Any], value: str) -> dict[str, Any]:
    """Return the state of an element in which somebody picked something, or left it as it was."""
    match element["type"]:
        case "datepicker":
            return {"type": "datepicker", "selected_date": value or element.get("initial_date")}
        case "timepicker":
            return {"type": "timepicker", "selected_time": value or element.get("initial_time")}
    groups = element.get("option_groups") or [{"options": element["options"]}]
    options = {option["value"]: option for group in groups for option in group["options"]}
    assert not value or value in options, f"{value} cannot be picked"
    picked = options[value] if value else element.get("initial_option")
    return {"type": "static_select", "selected_option": picked}


@asynccontextmanager
async def fake_slack(ack_within: float = 3.0) -> AsyncIterator[FakeSlack]:
    """Run a Slack with two people, a channel and a bot that is in it."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    slack: FakeSlack | None = None

    async def call(request: web.Request) -> web.Response:
        assert slack is not None
        return await slack.api.handle(request)

    async def respond(request: web.Request) -> web.Response:
        assert slack is not None
        return await slack.api.handle_response_url(request)

    async def link(request: web.Request) -> web.StreamResponse:
        assert slack is not None
        return await slack.sockets.handle(request)

    app.router.add_route("*", "/api/{method}", call)
    app.router.add_post("/response/{name}", respond)
    app.router.add_get("/link", link)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack = FakeSlack(f"http://127.0.0.1:{runner.addresses[0][1]}", ack_within)
    slack.workspace.add_user("U00000ADA", "ada", "Ada Lovelace")
    slack.workspace.add_user("U0000OLGA", "olga", "Olga", admin=True)
    slack.workspace.add_channel("C00000PTG", "ptg")
    try:
        yield slack
    finally:
        await slack.sockets.close()
        await asyncio.wait_for(runner.cleanup(), 5)
