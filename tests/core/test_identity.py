"""Who somebody is."""

import pytest

from ptgbot.core.identity import Identity, account_of, vouched_network


@pytest.mark.parametrize(
    ("identity", "key", "account", "network"),
    [
        (Identity("irc", "ada", verified=True), "irc/ada", "ada", "irc"),
        (Identity("irc", "ada"), "irc/~ada", "", None),
        (Identity("irc", "~ada", verified=True), "irc/=~ada", "~ada", "irc"),
        (Identity("irc", "=ada", verified=True), "irc/==ada", "=ada", "irc"),
        (Identity("irc", "=ada"), "irc/~=ada", "", None),
        (Identity("slack:T0123", "U1/2", verified=True), "slack:T0123/U1/2", "U1/2", "slack:T0123"),
    ],
)
def test_a_key_tells_an_account_from_a_nick_and_names_it(
    identity: Identity, key: str, account: str, network: str | None
) -> None:
    assert (identity.key, account_of(key), vouched_network(key)) == (key, account, network)
