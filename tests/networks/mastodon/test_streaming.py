"""Server-sent events, in whatever pieces and whatever they say."""

from collections.abc import AsyncIterator
from typing import cast

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.mastodon.streaming import Event, _events

words = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)
names = st.sampled_from(["update", "delete", "status.update", "notification"])


def content(lines: bytes) -> aiohttp.StreamReader:
    """Return what a connection says, a line at a time."""

    async def read() -> AsyncIterator[bytes]:
        for line in lines.splitlines(keepends=True):
            yield line

    return cast("aiohttp.StreamReader", read())


async def events_in(lines: bytes) -> list[Event]:
    """Return the events in lines, up to their end."""
    found: list[Event] = []
    with pytest.raises(ConnectionError):
        await _gather(_events(content(lines)), found)
    return found


async def _gather(events: AsyncIterator[Event], found: list[Event]) -> None:
    async for event in events:
        found.append(event)  # noqa: PERF401 - it ends with an error


@given(st.lists(st.tuples(names, words)), st.sampled_from(["\n", "\r\n"]))
async def test_events_come_as_they_were_sent_between_signs_of_life(sent: list[tuple[str, str]], end: str) -> None:
    lines = f":){end}" + "".join(
        f":thump{end}event: {name}{end}data: {data}{end}{end}:thump{end}{end}" for name, data in sent
    )

    assert await events_in(lines.encode()) == [Event(name, data) for name, data in sent]


@given(st.binary())
async def test_whatever_comes_is_no_crash(lines: bytes) -> None:
    assert all(event.name for event in await events_in(lines))


async def test_data_of_several_lines_is_one() -> None:
    assert await events_in(b"event: update\ndata: one\ndata:two\nid: 7\n\nevent: update\n\ndata: three\n\n") == [
        Event("update", "one\ntwo")
    ]
