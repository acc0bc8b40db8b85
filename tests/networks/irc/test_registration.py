"""What is said before the bot is somebody: capabilities, nicks, NickServ."""

import re

import pytest

from ptgbot.networks.irc.registration import Capabilities, NickChoice, is_login_answer, user_name


def talk(caps: Capabilities, *lines: str) -> list[str]:
    """Return what is answered to CAP lines, told as they stand behind ``CAP``."""
    answers = []
    for line in lines:
        head, _, last = line.partition(" :")
        answers += caps.receive([*head.split(), last])
    return answers


def test_what_is_wanted_and_offered_is_asked_for_in_one_line() -> None:
    caps = Capabilities()
    assert talk(caps, "* LS :sasl=PLAIN,EXTERNAL multi-prefix echo-message account-tag server-time=x") == [
        "CAP REQ :account-tag multi-prefix server-time"
    ]
    assert talk(caps, "* ACK :account-tag multi-prefix server-time") == ["CAP END"]
    assert caps.active == {"account-tag", "multi-prefix", "server-time"}


def test_an_offer_in_several_lines_is_awaited_whole() -> None:
    caps = Capabilities()
    assert talk(caps, "* LS * :multi-prefix sasl", "* LS * :x y") == []
    assert talk(caps, "* LS :account-tag") == ["CAP REQ :account-tag multi-prefix"]


def test_where_nothing_is_offered_there_is_nothing_to_ask_for() -> None:
    assert talk(Capabilities(), "* LS :") == ["CAP END"]


def test_a_refusal_of_all_is_followed_by_one_question_each() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix account-tag")
    assert talk(caps, "* NAK :account-tag multi-prefix") == ["CAP REQ :account-tag", "CAP REQ :multi-prefix"]
    assert talk(caps, "* NAK :account-tag", "* ACK :multi-prefix") == ["CAP END"]
    assert caps.active == {"multi-prefix"}


def test_the_negotiation_ends_once_only() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix")
    assert caps.give_up() == ["CAP END"]
    assert talk(caps, "* ACK :multi-prefix") == []
    assert caps.give_up() == []


def test_what_the_server_offers_or_takes_away_later_is_followed() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix", "* ACK :multi-prefix")
    assert talk(caps, "bot NEW :account-notify sasl", "bot ACK :account-notify") == ["CAP REQ :account-notify"]
    assert talk(caps, "bot DEL :multi-prefix") == []
    assert caps.active == {"account-notify"}
    assert talk(caps, "bot ACK :-account-notify") == []
    assert caps.active == set()


@pytest.mark.parametrize("params", [[], ["*"], ["*", "LS"], ["*", "WHAT", "x"], ["*", "LIST", "x"]])
def test_a_cap_line_that_makes_no_sense_is_not_answered(params: list[str]) -> None:
    assert Capabilities().receive(params) == []


def test_a_nick_in_use_gets_underscores_then_numbers() -> None:
    nicks = NickChoice("openinfraptg")
    assert [nicks.after_in_use() for _ in range(3)] == ["openinfraptg_", "openinfraptg__", "openinfraptg___"]
    assert re.fullmatch("openi[0-9]{4}", nicks.after_in_use())


def test_a_nick_too_long_is_shortened_and_stays_short() -> None:
    nicks = NickChoice("openinfraptg")
    assert nicks.after_refused() == "openinfra"
    assert nicks.after_in_use() == "openinfr_"
    assert nicks.after_in_use() == "openinf__"
    assert re.fullmatch("ptg[0-9]{4}", nicks.after_refused())


def test_a_nick_that_is_not_accepted_though_short_is_replaced() -> None:
    assert re.fullmatch("ptg[0-9]{4}", NickChoice("1bot").after_refused())


@pytest.mark.parametrize(
    "notice",
    [
        "Password accepted -- you are now recognized.",
        "You are now identified for bot.",
        "You are now logged in as bot.",
        "You are already identified.",
        "Invalid password for bot.",
        "Password incorrect.",
        "bot is not a registered nickname.",
        "Your nick isn't registered.",
        "Access denied.",
    ],
)
def test_an_answer_of_nickserv_is_one(notice: str) -> None:
    assert is_login_answer(notice)


@pytest.mark.parametrize(
    "notice",
    [
        "This nickname is registered. Please choose a different nickname, or identify via /msg NickServ IDENTIFY",
        "This nickname is registered and protected. If it is your nickname, type /msg NickServ IDENTIFY password.",
        "You have 60 seconds to identify to your nickname before it is changed.",
        "Welcome to the network!",
    ],
)
def test_a_question_of_nickserv_is_no_answer(notice: str) -> None:
    assert not is_login_answer(notice)


def test_the_user_name_has_nothing_that_a_server_refuses() -> None:
    assert [user_name(nick) for nick in ("bot", "open[infra]-ptg_bot", "[]", "päivä")] == [
        "bot",
        "openinfra",
        "ptgbot",
        "piv",
    ]
