"""What the server can do, and what of it is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.irc.caps import WANTED, Capabilities


def talk(caps: Capabilities, *lines: str) -> list[str]:
    """Return what is answered to CAP lines, told as they stand behind ``CAP``."""
    answers = []
    for line in lines:
        head, _, last = line.partition(" :")
        answers += caps.receive([*head.split(), last])
    return answers


def test_what_is_wanted_and_offered_is_asked_for_in_one_line() -> None:
    caps = Capabilities()
    assert talk(caps, "* LS :sasl=PLAIN,EXTERNAL multi-prefix batch account-tag server-time=x") == [
        "CAP REQ :account-tag multi-prefix server-time"
    ]
    assert not caps.settled.is_set()
    assert talk(caps, "* ACK :account-tag multi-prefix server-time") == []
    assert caps.settled.is_set()
    assert caps.active == {"account-tag", "multi-prefix", "server-time"}


def test_the_values_of_capabilities_are_known() -> None:
    caps = Capabilities(WANTED | {"sasl"})
    assert talk(caps, "* LS * :sasl=PLAIN,EXTERNAL other=x", "* LS :multi-prefix") == ["CAP REQ :multi-prefix sasl"]
    assert caps.values == {"sasl": "PLAIN,EXTERNAL", "multi-prefix": ""}
    talk(caps, "bot NEW :sasl=PLAIN")
    assert caps.values["sasl"] == "PLAIN"


def test_an_offer_in_several_lines_is_awaited_whole() -> None:
    caps = Capabilities()
    assert talk(caps, "* LS * :multi-prefix sasl", "* LS * :x y") == []
    assert talk(caps, "* LS :account-tag") == ["CAP REQ :account-tag multi-prefix"]


def test_where_nothing_is_offered_there_is_nothing_to_ask_for() -> None:
    caps = Capabilities()
    assert talk(caps, "* LS :") == []
    assert caps.settled.is_set()


def test_a_refusal_of_all_is_followed_by_one_question_each() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix account-tag")
    assert talk(caps, "* NAK :account-tag multi-prefix") == ["CAP REQ :account-tag", "CAP REQ :multi-prefix"]
    assert talk(caps, "* NAK :account-tag") == []
    assert not caps.settled.is_set()
    assert talk(caps, "* ACK :multi-prefix") == []
    assert caps.settled.is_set()
    assert caps.active == {"multi-prefix"}


def test_an_agreement_may_come_in_several_lines() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix account-tag", "* ACK :multi-prefix")
    assert not caps.settled.is_set()
    talk(caps, "* ACK :account-tag")
    assert caps.settled.is_set()


def test_what_the_server_offers_or_takes_away_later_is_followed() -> None:
    caps = Capabilities()
    talk(caps, "* LS :multi-prefix", "* ACK :multi-prefix")
    assert talk(caps, "bot NEW :account-notify sasl", "bot ACK :account-notify") == ["CAP REQ :account-notify"]
    assert talk(caps, "bot DEL :multi-prefix") == []
    assert caps.active == {"account-notify"}
    assert talk(caps, "bot ACK :-account-notify") == []
    assert caps.active == set()


@pytest.mark.parametrize("params", [[], ["*"], ["*", "LS"], ["*", "WHAT", "x"], ["*", "LIST", "x"], ["*", "NAK", "x"]])
def test_a_cap_line_that_makes_no_sense_is_not_answered(params: list[str]) -> None:
    assert Capabilities().receive(params) == []


words = st.sampled_from(["*", "", "sasl=PLAIN", "sasl", "multi-prefix", "-multi-prefix", "=", "x=y=z", *sorted(WANTED)])
lines = st.tuples(
    st.sampled_from(["LS", "ACK", "NAK", "NEW", "DEL", "LIST", "ls", ""]), st.booleans(), st.lists(words, max_size=6)
)


@given(st.lists(lines, max_size=20))
def test_nothing_that_a_server_says_makes_us_ask_for_what_we_do_not_want(
    said: list[tuple[str, bool, list[str]]],
) -> None:
    caps = Capabilities(WANTED | {"sasl"})
    for verb, more, names in said:
        for answer in caps.receive(["*", verb, *(["*"] if more else []), " ".join(names)]):
            asked = answer.removeprefix("CAP REQ :").split(" ")
            assert answer.startswith("CAP REQ :")
            assert set(asked) <= WANTED | {"sasl"}
            assert asked == sorted(set(asked))
    assert caps.active <= WANTED | {"sasl"}
    assert set(caps.values) <= WANTED | {"sasl"}
