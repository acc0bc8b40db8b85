"""An X, and organisers who are told things."""

from collections.abc import AsyncIterator

import pytest

from tests.fake_x.server import FakeX, fake_x
from tests.networks.x.running import Organisers


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x
    assert x.unsigned == 0


@pytest.fixture
def organisers() -> Organisers:
    return Organisers()
