"""What the bot asks of a Mastodon instance; each call in a thread, since the library waits for the network."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from ptgbot import __version__
from ptgbot.networks.mastodon.counting import Limits
from ptgbot.networks.mastodon.errors import CallFailed, Kind
from ptgbot.networks.mastodon.reading import plain
from ptgbot.networks.mastodon.settings import MastodonSettings, MastodonTiming
from ptgbot.networks.mastodon.threads import Threads

if TYPE_CHECKING:
    from mastodon import Mastodon

__all__ = ["Account", "Client", "Post"]

T = TypeVar("T")

_AT_ONCE = 2  # calls
_PAGE = 40  # posts; Mastodon gives no more at once


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the instance.

    Args:
        id: Its id.
        name: What people call it there.
    """

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post as the instance has it.

    Args:
        id: Its id.
        at: When it was made (aware), as the instance knows.
        text: What people read.
        answered: The id of the post that it answers; empty where it answers none.
    """

    id: str
    at: datetime
    text: str
    answered: str = ""


class Client:
    """An account on an instance.

    Args:
        settings: Whose account it is.
        timing: How patient to be.
    """

    def __init__(self, settings: MastodonSettings, timing: MastodonTiming) -> None:
        self._settings = settings
        self._timing = timing
        self._threads = Threads("mastodon", _AT_ONCE)

    async def account(self) -> Account:
        """Return whose token it is.

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(lambda api: api.account_verify_credentials())
        return Account(_text(found, "id"), str(found.get("acct") or "?"))

    async def limits(self) -> Limits:
        """Return how long posts may be there, as far as the instance says.

        Raises:
            CallFailed: It does not answer.
        """
        try:
            return _limits(await self._ask(lambda api: api.instance_v2()))
        except CallFailed as error:
            if error.kind not in (Kind.REFUSED, Kind.UNKNOWN):
                raise
        return _limits(await self._ask(lambda api: api.instance_v1()))  # before Mastodon 4.0

    async def post(self, text: str, ticket: str, visibility: str, to: str = "") -> str:
        """Post a text; return the id of the post.

        Args:
            text: What is posted.
            ticket: What a repeat is known by; Mastodon makes one post of all that come with the same one in an hour.
            visibility: Who sees it.
            to: The id of the post that it answers; empty where it answers none.

        Raises:
            CallFailed: It was not posted, or nobody knows.
        """
        key = hashlib.sha256(ticket.encode()).hexdigest() if ticket else None
        posted = await self._ask(
            lambda api: api.status_post(text, in_reply_to_id=to or None, visibility=visibility, idempotency_key=key)
        )
        return _text(posted, "id")

    async def posts(self, account: str, before: str | None = None) -> list[Post]:
        """Return the newest posts of an account, newest first; none where there are no more.

        Args:
            account: Its id.
            before: The id of a post; only older ones are returned.

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(
            lambda api: api.account_statuses(account, exclude_reblogs=True, max_id=before, limit=_PAGE)
        )
        if not isinstance(found, list):
            raise CallFailed(_STRANGE, Kind.UNKNOWN)
        return [_post(status) for status in found]

    # -- posts of others ----------------------------------------------------------------------------------------------

    async def tagged(self, tag: str, *, after: str = "", before: str = "") -> list[Mapping[str, Any]]:
        """Return some posts with a hashtag (https://docs.joinmastodon.org/methods/timelines/#tag).

        Args:
            tag: The hashtag, without ``#``.
            after: The id of a post; those that come right after it are returned.
            before: The id of a post; those that come right before it are returned. Without both, the newest are.

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(
            lambda api: api.timeline_hashtag(tag, min_id=after or None, max_id=before or None, limit=_PAGE)
        )
        return _statuses(found)

    async def mentions(self) -> list[Mapping[str, Any]]:
        """Return the newest posts that mention the account (https://docs.joinmastodon.org/methods/notifications/).

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(lambda api: api.notifications(types=["mention"], limit=_PAGE))
        if not isinstance(found, list):
            raise CallFailed(_STRANGE, Kind.UNKNOWN)
        return _statuses([one.get("status") for one in found if isinstance(one, Mapping)])

    async def status(self, id_: str) -> Mapping[str, Any] | None:
        """Return a post by its id; None where it is gone.

        Raises:
            CallFailed: The instance does not say.
        """
        try:
            return _statuses([await self._ask(lambda api: api.status(id_))])[0]
        except CallFailed as error:
            if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                return None
            raise

    async def status_at(self, link: str) -> Mapping[str, Any] | None:
        """Return a post by its link, from whichever instance; None where there is none.

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(lambda api: api.search_v2(link, resolve=True, result_type="statuses"))
        statuses = found.get("statuses") if isinstance(found, Mapping) else None
        return next(iter(_statuses(statuses)), None)

    async def streaming(self) -> str:
        """Return the address at which the instance streams (https://docs.joinmastodon.org/methods/streaming/).

        Raises:
            CallFailed: The instance does not say.
        """
        found = await self._ask(lambda api: api.instance_v2())
        said = found
        for name in ("configuration", "urls", "streaming"):
            said = said.get(name) if isinstance(said, Mapping) else None
        url = str(said or "").rstrip("/").replace("ws", "http", 1)
        safe = "https://" if self._settings.url.startswith("https://") else "http"
        return url if url.startswith(safe) else self._settings.url  # the token goes there

    async def _ask(self, question: "Callable[[Mastodon], T]") -> T:
        """Return what a call of the library returns."""
        begun = False

        def ask() -> T:
            nonlocal begun
            begun = True
            return self._in_thread(question)

        try:
            async with asyncio.timeout(self._timing.call):
                return await self._threads.run(ask)
        except TimeoutError:  # an answer comes, byte by byte
            kind = Kind.UNKNOWN if begun else Kind.UNSENT
            raise CallFailed("the instance takes too long to answer", kind) from None

    def _in_thread(self, question: "Callable[[Mastodon], T]") -> T:
        from mastodon import Mastodon, MastodonError  # slow to load

        from ptgbot.networks.mastodon.wire import Wire, failure

        url = self._settings.url
        with Wire() as wire:
            api = Mastodon(
                api_base_url=url,
                session=wire,
                request_timeout=self._timing.answer,
                ratelimit_method="throw",  # by default it sleeps
                version_check_mode="none",
                user_agent=f"ptgbot/{__version__}",
            )
            api.access_token = self._settings.access_token  # as an argument, it could be the name of a file
            try:
                return question(api)
            except Exception as error:
                if wire.answer is None and not isinstance(error, MastodonError):
                    raise
                failed = failure(error, wire, url)
        raise failed  # without the cause: its text may hold the token


_STRANGE = "the instance answers, but not as Mastodon does"


def _text(answer: object, name: str) -> str:
    value = answer.get(name) if isinstance(answer, Mapping) else None
    if value is None or not str(value):
        raise CallFailed(_STRANGE, Kind.UNKNOWN)
    return str(value)


def _is_status(one: object) -> bool:
    return isinstance(one, Mapping) and bool(one.get("id")) and isinstance(one.get("created_at"), datetime)


def _statuses(found: object) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(map(_is_status, found)):
        raise CallFailed(_STRANGE, Kind.UNKNOWN)
    return found


def _post(status: object) -> Post:
    if not isinstance(status, Mapping) or not isinstance(at := status.get("created_at"), datetime):
        raise CallFailed(_STRANGE, Kind.UNKNOWN)
    answered = str(status.get("in_reply_to_id") or "")
    return Post(_text(status, "id"), at, plain(str(status.get("content") or "")), answered)


def _limits(answer: object) -> Limits:
    """https://docs.joinmastodon.org/entities/Instance/#configuration; Pleroma has its own name for the first."""
    usual = Limits()
    characters = _number(answer, "configuration", "statuses", "max_characters") or _number(answer, "max_toot_chars")
    link = _number(answer, "configuration", "statuses", "characters_reserved_per_url")
    return Limits(characters or usual.characters, link or usual.link)


def _number(answer: object, *path: str) -> int:
    for name in path:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer if isinstance(answer, int) and answer > 0 else 0
