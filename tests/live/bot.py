"""The whole bot in the process of the test, as a configuration makes it, on a real server."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ptgbot.app import Bot, open_bot
from ptgbot.config import load
from ptgbot.networks.irc import IRCNetwork
from tests.program import write_config
from tests.talk import SAMPLE

__all__ = ["PATIENCE", "LiveBot", "Place", "bot_on", "configure"]

PATIENCE = 15.0

# What people would wait for is short; how long the bot waits for an answer is as it is outside of tests.
BRISK: dict[str, Any] = {
    "retry": 0.1,
    "retry_most": 0.3,
    "rejoin": (0.1, 0.2),
    "regain": 0.5,
    "ask": 0.1,
    "relogin": 0.5,
    "login_pauses": (0.1, 0.5),
    "nick_pauses": (0.1, 0.5),
    "between": 0.05,
    "unwelcome": 0.3,
}


class Place(Protocol):
    """Something to connect to."""

    host: str
    port: int


class _Witness(logging.Handler):
    """Remembers what the log said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class LiveBot:
    """A bot at work.

    Args:
        bot: The bot.
        network: Its IRC network.
        witness: Hears its log.
    """

    def __init__(self, bot: Bot, network: IRCNetwork, witness: _Witness) -> None:
        self.bot = bot
        self.network = network
        self._witness = witness

    @property
    def nick(self) -> str:
        """What it is called at the moment."""
        return self.network.nick

    async def joined(self) -> None:
        """Return once it is in all its channels."""
        async with asyncio.timeout(PATIENCE):
            await self.network.joined()

    @property
    def log(self) -> str:
        """All that the log said."""
        return "\n".join(self._witness.lines)

    async def logs(self, pattern: str, *, after: int = 0) -> None:
        """Return once the log has a line in which a pattern is found.

        Args:
            pattern: The regular expression.
            after: The length of the log that does not count.
        """
        async with asyncio.timeout(PATIENCE):
            while not re.search(pattern, self.log[after:]):
                await asyncio.sleep(0.005)


def configure(folder: Path, **settings: Any) -> Path:
    """Write the configuration of a bot, nick ``ptgbot``, with the sample event, all of it in a folder."""
    (folder / "html").mkdir(exist_ok=True)
    data = folder / "html" / "ptg.json"
    if not data.exists():
        data.write_text(json.dumps(SAMPLE))
    return write_config(folder, db_filename=str(data), site_dir=str(folder / "html"), **settings)


@asynccontextmanager
async def bot_on(
    server: Place, folder: Path, *, timing: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[LiveBot]:
    """Run a bot, nick ``ptgbot``, with the sample event.

    Args:
        server: Where it connects.
        folder: A folder for its files; the next bot in the same folder goes on with them.
        timing: How long the steps of a connection take, where it is not as short as for most tests.
        settings: The configuration, beyond what follows from the server.
    """
    given = {"irc_server": server.host, "irc_port": server.port, **settings}
    config, _ = load(configure(folder, **given), {})
    witness = _Witness()
    logger = logging.getLogger("ptgbot")
    level = logger.level
    logger.addHandler(witness)
    logger.setLevel(logging.INFO)
    bot = await open_bot(config)
    [network] = bot.networks.values()
    assert isinstance(network, IRCNetwork)
    network._timing = replace(network._timing, **{**BRISK, **(timing or {})})
    stop = asyncio.Event()
    running = asyncio.create_task(bot.run(stop))
    try:
        yield LiveBot(bot, network, witness)
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await running
        logger.removeHandler(witness)
        logger.setLevel(level)
