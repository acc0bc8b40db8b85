"""What X has to be told."""

from typing import Any

import pytest

from ptgbot.networks.x import XSettings

KEYS = ("api_key", "api_secret", "access_token", "access_secret")


@pytest.mark.parametrize("name", KEYS)
def test_all_four_keys_are_needed(name: str) -> None:
    keys: dict[str, Any] = {**dict.fromkeys(KEYS, "a-key"), name: ""}

    with pytest.raises(ValueError, match=f"^{name} is missing$"):
        XSettings(**keys)


def test_until_told_otherwise_nothing_goes_out() -> None:
    assert XSettings("a", "b", "c", "d").dry_run
