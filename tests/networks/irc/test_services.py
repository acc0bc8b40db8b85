"""What NickServ's notices mean, network by network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.irc.services import Answer, read_notice


@pytest.mark.parametrize(
    ("notice", "meaning"),
    [
        ("Password accepted -- you are now recognized.", Answer.ACCEPTED),
        ("Password accepted - you are now recognized.", Answer.ACCEPTED),
        ("You are now identified for bot.", Answer.ACCEPTED),
        ("You are successfully identified as bot.", Answer.ACCEPTED),
        ("You are now logged in as bot.", Answer.ACCEPTED),
        ("You are already identified.", Answer.ACCEPTED),
        ("You are already logged in as bot.", Answer.ACCEPTED),
        ("Invalid password for bot.", Answer.REFUSED),
        ("Password incorrect.", Answer.REFUSED),
        ("Nick bot isn't registered.", Answer.REFUSED),
        ("bot is not a registered nickname.", Answer.REFUSED),
        ("Your nick isn't registered.", Answer.REFUSED),
        ("Access denied.", Answer.REFUSED),
        ("Authentication failed.", Answer.REFUSED),
        ("This nickname is registered. Please choose a different nickname, or identify via /msg", Answer.ASKS),
        ("This nickname is registered and protected. If it is your nick, type /msg NickServ IDENTIFY p", Answer.ASKS),
        ("You have 60 seconds to identify to your nickname before it is changed.", Answer.ASKS),
        ('Unknown command REGAIN. "/msg NickServ HELP" for help.', Answer.UNKNOWN_COMMAND),
        ("Invalid command. Use /msg NickServ help for a command listing.", Answer.UNKNOWN_COMMAND),
        ("REGAIN is not a valid command.", Answer.UNKNOWN_COMMAND),
        ("Welcome to the network!", Answer.OTHER),
        ("Ghost with your nick has been killed.", Answer.OTHER),
    ],
)
def test_a_notice_of_nickserv_is_understood(notice: str, meaning: Answer) -> None:
    assert read_notice(notice) is meaning


@given(st.text())
def test_no_notice_is_too_odd(notice: str) -> None:
    assert read_notice(notice) in Answer
