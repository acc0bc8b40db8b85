"""Says anything at all to the bot, for as long as wanted: ``python -m tests.networks.irc.fuzz SECONDS [SEED]``.

Lines that IRC has, such lines with something wrong in them, and noise, in turn. After each batch the connection has to
be there, a question has to be heard and its answer to arrive, and nothing else than whole lines may have left. The
memory may not grow with the number of lines.
"""

import asyncio
import gc
import logging
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from logging.handlers import QueueHandler
from queue import SimpleQueue

from ptgbot.core.messages import Target
from tests.networks.irc.running import BRISK, SETTINGS, Running, running
from tests.networks.irc.scripted import ISUPPORT, Peer, until

__all__ = ["Found", "fuzz"]

BATCH = 200  # lines
GROWTH = 64 * 1024  # KiB of memory that the process may take beyond what it took after warming up
WARM = 20  # batches
ASKER = "asker!~a@asker.test"

COMMANDS = (
    "PRIVMSG NOTICE JOIN PART KICK QUIT NICK MODE PING PONG ERROR INVITE ACCOUNT CAP TOPIC AUTHENTICATE BATCH KILL "
    "CHGHOST SETNAME TAGMSG WALLOPS FAIL 001 002 005 263 315 353 354 366 376 401 403 404 407 421 432 433 437 439 "
    "451 462 465 470 471 473 474 475 477 482 531 730 731 900 901 902 903 904 905 906 907 908 999"
).split()
NAMES = "#ptg #PTG #other @#ptg bot Bot bot_ alice alice[1] Ada ada NickServ ChanServ $* * irc.test".split()
WORDS = (
    "+ - +o -o +ov +kb +beIklimnpst +q-a+h * = @ : 152 0 LS ACK NAK NEW DEL LIST sasl sasl=PLAIN multi-prefix PLAIN "
    "account-tag -account-tag echo-message PREFIX=(ov)@+ PREFIX=( PREFIX= CHANMODES=,,, CHANMODES=b,k,l,i "
    "CASEMAPPING=ascii CASEMAPPING=rfc1459 CASEMAPPING=x NICKLEN=3 NICKLEN=30 LINELEN=4096 LINELEN=x -PREFIX WHOX "
    "-WHOX MONITOR=9 BOT=B STATUSMSG=@+ TARGMAX=PRIVMSG:4 alice!a@h @+alice,bob WHO %tna flood throttled"
).split()
TEXTS = (
    "You are now identified.",
    "Invalid password",
    "This nickname is registered. Please identify.",
    "Unknown command REGAIN.",
    "\x01ACTION waves\x01",
    "\x02#nova\x0f now \x0304x",
    "help",
    "Closing Link: Excess Flood",
)
TAGS = "time=2026-11-20T08:00:00.000Z account=Ada account bot draft/bot msgid=1 batch=x a\\:b=\\s\\ = ;".split()


@dataclass(frozen=True, slots=True)
class Found:
    """What a run was.

    Args:
        lines: How many lines were said to the bot.
        answered: How many questions it answered.
        grown: By how many KiB the process's memory grew after warming up.
    """

    lines: int
    answered: int
    grown: int


def lines(chance: random.Random) -> Iterator[bytes]:
    """Yield lines without end: well-formed ones, spoilt ones and noise."""
    while True:
        line = _line(chance)
        kind = chance.random()
        if kind < 0.3:
            line = _spoilt(chance, line)
        elif kind < 0.4:
            line = chance.randbytes(chance.randrange(700))
        elif kind < 0.402:
            line = chance.randbytes(chance.randrange(40_000))
        yield line.replace(b"\n", b"").replace(b"\r", b"") if chance.random() < 0.9 else line


def _line(chance: random.Random) -> bytes:
    tags = "@" + ";".join(chance.choices(TAGS, k=chance.randrange(4))) + " " if chance.random() < 0.3 else ""
    source = chance.choice(["", ":irc.test ", f":{chance.choice(NAMES)} ", f":{chance.choice(NAMES)}!~u@h.test "])
    words = [_word(chance) for _ in range(chance.randrange(6))]
    last = f" :{chance.choice([*TEXTS, _word(chance), _word(chance)])}" if chance.random() < 0.5 else ""
    return f"{tags}{source}{' '.join([chance.choice(COMMANDS), *words])}{last}".encode("utf-8", "replace")


