"""Who somebody is."""

import pytest

from ptgbot.core.identity import Actor, Identity, account_of, keys_of, vouched_network


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


@pytest.mark.parametrize(
    ("actor", "keys"),
    [
        (Actor(Identity("irc", "ada", verified=True), "Ada_AFK"), ("irc/ada", "irc/~ada_afk")),
        (Actor(Identity("irc", "foo{m}"), "Foo[M]", nick="foo{m}"), ("irc/~foo{m}", "irc/~foo[m]")),
        (Actor(Identity("slack", "T1.U1", verified=True), "Ada Lovelace", nick=None), ("slack/T1.U1",)),
        (Actor(Identity("slack", "T1.U1", verified=True), "admin", nick=None), ("slack/T1.U1",)),
    ],
)
def test_what_is_under_a_nick_is_whose_nick_it_is_and_a_name_that_is_no_nick_owns_nothing(
    actor: Actor, keys: tuple[str, ...]
) -> None:
    assert keys_of(actor) == keys
