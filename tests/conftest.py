"""What every test has in common."""

import pytest
from hypothesis import HealthCheck, settings

from tests.talk import Talk, quick_talk

# Shared machines are slow at times: how long one example takes says nothing.
settings.register_profile(
    "ptgbot", max_examples=100, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("ptgbot"), max_examples=3000)  # pytest --hypothesis-profile=long
settings.load_profile("ptgbot")


@pytest.fixture
def bot() -> Talk:
    """A bot with the sample event: Monday 23 November 2026, 10:00 in Berlin."""
    return quick_talk()
