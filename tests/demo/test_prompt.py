import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from ptgbot.demo.ircd import DemoServer
from ptgbot.demo.prompt import Prompt, prompt
from tests.demo.raw_client import RawClient

HELP = [
    "What you type goes into #demo. Besides, there are",
    "  /msg NICK TEXT    says something in private",
    "  /nick NAME        gives you another nick",
    "  /op NICK, /deop NICK, /voice NICK, /devoice NICK",
    "  /quit or Ctrl-D   ends the demo",
]
ALONE = "* There is no prompt here. The demo goes on until Ctrl-C, and whoever joins #demo becomes an operator."


class Person:
    """Types lines and keeps what is shown."""

    def __init__(self) -> None:
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._shown: asyncio.Queue[str] = asyncio.Queue()

    def type(self, *lines: str | None) -> None:
        for line in lines:
            self._typed.put_nowait(line)

    async def read_line(self) -> str | None:
        return await self._typed.get()

    def print_line(self, text: str) -> None:
        self._shown.put_nowait(text)

    async def sees(self, number: int) -> list[str]:
        """Return the next lines that are shown."""
        return [await asyncio.wait_for(self._shown.get(), 5) for _ in range(number)]

    def sees_nothing_more(self) -> bool:
        return self._shown.empty()


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
async def running(server: DemoServer, person: Person) -> AsyncIterator[asyncio.Task[None]]:
    """A prompt that is in the channel and runs."""
    client = Prompt("you", "#demo", person.read_line, person.print_line)
    await client.join(server.host, server.port)
    task = asyncio.create_task(client.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bot(server: DemoServer, running: asyncio.Task[None], person: Person) -> AsyncIterator[RawClient]:
    """Someone else, in the channel after the prompt."""
    client = await RawClient.connect(server, "ptgbot")
    await client.say("JOIN #demo")
    assert await person.sees(1) == ["* ptgbot joined"]
    yield client
    await client.close()


class TestTyping:
    async def test_a_typed_line_is_said_in_the_channel(self, person: Person, bot: RawClient) -> None:
        person.type("#nova now what: to drop", "", "   ", "  +in the pub ")
        assert [await bot.line(), await bot.line()] == [
            ":you!~you@localhost PRIVMSG #demo :#nova now what: to drop",
            ":you!~you@localhost PRIVMSG #demo :+in the pub",
        ]
        assert person.sees_nothing_more()

    async def test_msg_says_it_in_private(self, person: Person, bot: RawClient) -> None:
        person.type("/msg ptgbot  subscribe nova  now")
        assert await bot.line() == ":you!~you@localhost PRIVMSG ptgbot :subscribe nova  now"

    async def test_the_first_in_the_channel_gives_and_takes_rights(self, person: Person, bot: RawClient) -> None:
        person.type("/op ptgbot", "/deop ptgbot", "/voice ptgbot", "/devoice ptgbot", "/voice nobody")
        assert await person.sees(5) == [
            "* mode +o ptgbot (by you)",
            "* mode -o ptgbot (by you)",
            "* mode +v ptgbot (by you)",
            "* mode -v ptgbot (by you)",
            "! nobody: Nobody has that nick, and no channel that name",
        ]

    async def test_nick_gives_another_nick(self, person: Person, bot: RawClient) -> None:
        person.type("/nick ptgbot", "/nick anna", "hello")
        assert await person.sees(2) == ["! ptgbot: Somebody else has that nick", "* you is now anna"]
        assert [await bot.line(), await bot.line()] == [
            ":you!~you@localhost NICK :anna",
            ":anna!~you@localhost PRIVMSG #demo :hello",
        ]

    @pytest.mark.parametrize("line", ["/help", "/", "/msg ptgbot", "/nick", "/nick a b", "/op", "/join #x"])
    async def test_anything_else_with_a_slash_shows_what_there_is(
        self, line: str, person: Person, bot: RawClient
    ) -> None:
        person.type(line)
        assert await person.sees(5) == HELP
        assert await bot.heard() == []

    async def test_a_line_that_would_be_cut_is_not_sent(self, person: Person, bot: RawClient) -> None:
        person.type("ä" * 201, "ä" * 200)
        assert await person.sees(1) == ["! Not sent: 402 bytes are more than the 400 that fit into one IRC line."]
        assert await bot.line() == ":you!~you@localhost PRIVMSG #demo :" + "ä" * 200

    @pytest.mark.parametrize("end", ["/quit", None])
    async def test_quit_and_the_end_of_input_end_it(
        self, end: str | None, person: Person, bot: RawClient, running: asyncio.Task[None]
    ) -> None:
        person.type(end)
        await asyncio.wait_for(running, 5)
        assert await bot.line() == ":you!~you@localhost QUIT :Quit"


class TestShowing:
    async def test_what_is_said_and_what_happens_is_shown(self, person: Person, bot: RawClient) -> None:
        person.type("/op ptgbot")
        await person.sees(1)
        await bot.say(
            "PRIVMSG #demo :you: done : so",
            "PRIVMSG you :in private",
            "NOTICE you :a notice",
            "PRIVMSG #demo :\x01ACTION waves\x01",
            "PRIVMSG #demo :\x02bold\x0f \x0304,12red\x03 5",
            "TOPIC #demo :what is on",
            "NICK bot2",
            "KICK #demo you :out",
            "PART #demo",
            "JOIN #demo",
        )
        assert await person.sees(8) == [
            "<ptgbot> you: done : so",
            "-ptgbot- in private",
            "-ptgbot- a notice",
            "* ptgbot waves",
            "<ptgbot> bold red 5",
            "* topic: what is on (by ptgbot)",
            "* ptgbot is now bot2",
            "* bot2 kicked you out: out",
        ]
        person.type("still here?")
        assert await person.sees(1) == ["! #demo: You cannot speak in that channel"]

    async def test_those_who_leave_are_shown(self, person: Person, bot: RawClient) -> None:
        await bot.say("PART #demo :bye", "JOIN #demo")
        await bot.close()
        assert await person.sees(3) == ["* ptgbot left", "* ptgbot joined", "* ptgbot left"]

    async def test_the_end_of_the_server_ends_it(
        self, server: DemoServer, person: Person, running: asyncio.Task[None]
    ) -> None:
        await server.stop()
        await asyncio.wait_for(running, 5)
        assert await person.sees(1) == ["! The IRC server has gone."]


class TestJoining:
    async def test_takes_another_nick_where_its_own_is_taken(self, server: DemoServer, person: Person) -> None:
        other = await RawClient.connect(server, "you")
        client = Prompt("you", "#demo", person.read_line, person.print_line)
        await client.join(server.host, server.port)
        assert client.nick == "you_"
        assert (await other.say("NAMES #demo"))[-2:] == [
            ":ptgbot.demo 353 you = #demo :@you_",
            ":ptgbot.demo 366 you #demo :That is everyone",
        ]
        await client.leave()
        await other.close()

    async def test_is_a_connection_error_where_nobody_listens(self, server: DemoServer, person: Person) -> None:
        await server.stop()
        with pytest.raises(ConnectionError, match=f"no IRC server at 127.0.0.1:{server.port}"):
            await prompt(server.host, server.port, "you", "#demo", person.read_line, person.print_line)

    async def test_is_a_connection_error_where_the_server_hangs_up(self, person: Person) -> None:
        listening = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionError, match=f"the IRC server at 127.0.0.1:{port} let nobody into #demo"):
            await prompt("127.0.0.1", port, "you", "#demo", person.read_line, person.print_line)
        listening.close()
        await listening.wait_closed()

    async def test_comes_before_running(self, person: Person) -> None:
        with pytest.raises(RuntimeError, match="join"):
            await Prompt("you", "#demo", person.read_line, person.print_line).run()

    async def test_and_running_are_one_call(self, server: DemoServer, person: Person) -> None:
        person.type("/quit")
        await prompt(server.host, server.port, "you", "#demo", person.read_line, person.print_line)
        assert person.sees_nothing_more()