def _word(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.45:
        return chance.choice(NAMES)
    if kind < 0.85:
        return chance.choice(WORDS)
    if kind < 0.95:
        return f"n{chance.randrange(1_000_000)}"
    return "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randrange(12)))


def _spoilt(chance: random.Random, line: bytes) -> bytes:
    spoilt = bytearray(line)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(spoilt) + 1)
        match chance.randrange(4):
            case 0:
                spoilt[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 1:
                del spoilt[at : at + chance.randrange(1, 9)]
            case 2:
                spoilt[at:at] = chance.choice([b"\0", b"\r", b"\n", b" ", b":", b"\xff", b"\x01", b"@", b","])
            case _:
                spoilt[at:at] = spoilt[: chance.randrange(60)]
    return bytes(spoilt)


async def fuzz(seconds: float, seed: int) -> Found:
    """Say anything to a bot for so long.

    Args:
        seconds: For how long.
        seed: What chance begins with: the same seed says the same lines.

    Raises:
        AssertionError: The bot went away, did not answer, said what is no line, or takes ever more memory.
    """
    stream = lines(random.Random(seed))
    settings = replace(SETTINGS, password="secret", sasl_user="bot", sasl_password="secret", multi_target=True)
    end, batches, warm = time.monotonic() + seconds, 0, 0
    async with running(settings, replace(BRISK, services=0.2, sasl=0.2, regain=1, relogin=1)) as run:
        peer = await run.server.client()
        await peer.negotiate(caps="multi-prefix account-tag cap-notify")
        await peer.expect("CAP END")
        peer.welcome("bot", isupport=f"{ISUPPORT} WHOX")
        await peer.let_in()
        while time.monotonic() < end or not batches:
            peer.send(*(next(stream) for _ in range(BATCH)))
            await _question(run, peer, batches)
            batches += 1
            if batches == WARM:
                warm = _memory()
    grown = _memory() - warm if batches > WARM else 0
    assert grown < GROWTH, f"the memory grew by {grown} KiB in {batches * BATCH} lines"
    return Found(batches * BATCH, batches, grown)


async def _question(run: Running, peer: Peer, number: int) -> None:
    """Ask the bot something in private, and see that it hears that and that its answer arrives."""
    peer.send("", f"PING :batch-{number}")
    await _hears(peer, f"PONG :batch-{number}")
    text = f"question {number}"
    peer.say("asker", run.network.nick, text)
    await until(lambda: any(message.text == text for message in run.heard))
    await run.network.post(Target("irc", "asker"), f"answer {number}")
    await _hears(peer, f"(PRIVMSG|NOTICE) asker :answer {number}")
    run.heard.clear()
    run.came_in.clear()
    run.away.clear()
    assert run.server.waiting == 0, "the bot connected again"


async def _hears(peer: Peer, pattern: str) -> None:
    """Return once the server has heard a line; every line before it is one that may leave."""
    await peer.expect(pattern, patience=20)
    odd = [line for line in peer.heard if set(line) & set("\r\n\0") or len(line.encode()) > 4096 - 2]
    assert odd == []
    peer.forget()


def _memory() -> int:
    """Return the most memory that the process has taken, in KiB."""
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    logging.disable(logging.WARNING)
    mistakes: SimpleQueue[logging.LogRecord] = SimpleQueue()
    watcher = QueueHandler(mistakes)
    watcher.setLevel(logging.ERROR)
    logging.getLogger("ptgbot").addHandler(watcher)
    seconds = float(arguments[0]) if arguments else 1800.0
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    print(f"{seconds:g} s of anything, seed {seed}")
    found = asyncio.run(fuzz(seconds, seed))
    assert mistakes.empty(), mistakes.get().getMessage()
    print(f"{found.lines} lines, {found.answered} questions answered, memory grew by {found.grown} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
