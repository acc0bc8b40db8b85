"""Events as an instance streams them (https://docs.joinmastodon.org/methods/streaming/)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp

from ptgbot import __version__
from ptgbot.core.protocols import NotTaken, TooFast

__all__ = ["Event", "events"]

_CONNECT_SECONDS = 10.0
_LONGEST_LINE = 1 << 20  # bytes
_WAIT = 60.0  # seconds, where there were too many calls


class Event(NamedTuple):
    """What happened.

    Args:
        name: Such as ``update``.
        data: What it is about: JSON, or an id.
    """

    name: str
    data: str


@asynccontextmanager
async def events(
    url: str, params: Mapping[str, str], token: str, silence: float
) -> AsyncIterator[AsyncIterator[Event]]:
    """Give events as they come, while the context lasts.

    Args:
        url: The address of the stream.
        params: What is asked for.
        token: The account's token.
        silence: For how many seconds there may be nothing at all before the connection counts as dead.

    Raises:
        NotTaken: There is no such stream, or not for this token.
        TooFast: There is none at the moment.
        ConnectionError: It cannot be reached; or, out of the events, it ended or fell silent.
    """
    headers = {"Authorization": f"Bearer {token}", "User-Agent": f"ptgbot/{__version__}"}
    timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS, sock_read=silence)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, read_bufsize=_LONGEST_LINE) as session,
            session.get(url, params=params, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise _refusal(answer.status)
            if answer.content_type != "text/event-stream":
                raise NotTaken("what answers is no stream")
            yield _events(answer.content)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        # Without the cause: what the library says holds the request.
        said = str(error) if type(error) is ConnectionError else type(error).__name__
        raise ConnectionError(said) from None


def _refusal(status: int) -> Exception:
    if status == 429:
        return TooFast(_WAIT)
    words = f"the instance answers {status}"
    return ConnectionError(words) if status >= 500 else NotTaken(words)


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[Event]:
    name = ""
    data: list[str] = []
    try:
        async for raw in content:
            line = raw.decode(errors="replace").rstrip("\r\n")
            field, _, value = line.partition(":")
            if not line:
                if name and data:
                    yield Event(name, "\n".join(data))
                name, data = "", []
            elif field == "event":
                name = value.strip()
            elif field == "data":
                data.append(value.removeprefix(" "))
    except ValueError:
        raise ConnectionError("it says more than a post can be") from None
    raise ConnectionError("the instance ended it")
