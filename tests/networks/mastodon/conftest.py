"""An instance for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.fake_mastodon.instance import FakeMastodon, fake_mastodon


@pytest.fixture
async def mastodon() -> AsyncIterator[FakeMastodon]:
    async with fake_mastodon() as mastodon:
        yield mastodon
