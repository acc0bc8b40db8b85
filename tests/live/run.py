"""``python -m tests.live.run [faults] [floods]``: the long forms of the proofs on IRC servers, with their figures."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from tests.bench.document import Row, publish
from tests.live.anope import anope_program
from tests.live.faults import EVERYWHERE, WITH_SERVICES, Fault, Healed, suffer
from tests.live.floods import Flood, flood
from tests.live.inspircd import InspIRCd, inspircd_program
from tests.live.ngircd import Ngircd, ngircd_program
from tests.live.stage import Stage, inspircd_stage, ngircd_stage
from tests.live.watched import WORTH_TELLING, watched_bot

__all__ = ["fault_rows", "flood_rows", "main"]

MakeStage = Callable[[], AbstractAsyncContextManager[Stage]]

# As brisk as the settings allow; how long all else takes is as it is by default.
PINGS: dict[str, Any] = {"irc_ping_after": 1, "irc_ping_timeout": 1}
LOGIN: dict[str, Any] = {"irc_sasl_user": "ptgbot", "irc_sasl_password": "right", "irc_pass": "right"}
STALL = 50.0  # ms that the event loop may stall


async def _suffer_all(
    make_stage: MakeStage, faults: Iterable[Fault], **settings: Any
) -> tuple[list[tuple[Fault, Healed]], float]:
    """Make faults happen one after the other, each to a bot that just came; return how they went, the longest stall."""
    went, stall = [], 0.0
    async with make_stage() as stage:
        for fault in faults:
            healed, longest = await _suffer(stage, fault, **settings)
            went.append((fault, healed))
            stall = max(stall, longest)
    return went, stall


async def _suffer(stage: Stage, fault: Fault, **settings: Any) -> tuple[Healed, float]:
    # A bot that loses one connection after the other waits longer each time: so each fault gets a bot of its own.
    place = {"irc_server": stage.proxy.host, "irc_port": stage.proxy.port}
    with tempfile.TemporaryDirectory(prefix="ptgbot-live-") as name:
        async with watched_bot(Path(name), **place, **PINGS, **settings) as bot:
            stage.bot = bot
            await stage.answered()
            began = time.monotonic()
            try:
                healed = await suffer(stage, fault)
            except BaseException:
                print(f"  {fault.name}: not healed; the bot said:\n{bot.log}", file=sys.stderr)
                raise
            print(f"  {fault.name}: {_healed(healed)}", file=sys.stderr, flush=True)
            await stage.answered()  # under its own nick, before the next
            return healed, max(bot.stalls(since=began), default=0.0)


def fault_rows() -> list[Row]:
    """Return how long each fault takes to be noticed and healed, and the longest stall of the event loop meanwhile."""
    rows: list[Row] = []
    stalls: list[float] = []
    runs: list[tuple[str, MakeStage, tuple[Fault, ...], dict[str, Any]]] = []
    if ngircd_program() is not None:
        runs.append(("ngircd", ngircd_stage, EVERYWHERE, {}))
    if inspircd_program() is not None and anope_program() is not None:
        runs.append(("InspIRCd", inspircd_stage, (*EVERYWHERE, *WITH_SERVICES), LOGIN))
    for server, make_stage, faults, settings in runs:
        went, stall = asyncio.run(_suffer_all(make_stage, faults, **settings))
        stalls.append(stall)
        rows += [(f"{fault.name}, {server}", _healed(healed), "") for fault, healed in went]
    if stalls:
        rows.append(("longest stall of the event loop in all these", _stall(stalls), f"{STALL:.0f} ms"))
    return rows


def _healed(healed: Healed) -> str:
    noticed = "" if healed.noticed is None else f"noticed in {healed.noticed:.1f} s, "
    return f"{noticed}healed in {healed.healed:.1f} s"


def _stall(stalls: list[float]) -> str:
    longest = 1000 * max(stalls, default=0.0)
    return f"{longest:.0f} ms" if longest else f"under {1000 * WORTH_TELLING:.0f} ms"


async def _flood(server: Ngircd | InspIRCd, subscribers: int, seconds: float) -> Flood:
    with tempfile.TemporaryDirectory(prefix="ptgbot-live-") as name:
        async with server:
            there = subscribers // 10
            return await flood(server, Path(name), subscribers=subscribers, there=there, seconds=seconds)


async def _floods(subscribers: int, seconds: float) -> list[tuple[str, Flood]]:
    servers: list[tuple[str, Ngircd | InspIRCd]] = []
    if ngircd_program() is not None:
        servers.append(("ngircd", Ngircd(max_penalty_time=-1)))
    if inspircd_program() is not None:
        servers.append(("InspIRCd", InspIRCd(default_limits=True)))
    floods = await asyncio.gather(*(_flood(server, subscribers, seconds) for _, server in servers))
    return [(name, result) for (name, _), result in zip(servers, floods, strict=True)]


def flood_rows(*, subscribers: int = 1000, seconds: float = 45.0) -> list[Row]:
    """Return how long answers take while notifications go out.

    Args:
        subscribers: How many have subscribed to the topic; every tenth is there.
        seconds: How long to watch.
    """
    rows: list[Row] = []
    for server, went in asyncio.run(_floods(subscribers, seconds)):
        what = f"answer while {subscribers:,} are notified, {server}"
        if not went.connected:
            rows.append((what, "the server disconnected the bot", ""))
            continue
        rows += [
            (f"{what}, p50", f"{went.latency(0.5):.1f} s", ""),
            (f"{what}, p99", f"{went.latency(0.99):.1f} s", "3 s"),
            (f"longest stall of the event loop meanwhile, {server}", _stall(went.stalls), f"{STALL:.0f} ms"),
        ]
        text = f"{went.told} of those who are there told in {went.seconds:.0f} s, {len(went.latencies)} answers"
        print(f"  {server}: {text}", file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help="faults, floods or both")
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=900.0, help="how long a flood is watched")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    arguments = parser.parse_args()
    what = arguments.what or ["faults", "floods"]
    rows = fault_rows() if "faults" in what else []
    if "floods" in what:
        rows += flood_rows(subscribers=arguments.subscribers, seconds=arguments.seconds)
    publish(rows, "tox -e live -- --write", write=arguments.write)


if __name__ == "__main__":
    main()
