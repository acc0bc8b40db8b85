"""The token is in no log line and in no text for people; bots without Mastodon, and their end, do not pay for it."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from ptgbot.core.protocols import NotTaken, TooFast
from ptgbot.networks.mastodon import MastodonSettings
from tests.fake_mastodon.instance import TOKEN, FakeMastodon
from tests.fake_mastodon.troubles import answer, dropped, page
from tests.networks.mastodon.running import TIMELINE, ToldHost, eventually, running


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that is logged, on every level, by whomever."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def test_the_token_is_told_nobody(
    mastodon: FakeMastodon, everything: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    host = ToldHost()
    failures: list[Exception] = []
    async with running(mastodon, host=host) as network:
        await network.post(TIMELINE, "hello", ticket="r1")
        for trouble in (dropped(done=False), page(502), page(404), answer(422, "no"), answer(401, "revoked")):
            mastodon.next("post", trouble)
            network._rests_until = 0.0
            with pytest.raises((ConnectionError, NotTaken, TooFast)) as failed:
                await network.post(TIMELINE, "hello", ticket="r2")
            failures.append(failed.value)
    async with running(mastodon, host=host, ready=False, access_token=f"{TOKEN}\n"):
        await eventually(lambda: any("what no token does" in told for told in host.told))
    shown = "\n".join(
        [
            everything.text,
            *(f"{record.name} {record.getMessage()} {record.args} {record.exc_info}" for record in everything.records),
            *host.told,
            *capfd.readouterr(),
            *(repr(one) for failed in failures for one in (failed, failed.__cause__, failed.__context__)),
            repr(MastodonSettings("https://social.example.org", TOKEN)),
        ]
    )

    assert "urllib3" in shown  # the libraries were heard
    assert TOKEN not in shown


def test_a_bot_without_mastodon_does_not_load_its_library() -> None:
    program = "import sys, ptgbot.networks.mastodon; print({'mastodon', 'requests', 'urllib3'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert found.stdout == "set()\n"


HANGING = """
import asyncio, socket
from ptgbot.networks.mastodon import MastodonNetwork, MastodonSettings

async def main(silent):
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    network = MastodonNetwork(MastodonSettings(url, "token", dry_run=False))
    running = asyncio.ensure_future(network.run(None, None))
    asking, _ = await asyncio.to_thread(silent.accept)
    await asyncio.to_thread(asking.recv, 100)
    running.cancel()
    await asyncio.wait({running})
    print("stopped", flush=True)

with socket.create_server(("127.0.0.1", 0)) as silent:
    asyncio.run(main(silent))
"""


def test_an_instance_that_does_not_answer_does_not_hold_up_the_end() -> None:
    with subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "stopped\n"
        stopped = time.monotonic()
        assert program.wait(20) == 0
        assert time.monotonic() - stopped < 5.0  # a request waits 10 s for its answer