async def test_without_a_person_it_goes_on_and_makes_operators_of_those_who_join(
    server: DemoServer, person: Person
) -> None:
    person.type("#nova now x", "/msg ptgbot help", None)
    running = asyncio.create_task(
        prompt(server.host, server.port, "you", "#demo", person.read_line, person.print_line, interactive=False)
    )
    assert await person.sees(4) == [
        "<you> #nova now x",
        "-> ptgbot: help",
        ALONE,
        "! ptgbot: Nobody has that nick, and no channel that name",
    ]
    ann = await RawClient.connect(server, "ann")
    await ann.say("JOIN #demo")
    assert await person.sees(2) == ["* ann joined", "* mode +o ann (by you)"]
    assert await ann.heard() == [":you!~you@localhost MODE #demo +o ann"]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await ann.line() == ":you!~you@localhost QUIT :Quit"
    await ann.close()


PROGRAM = """
import asyncio, contextlib
from ptgbot.demo.ircd import DemoServer
from ptgbot.demo.prompt import prompt
from ptgbot.demo.terminal import Terminal

async def main():
    async with DemoServer(port=0) as server:
        with Terminal.standard() as terminal:
            await prompt("127.0.0.1", server.port, "you", "#demo", terminal.read_line, terminal.print_line,
                         interactive=terminal.interactive)

with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main())
"""


@pytest.mark.parametrize("stdin", [asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE])
async def test_control_c_ends_a_program_without_a_prompt_cleanly(stdin: int) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        # Whoever runs the tests in the background of a shell has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert program.stdout is not None
    if program.stdin is not None:
        program.stdin.write(b"hello\n")
        assert await asyncio.wait_for(program.stdout.readline(), 10) == b"<you> hello\n"
    else:
        assert await asyncio.wait_for(program.stdout.readline(), 10) == ALONE.encode() + b"\n"
    program.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(program.communicate(), 5)
    assert (program.returncode, out, err) == (0, b"", b"")
