"""Slack as a network: what is said there comes in, answers and notifications go out."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.clock import Clock, SystemClock
from ptgbot.core.identity import Role
from ptgbot.core.messages import Message, Send, Target, Tone
from ptgbot.core.protocols import Accept, Host, TooFast
from ptgbot.networks.slack import text
from ptgbot.networks.slack.errors import CallFailed
from ptgbot.networks.slack.homes import Homes
from ptgbot.networks.slack.intake import COMMAND_ID, FORM, HOME, PRESS_ID, Intake
from ptgbot.networks.slack.link import Link
from ptgbot.networks.slack.listeners import Listeners
from ptgbot.networks.slack.overhearing import Overhearing
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.posting import BULLETIN, SIGN, Poster, is_response_url
from ptgbot.networks.slack.pressing import Pressing
from ptgbot.networks.slack.settings import SlackSettings, SlackTiming
from ptgbot.networks.slack.token import Token

__all__ = ["BULLETIN", "SlackNetwork"]

_log = logging.getLogger(__name__)

CALL_SECONDS = 10  # for one call of the Web API
SLOW = 0.5  # seconds between messages while Slack has one wait: it may be the workspace that had too many

# The libraries' own loggers: on DEBUG they write whole requests.
_LIBRARIES = logging.getLogger(f"{__name__}.libraries")
for _logger in (_LIBRARIES, logging.getLogger("slack_sdk"), logging.getLogger("slack_bolt")):
    _logger.setLevel(logging.WARNING)


class SlackNetwork:
    """A Slack workspace (``core.protocols.Network``).

    Args:
        settings: Which app the bot is, and who may do what.
        name: The network's name in identities and targets.
        timing: How patient it is.
        clock: The time.
    """

    burst = 20
    interval = 0.05
    gap = 1.0
    joint = "\n"
    targets_at_once = 1

    def __init__(
        self,
        settings: SlackSettings,
        *,
        name: str = "slack",
        timing: SlackTiming | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._name = name
        self._clock = clock or SystemClock()
        self._timing = timing or SlackTiming()
        self._ready = asyncio.Event()
        self._link: Link | None = None
        self._token: Token | None = None
        self._people: People | None = None
        self._poster: Poster | None = None
        self._homes: Homes | None = None

    @property
    def name(self) -> str:
        """Its name in identities and targets."""
        return self._name

    # -- coming in --------------------------------------------------------------------------------------------------

    async def run(self, accept: Accept, presence: Host) -> None:
        """Be there, hand every message to ``accept``; return only when cancelled."""
        # Made here, because a session belongs to the loop that it is used in.
        async with ClientSession(timeout=ClientTimeout(total=CALL_SECONDS)) as session:
            # What is shown waits by itself when Slack says so; what is posted waits in the send queue instead, and who
            # people are is asked in another way.
            client = self._client(session)
            client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
            people = self._people = People(self._client(session), self._settings, self._timing, self._name)
            intake = Intake(people, self._settings.channels, accept, self._name)
            token = self._token = Token(client, self._timing, network=self._name, moved=self._settle)
            homes = self._homes = Homes(client, people, presence, self._timing, self._name)
            listeners = Listeners(
                client=client,
                people=people,
                intake=intake,
                overhearing=self._overhearing(people, presence),
                pressing=self._pressing(client, people, intake, presence),
                homes=homes,
                host=presence,
                timing=self._timing,
                doubted=token.doubt,
            )
            try:
                app = self._app(session, await token.introduce(people))
                listeners.register(app)
                self._poster = Poster(self._client(session), session, presence, self._clock)
                link = self._link = Link(
                    app, session, client, self._settings, self._timing, network=self._name, moved=self._settle
                )
                async with asyncio.TaskGroup() as group:
                    group.create_task(link.run())
                    group.create_task(homes.run())
                    group.create_task(token.check(presence))
            finally:
                self._link = self._poster = self._homes = self._token = None
                self._settle()
                for part in (listeners, intake, people):
                    await part.close()

    def _overhearing(self, people: People, host: Host) -> Overhearing:
        channel = self._settings.posts
        commands = channel in self._settings.channels
        return Overhearing(people, channel, commands=commands, host=host, network=self._name)

    def _pressing(self, client: AsyncWebClient, people: People, intake: Intake, host: Host) -> Pressing:
        return Pressing(
            client=client,
            people=people,
            intake=intake,
            cards=host.cards,
            board=lambda: self._poster.board if self._poster is not None else None,
            network=self._name,
            how_to_get=self.how_to_get,
        )

    def _client(self, session: ClientSession, *, token: bool = True) -> AsyncWebClient:
        return AsyncWebClient(
            token=self._settings.bot_token if token else None,
            base_url=self._settings.api_url,
            session=session,
            timeout=CALL_SECONDS,
            retry_handlers=[],
            logger=_LIBRARIES,
        )

    def _app(self, session: ClientSession, found: dict[str, Any]) -> AsyncApp:
        who = AuthorizeResult(
            enterprise_id=found.get("enterprise_id"),
            team_id=found["team_id"],
            bot_user_id=found["user_id"],
            bot_id=found.get("bot_id"),
            bot_token=self._settings.bot_token,
        )

        async def authorize() -> AuthorizeResult:
            return who  # left to itself the app asks Slack at its first delivery, and loses that if there is no answer

        return AsyncApp(
            client=self._client(session, token=False),
            authorize=authorize,
            signing_secret=self._settings.signing_secret,
            request_verification_enabled=self._settings.mode == "http",
            process_before_response=True,  # so that a listener acks when its work is on disk, and not before
            logger=_LIBRARIES,
        )

    def _settle(self) -> None:
        if self._link is not None and self._link.up and self._token is not None and not self._token.revoked:
            self._ready.set()
        else:
            self._ready.clear()

    def changed(self) -> None:
        """Note that the state changed: App Homes that are open are brought up to date."""
        if self._homes is not None:
            self._homes.changed()

    # -- going out --------------------------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Return once messages can be posted."""
        await self._ready.wait()

    def locate(self, target: Target) -> Target | None:
        """Return where a person is reached: by the user id in their identity, whatever they are called.

        Returns:
            None for somebody of another workspace. Who is away finds what was posted when they come back.
        """
        if not target.identity:
            return target
        user = self._people.user_of(target.identity) if self._people is not None else ""
        return Target(self._name, user, target.identity) if user else None

    def knows(self, target: Target) -> bool:  # noqa: ARG002 - it holds for everybody
        """Return True: who is away finds what was posted when they come back."""
        return True

    async def look_for(self, targets: Iterable[Target]) -> None:
        """Do nothing: nobody has to be looked for."""

    @property
    def organisers(self) -> tuple[Target, ...]:
        """The organisers in private: those whom the configuration names, else the admins whom the bot met."""
        users = self._people.organisers() if self._people is not None else ()
        return tuple(Target(self._name, user) for user in users)

    def how_to_get(self, role: Role) -> str:
        """Return how somebody comes to a role, for those whom a command is refused."""
        if role is Role.ORGANISER:
            return "That is for organisers: admins of this workspace, and those whom the bot's configuration names."
        return "That is for moderators at the moment; an organiser can add you to the bot's configuration."

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:
        """Return where an answer to a message goes, and what it begins with: nothing.

        Args:
            message: What is answered.
            tone: What kind of answer it is.

        Returns:
            None where who asked is answered by what ``accept`` returned, in a form; or sees it in their App Home.
        """
        identity, via = message.sender.identity.key, message.via
        user = People.user_in(identity)
        if via == FORM or (via == HOME and tone is Tone.DONE):
            return None
        if is_response_url(via):
            return Target(self._name, user, identity, via=via, only_for=user), ""
        channel, _, ts = message.id.partition(":")
        if tone is Tone.DONE and not message.id.startswith((COMMAND_ID, PRESS_ID)):
            return Target(self._name, channel, via=f"{SIGN}{ts}"), ""
        if message.channel is None:
            return Target(self._name, user, identity, via="" if via == HOME else via), ""
        if tone is Tone.ERROR:
            # What only one person sees is shown in a thread only where there is one already.
            return Target(self._name, message.channel, via="" if via == ts else via, only_for=user), ""
        return Target(self._name, message.channel, via=via), ""

    def split(self, send: Send) -> list[str]:
        """Return a Send's text as messages that Slack shows whole; a bulletin is one message, however long."""
        messages = text.split(send.lead + send.text)
        if send.target.card:  # what stands there is drawn when it is posted
            return messages[:1]
        if send.target.via.startswith(BULLETIN) and len(messages) > 1:
            return [f"{messages[0]}\n…"]
        return messages

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        """Post one message, edit one, or put a sign at one.

        Args:
            target: Where.
            line: The text.
            ticket: What the message carries in its metadata, to be found again by it.

        Returns:
            The ts of a message for everybody there; empty for what has none.

        Raises:
            ConnectionError: Slack cannot be reached; nothing was posted, or it will be looked for before it is posted
                again.
            Doubt: It may have been posted, and it has a ticket.
            TooFast: Slack wants us to wait.
            NotTaken: Slack does not take it.
        """
        try:
            return await self._posting().post(target, line, ticket)
        except TooFast as error:
            self._slow_down(error.seconds)
            raise
        except CallFailed as error:
            raise self._lost(error) from error

    def _slow_down(self, seconds: float) -> None:
        if self.interval < SLOW:
            asyncio.get_running_loop().call_later(seconds, setattr, self, "interval", self.interval)
            self.interval = SLOW

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:  # noqa: ARG002
        """Look for what may have been posted, by its ticket; its text does not matter.

        Returns:
            Its ts; empty where it was not posted; None where the bot may not read there, or too much was said since.

        Raises:
            ConnectionError: Slack cannot be reached.
            TooFast: Slack wants us to wait.
        """
        try:
            return await self._posting().find(target, ticket, since)
        except CallFailed as error:
            raise self._lost(error) from error

    def _posting(self) -> Poster:
        if self._poster is None or not self._ready.is_set():
            raise ConnectionError("not connected")
        return self._poster

    def _lost(self, error: CallFailed) -> ConnectionError:
        """Return what it means to whoever sends that Slack does not take the token any more."""
        if self._token is not None:
            self._token.lost()
        return ConnectionError(str(error))
