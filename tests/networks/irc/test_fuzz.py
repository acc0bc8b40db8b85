"""Two seconds of anything at all; ``tox -e fuzz`` takes half an hour."""

import logging
import os

import pytest

from tests.networks.irc.fuzz import fuzz

SECONDS = float(os.environ.get("PTGBOT_TEST_FUZZ_SECONDS", "2"))


async def test_whatever_a_server_says_the_bot_is_there_and_answers(caplog: pytest.LogCaptureFixture) -> None:
    found = await fuzz(SECONDS, seed=1)
    assert found.answered == found.lines // 200 > 0
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
