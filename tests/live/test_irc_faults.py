"""Whatever happens to the bot on a network, it comes back and does its work; each fault on real servers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.live.anope import requires_anope
from tests.live.bot import bot_on
from tests.live.faults import EVERYWHERE, WITH_SERVICES, Fault, suffer
from tests.live.inspircd import requires_inspircd
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.live.stage import Stage, inspircd_stage, ngircd_stage

pytestmark = pytest.mark.live

PINGS: dict[str, Any] = {"irc_ping_after": 1, "irc_ping_timeout": 1}
LOGIN: dict[str, Any] = {"irc_sasl_user": "ptgbot", "irc_sasl_password": "right", "irc_pass": "right"}


@requires_ngircd
@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in EVERYWHERE])
async def test_the_bot_notices_a_fault_and_comes_back(fault: Fault, tmp_path: Path) -> None:
    async with ngircd_stage() as stage, bot_on(stage.proxy, tmp_path, **PINGS) as bot:
        stage.bot = bot
        await stage.answered()
        await suffer(stage, fault)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("bot")
    async with inspircd_stage() as made, bot_on(made.proxy, folder, **PINGS, **LOGIN) as bot:
        made.bot = bot
        await made.answered()
        yield made


@requires_inspircd
@requires_anope
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in WITH_SERVICES])
async def test_on_a_network_of_servers_with_services_it_does_too(fault: Fault, stage: Stage) -> None:
    await suffer(stage, fault)


@requires_ngircd
async def test_where_the_first_of_the_servers_is_down_the_bot_goes_to_the_next(tmp_path: Path) -> None:
    # Nothing listens at the first address.
    async with Ngircd() as server, bot_on(server, tmp_path, irc_server=["127.0.0.2", server.host]) as bot:
        await bot.joined()
