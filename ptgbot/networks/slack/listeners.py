"""What the app listens to: each kind of delivery goes to the part that knows it, and is acked once that is on disk."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.identity import Actor
from ptgbot.core.messages import Reply, Tone
from ptgbot.core.protocols import Host
from ptgbot.networks.slack import blocks
from ptgbot.networks.slack.card_blocks import FIELD, PRESS
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.homes import Homes
from ptgbot.networks.slack.intake import FORM, HOME, Intake, Taken
from ptgbot.networks.slack.overhearing import Overhearing
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.pressing import Pressing
from ptgbot.networks.slack.settings import SlackTiming
from ptgbot.networks.slack.text import escape, linked, mentioned, plain

__all__ = ["COMMAND", "SHORTCUT", "Listeners"]

_log = logging.getLogger(__name__)

COMMAND = "/ptg"
SHORTCUT = "set_now"
MOST_REFUSED = 1000  # forms that are remembered
GOES_ON = "I am still working on that; the answer follows."
DONE = "Done."

Payload = dict[str, Any]


class Listeners:
    """Registers with the app what it listens to.

    The app sends an ack when the listener ends: what is slow and may come after it is a task of its own.

    Args:
        client: The Web API.
        people: Who people are.
        intake: Takes what is a command.
        overhearing: Takes posts about open spaces.
        pressing: Takes what is pressed on cards.
        homes: Shows App Homes.
        host: Knows the forms.
        timing: When to ack at the latest.
        doubted: Is called when Slack says that the token is of no use any more.
    """

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        people: People,
        intake: Intake,
        overhearing: Overhearing,
        pressing: Pressing,
        homes: Homes,
        host: Host,
        timing: SlackTiming,
        doubted: Callable[[], None],
    ) -> None:
        self._client = client
        self._people = people
        self._intake = intake
        self._overhearing = overhearing
        self._pressing = pressing
        self._homes = homes
        self._host = host
        self._timing = timing
        self._doubted = doubted
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused: Counter[str] = Counter()  # how often what a form gave was refused, by the form's view

    def register(self, app: AsyncApp) -> None:
        """Register everything; the manifest in ``contrib/`` has to name the same."""
        for name, listener in (
            ("message", self._on_message),
            ("app_mention", self._on_message),
            ("app_home_opened", self._on_home),
            ("user_change", self._on_user),
            ("subteam_updated", self._on_group),
            ("subteam_members_changed", self._on_group),
            ("app_uninstalled", self._on_revoked),
            ("tokens_revoked", self._on_revoked),
        ):
            app.event(name)(listener)
        app.command(COMMAND)(self._on_command)
        app.message_shortcut(SHORTCUT)(self._on_shortcut)
        app.block_action(re.compile(f"^{blocks.COMMAND}"))(self._on_press)
        app.block_action(re.compile(f"^{blocks.FORM}"))(self._on_open)
        app.block_action(re.compile(f"^{PRESS}"))(self._on_card)
        app.block_action(re.compile(f"^{FIELD}"))(self._on_pick)
        app.view_submission(re.compile(f"^{blocks.FORM}"))(self._on_form)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Something was not done in Slack.", exc_info=error)

    async def close(self) -> None:
        """Give up what is still under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _reply(self, taken: Taken, spent: float = 0.0) -> Reply | None:
        """Return what became of something, None where Slack may not wait for that any longer.

        Args:
            taken: The delivery.
            spent: For how many seconds Slack has waited for it already.
        """
        done, _ = await asyncio.wait({taken.reply}, timeout=max(self._timing.ack - spent, 0.0))
        return taken.reply.result() if done else None

    # -- what people write ------------------------------------------------------------------------------------------

    async def _on_message(self, event: Payload, ack: AsyncAck) -> None:
        if self._overhearing.concerns(event):
            await asyncio.wait({self._spawn(self._overhearing.take(event))}, timeout=self._timing.ack)
        taken = self._intake.message(event)
        if taken is not None and await self._reply(taken) is None and taken.handed_on and not taken.told:
            taken.told = True
            self._spawn(self._tell_one(event["channel"], event["user"], GOES_ON))
        await ack()

    async def _on_command(self, command: Payload, ack: AsyncAck) -> None:
        taken = self._intake.command(command)
        if await self._reply(taken) is not None or taken.told:
            await ack()
        else:
            taken.told = True
            await ack(response_type="ephemeral", text=GOES_ON)

    async def _tell_one(self, channel: str, user: str, text: str) -> None:
        try:
            await called(
                self._client.chat_postEphemeral(channel=channel, user=user, text=escape(text), blocks=blocks.said(text))
            )
        except CallFailed as error:
            _log.info("Somebody in Slack was not told that a command takes a while: %s.", error)

    # -- what people see and press ----------------------------------------------------------------------------------

    async def _on_home(self, event: Payload, ack: AsyncAck) -> None:
        if event.get("tab", "home") == "home":
            self._spawn(self._homes.open(str(event["user"])))
        await ack()

    async def _on_press(self, body: Payload, action: Payload, ack: AsyncAck) -> None:
        name = str(action.get("action_ts") or body["trigger_id"])
        taken = self._intake.press(body["user"], str(action.get("value") or ""), name, HOME)
        if await self._reply(taken) is None and not taken.told:
            taken.told = True
            self._spawn(self._tell_in_private(str(body["user"]["id"]), GOES_ON))
        await ack()

    async def _on_card(self, body: Payload, action: Payload, ack: AsyncAck) -> None:
        await asyncio.wait({self._spawn(self._pressing.press(body, action))}, timeout=self._timing.ack)
        await ack()

    async def _on_pick(self, ack: AsyncAck) -> None:
        await ack()  # it counts once a button is pressed

    async def _on_open(self, body: Payload, action: Payload, ack: AsyncAck) -> None:
        form = str(action["action_id"]).removeprefix(blocks.FORM).partition(":")[0]
        self._spawn(self._open(body, form, ""))
        await ack()

    async def _on_shortcut(self, body: Payload, ack: AsyncAck) -> None:
        self._spawn(self._open(body, "now", str(body["message"].get("text") or "")))
        await ack()

    async def _open(self, body: Payload, name: str, said: str) -> None:
        """Open a form; Slack takes that for three seconds."""
        learnt = self._people.learn(mentioned(said), linked(said))
        actor, _ = await asyncio.gather(self._actor(body), learnt)
        form = self._host.form(name, actor, plain(said, self._people.name, self._people.channel_name))
        if form is None:
            _log.warning("Slack asks for a form that there is not: %s.", name)
            return
        try:
            await called(self._client.views_open(trigger_id=body["trigger_id"], view=blocks.modal(form)))
        except CallFailed as error:
            _log.warning("A form could not be opened in Slack: %s.", error)

    async def _on_form(self, body: Payload, view: Payload, ack: AsyncAck) -> None:
        began, user = asyncio.get_running_loop().time(), str(body["user"]["id"])
        form = self._host.form(str(view["callback_id"]).removeprefix(blocks.FORM), await self._actor(body))
        if form is None:
            await ack()
            return
        command = form.filled(blocks.values(view["state"]["values"]))
        # Whoever is told that Slack could not reach us sends the same form again: that is the same command.
        name = f"{view['id']}:{self._refused[str(view['id'])]}:{command}"
        taken = self._intake.press(body["user"], command, name, FORM)
        reply = await self._reply(taken, asyncio.get_running_loop().time() - began)
        if reply is None:  # the form closes without an answer, so that it has to come later
            self._spawn(self._answer_later(user, taken))
            await ack(response_action="update", view=blocks.told(form.title, GOES_ON))
        elif reply.tone is Tone.ERROR:
            self._refuse(str(view["id"]))
            await ack(response_action="errors", errors=blocks.error(form, reply.text))
        elif reply.text:
            await ack(response_action="update", view=blocks.told(form.title, reply.text))
        else:
            await ack()

    def _refuse(self, view: str) -> None:
        """Note that a form stays open, to be sent again."""
        self._refused[view] += 1
        if len(self._refused) > MOST_REFUSED:
            del self._refused[next(iter(self._refused))]

    async def _answer_later(self, user: str, taken: Taken) -> None:
        if taken.told:
            return
        taken.told = True
        await self._tell_in_private(user, (await asyncio.shield(taken.reply)).text or DONE)

    async def _tell_in_private(self, user: str, text: str) -> None:
        try:
            await called(self._client.chat_postMessage(channel=user, text=escape(text), blocks=blocks.said(text)))
        except CallFailed as error:
            _log.warning("What became of a form or a button in Slack was not told: %s.", error)

    async def _actor(self, body: Payload) -> Actor:
        user = body["user"]
        return await self._people.actor(str(user["id"]), str(user.get("team_id") or ""))

    # -- what changes in the workspace ------------------------------------------------------------------------------

    async def _on_user(self, event: Payload, ack: AsyncAck) -> None:
        self._people.forget(str(event["user"]["id"]))
        await ack()

    async def _on_group(self, ack: AsyncAck) -> None:
        self._people.forget_groups()
        await ack()

    async def _on_revoked(self, ack: AsyncAck) -> None:
        self._doubted()
        await ack()
