"""The server's own rules, and the protocol's where it has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.irc.isupport import ISupport


def rules(*tokens: str) -> ISupport:
    found = ISupport()
    found.load(tokens)
    return found


@pytest.mark.parametrize(
    ("mapping", "folded"),
    [
        ("ascii", "nick[]\\~{}|^ä"),
        ("rfc1459", "nick{}|^{}|^ä"),
        ("strict-rfc1459", "nick{}|~{}|^ä"),
        ("rfc7613", "nick[]\\~{}|^ä"),
    ],
)
def test_names_are_folded_as_the_server_does_and_never_more(mapping: str, folded: str) -> None:
    assert rules(f"CASEMAPPING={mapping}").fold("NICK[]\\~{}|^ä") == folded


def test_before_the_server_says_anything_the_rules_of_rfc_1459_hold() -> None:
    found = ISupport()
    assert found.fold("A[]") == "a{}"
    assert found.symbols == {"@": "o", "+": "v"}
    assert found.line_length == 512
    assert not found.whox


@pytest.mark.parametrize(
    ("mode", "op", "voice"),
    [
        ("q", True, True),
        ("a", True, True),
        ("o", True, True),
        ("h", False, True),
        ("v", False, True),
        ("b", False, False),
    ],
)
def test_modes_rank_in_the_order_of_prefix(mode: str, op: bool, voice: bool) -> None:
    found = rules("PREFIX=(qaohv)~&@%+")
    assert (found.reaches(mode, "o"), found.reaches(mode, "v")) == (op, voice)


def test_where_there_are_no_operators_nobody_is_one() -> None:
    assert not rules("PREFIX=(yv)!+").reaches("y", "o")
    assert rules("PREFIX=(yv)!+").reaches("y", "v")
    assert rules("PREFIX=").symbols == {}


@pytest.mark.parametrize("value", ["(ov", "ov)@+", "(ov)@", "(ov)@@", ")(", "@+"])
def test_a_prefix_that_makes_no_sense_is_as_if_it_had_not_been_told(value: str) -> None:
    assert rules(f"PREFIX={value}").symbols == {"@": "o", "+": "v"}


def test_which_modes_take_a_parameter_is_told_by_chanmodes() -> None:
    found = rules("PREFIX=(ov)@+", "CHANMODES=eIbq,k,flj,Cim")
    taken = {
        (mode, adding) for mode in "ovqkflimX" for adding in (True, False) if found.takes_parameter(mode, adding=adding)
    }
    assert taken == {(mode, adding) for mode in "ovqk" for adding in (True, False)} | {("f", True), ("l", True)}


def test_what_the_server_takes_back_is_no_longer_so() -> None:
    found = rules("WHOX", "LINELEN=2048", "CASEMAPPING=ascii")
    assert (found.whox, found.line_length, found.fold("[")) == (True, 2048, "[")
    found.load(["-WHOX", "-LINELEN", "-CASEMAPPING"])
    assert (found.whox, found.line_length, found.fold("[")) == (False, 512, "{")


@pytest.mark.parametrize(
    ("tokens", "targets"),
    [
        ([], 1),
        (["MAXTARGETS=4"], 4),
        (["MAXTARGETS=400"], 20),
        (["MAXTARGETS=x"], 1),
        (["TARGMAX=NAMES:1,PRIVMSG:3,NOTICE:"], 3),
        (["TARGMAX=privmsg:"], 20),
        (["TARGMAX=PRIVMSG:0"], 1),
        (["TARGMAX=PRIVMSG:-5,"], 1),
        (["TARGMAX=NAMES:1", "MAXTARGETS=2"], 2),
        (["TARGMAX="], 1),
    ],
)
def test_to_how_many_a_line_may_go_is_told_by_targmax_or_maxtargets(tokens: list[str], targets: int) -> None:
    assert rules(*tokens).targets("PRIVMSG") == targets


@pytest.mark.parametrize(("token", "mode"), [("BOT=B", "B"), ("BOT", ""), ("BOT=xy", ""), ("BOT=+", ""), ("BOT=ä", "")])
def test_the_mode_of_bots_is_one_letter(token: str, mode: str) -> None:
    assert rules(token).bot_mode == mode


@pytest.mark.parametrize(
    ("tokens", "tells"),
    [
        (["STATUSMSG=~&@%+"], True),
        (["STATUSMSG=@"], True),
        (["STATUSMSG=+"], False),
        ([], False),
        (["STATUSMSG=@", "PREFIX=(yv)@+"], False),
    ],
)
def test_operators_are_told_alone_where_statusmsg_has_their_symbol(tokens: list[str], tells: bool) -> None:
    assert rules(*tokens).tells_operators is tells


def test_the_length_of_nicks_and_who_is_watched_are_told() -> None:
    found = rules("NICKLEN=30", "MONITOR=100")
    assert (found.nick_length, found.monitor, rules().nick_length, rules().monitor) == (30, True, 0, False)
    assert (found.most_monitored, rules("MONITOR").most_monitored) == (100, 0)


def test_a_server_that_tells_a_lot_fills_no_memory() -> None:
    found = rules(*(f"X{number}=x" for number in range(1000)), "WHOX")
    assert found._said == {"WHOX": ""}


@pytest.mark.parametrize("value", ["", "10", "511", "-1", "x", "²", "99999999"])
def test_a_line_length_that_cannot_be_is_512(value: str) -> None:
    assert rules(f"LINELEN={value}").line_length == 512


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.text(max_size=10).map("PREFIX={}".format),
            st.text(max_size=10).map("CHANMODES={}".format),
            st.text(max_size=10).map("TARGMAX={}".format),
            st.text(max_size=10).map("TARGMAX=PRIVMSG:{}".format),
            st.text(max_size=10).map("STATUSMSG={}".format),
        )
    )
)
def test_no_token_is_too_odd(tokens: list[str]) -> None:
    found = rules(*tokens)
    assert found.fold("A") == "a"
    assert 1 <= found.targets("PRIVMSG") <= 20
    assert len(found.bot_mode) <= 1
    assert found.line_length >= 512
