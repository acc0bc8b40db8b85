from collections.abc import AsyncIterator

import pytest

from ptgbot.demo.ircd import DemoServer
from tests.demo.raw_client import Join, RawClient


@pytest.fixture
async def server() -> AsyncIterator[DemoServer]:
    async with DemoServer(port=0) as server:
        yield server


@pytest.fixture
async def connect(server: DemoServer) -> AsyncIterator[Join]:
    """Connect clients, with a nick or without."""
    clients: list[RawClient] = []

    async def connect(nick: str = "") -> RawClient:
        clients.append(await RawClient.connect(server, nick))
        return clients[-1]

    yield connect
    for client in clients:
        await client.close()


@pytest.fixture
def join(connect: Join) -> Join:
    """Connect clients that join #demo in the order they are asked for."""
    clients: list[RawClient] = []

    async def join(nick: str, channel: str = "#demo") -> RawClient:
        client = await connect(nick)
        if channel:
            await client.say(f"JOIN {channel}")
        for other in clients:
            await other.heard()
        clients.append(client)
        return client

    return join
