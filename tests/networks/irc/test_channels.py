"""Who is in the channels, with which modes and accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.identity import Role
from ptgbot.networks.irc.channels import Roster
from ptgbot.networks.irc.isupport import ISupport

ORGANISER, MODERATOR, ATTENDEE = Role.ORGANISER, Role.MODERATOR, Role.ATTENDEE


@pytest.fixture
def rules() -> ISupport:
    found = ISupport()
    found.load(["PREFIX=(qaohv)~&@%+", "CHANMODES=beI,k,l,imnpst"])
    return found


@pytest.fixture
def roster(rules: ISupport) -> Roster:
    found = Roster(rules)
    found.enter("#ptg")
    return found


def listed(roster: Roster, *entries: str, channel: str = "#ptg", all_modes: bool = True) -> None:
    roster.names(channel, entries, all_modes=all_modes)
    roster.names_end(channel)


@pytest.mark.parametrize(
    ("entry", "role"),
    [
        ("bob", ATTENDEE),
        ("+bob", MODERATOR),
        ("%bob", MODERATOR),
        ("@bob", ORGANISER),
        ("@+bob", ORGANISER),
        ("&bob", ORGANISER),
        ("~bob!u@h", ORGANISER),
        ("bob!u@h", ATTENDEE),
    ],
)
def test_the_member_list_tells_the_roles(roster: Roster, entry: str, role: Role) -> None:
    listed(roster, "@alice", entry)
    assert (roster.nicks("#PTG"), roster.role("BOB", "#ptg")) == (["alice", "bob"], role)


def test_modes_are_given_and_taken(roster: Roster) -> None:
    listed(roster, "alice", "bob")
    assert roster.mode("#ptg", "+ov", ["alice", "bob"]) is False
    assert (roster.role("alice"), roster.role("bob")) == (ORGANISER, MODERATOR)
    assert roster.mode("#ptg", "-o+v", ["alice", "alice"]) is True
    assert roster.role("alice") == MODERATOR


@pytest.mark.parametrize(
    ("changes", "parameters"),
    [
        ("+bo", ["*!*@*", "bob"]),
        ("+klo", ["key", "30", "bob"]),
        ("+k-lo+o", ["key", "alice", "bob"]),
        ("-k+o", ["*", "bob"]),
        ("+imo", ["bob"]),
        ("+nto-l", ["bob"]),
        ("o", ["bob"]),
        ("+e-I+b-o+o", ["a", "b", "c", "alice", "BOB"]),
    ],
)
def test_parameters_of_other_modes_are_not_taken_for_nicks(roster: Roster, changes: str, parameters: list[str]) -> None:
    listed(roster, "@alice", "bob")
    roster.mode("#ptg", changes, parameters)
    assert roster.role("bob") == ORGANISER


def test_a_mode_without_its_parameter_and_one_for_a_stranger_change_nothing(roster: Roster) -> None:
    listed(roster, "bob")
    roster.mode("#ptg", "+ov", [])
    roster.mode("#ptg", "+o", ["carol"])
    roster.mode("#other", "+o", ["bob"])
    assert (roster.nicks("#ptg"), roster.role("bob"), roster.role("carol")) == (["bob"], ATTENDEE, ATTENDEE)


def test_a_member_list_that_shows_the_highest_mode_only_keeps_the_lower_ones(roster: Roster) -> None:
    listed(roster, "bob")
    roster.mode("#ptg", "+vo", ["bob", "bob"])
    listed(roster, "@bob", all_modes=False)
    roster.mode("#ptg", "-o", ["bob"])
    assert roster.role("bob") == MODERATOR
    roster.mode("#ptg", "+o", ["bob"])
    listed(roster, "+bob", all_modes=False)
    assert roster.role("bob") == MODERATOR
    listed(roster, "bob", all_modes=False)
    assert roster.role("bob") == ATTENDEE


def test_a_member_list_is_whole_and_takes_leave_of_those_it_does_not_name(roster: Roster) -> None:
    listed(roster, "@alice", "bob")
    roster.names("#ptg", ["carol"], all_modes=True)
    roster.join("#ptg", "dave")
    roster.names("#ptg", ["bob"], all_modes=True)
    roster.rename("carol", "caroline")
    roster.names_end("#ptg")
    assert roster.nicks("#ptg") == ["bob", "caroline", "dave"]


def test_the_end_of_a_list_that_never_began_is_nothing(roster: Roster) -> None:
    listed(roster, "bob")
    roster.names_end("#ptg")
    roster.names_end("#nowhere")
    assert roster.nicks("#ptg") == ["bob"]


def test_a_new_nick_keeps_modes_and_account_and_the_old_one_has_nothing(roster: Roster) -> None:
    listed(roster, "@bob")
    roster.set_account("bob", "Robert")
    roster.rename("BOB", "Bobby")
    assert [(roster.role(n), roster.account(n)) for n in ("bobby", "bob")] == [(ORGANISER, "Robert"), (ATTENDEE, "")]


@pytest.mark.parametrize("leave", ["part", "quit"])
def test_whoever_takes_the_nick_of_one_who_left_has_neither_role_nor_account(roster: Roster, leave: str) -> None:
    listed(roster, "@bob")
    roster.set_account("bob", "robert")
    if leave == "part":
        roster.part("#ptg", "bob")
    else:
        roster.quit("bob")
    roster.join("#ptg", "bob")
    assert (roster.role("bob"), roster.account("bob")) == (ATTENDEE, "")


def test_somebody_who_is_left_in_another_channel_keeps_the_account(roster: Roster) -> None:
    roster.enter("#other")
    roster.join("#other", "bob", "robert")
    roster.join("#ptg", "bob")
    roster.part("#ptg", "bob")
    assert roster.account("bob") == "robert"
    roster.leave("#other")
    assert roster.account("bob") == ""


def test_a_role_is_that_of_the_channel_and_in_private_the_highest(roster: Roster) -> None:
    roster.enter("#other")
    listed(roster, "+bob")
    listed(roster, "@bob", channel="#other")
    found = [roster.role("bob", "#ptg"), roster.role("bob", "#other"), roster.role("bob"), roster.role("bob", "#none")]
    assert found == [MODERATOR, ORGANISER, ORGANISER, ATTENDEE]


def test_out_of_a_channel_its_roles_count_no_more(roster: Roster) -> None:
    listed(roster, "@bob")
    roster.leave("#PTG")
    assert roster.role("bob") == ATTENDEE


def test_an_account_of_a_stranger_is_not_kept(roster: Roster) -> None:
    roster.set_account("carol", "caroline")
    roster.join("#ptg", "carol")
    assert roster.account("carol") == ""


def test_names_are_filed_anew_when_the_rules_change(rules: ISupport, roster: Roster) -> None:
    listed(roster, "@Bob[1]")
    roster.set_account("Bob[1]", "robert")
    assert roster.role("bob{1}") == ORGANISER
    rules.load(["CASEMAPPING=ascii"])
    roster.refold()
    assert (roster.role("BOB[1]"), roster.account("bob[1]"), roster.role("bob{1}")) == (ORGANISER, "robert", ATTENDEE)


@given(st.data())
def test_every_mode_of_a_line_finds_the_parameter_that_is_its_own(data: st.DataObject) -> None:
    """A line made by the rules of PREFIX and CHANMODES is read as it was made."""
    rules = ISupport()
    rules.load(["PREFIX=(qov)~@+", "CHANMODES=beI,k,fl,imnpst"])
    roster = Roster(rules)
    roster.enter("#ptg")
    listed(roster, "alice", "bob")
    changes, parameters, expected = "", [], {"alice": set[str](), "bob": set[str]()}
    for letter in data.draw(st.lists(st.sampled_from("qovbeIkflimnpst"), max_size=20)):
        adding = data.draw(st.booleans())
        changes += ("+" if adding else "-") + letter
        if letter in "qov":
            nick = data.draw(st.sampled_from(["alice", "bob"]))
            parameters.append(nick)
            (expected[nick].add if adding else expected[nick].discard)(letter)
        elif letter in "beIk" or (letter in "fl" and adding):
            parameters.append(data.draw(st.sampled_from(["alice", "bob", "*!*@*", "3"])))
    roster.mode("#ptg", changes, parameters)
    members = roster._channels["#ptg"].members
    assert {nick: members[nick].modes for nick in expected} == expected


def test_a_server_that_names_members_without_end_fills_no_memory(
    roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptgbot.networks.irc.channels.MOST_MEMBERS", 3)
    for number in range(10):
        roster.join("#ptg", f"p{number}", f"a{number}")
    roster.names("#ptg", [f"q{number}" for number in range(10)], all_modes=True)
    assert roster.nicks("#ptg") == ["p0", "p1", "p2"]
    assert sorted(roster._accounts) == ["p0", "p1", "p2"]


EVENTS = "join part quit rename mode names end account refold".split()
words = st.sampled_from(["alice", "bob", "@bob", "#ptg", "", "+", "~&@", "x"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(EVENTS),
            words,
            words,
        )
    )
)
def test_no_order_of_events_is_too_odd(events: list[tuple[str, str, str]]) -> None:
    roster = Roster(ISupport())
    roster.enter("#ptg")
    for event, one, other in events:
        match event:
            case "join":
                roster.join("#ptg", one, other)
            case "part":
                roster.part("#ptg", one)
            case "quit":
                roster.quit(one)
            case "rename":
                roster.rename(one, other)
            case "mode":
                roster.mode("#ptg", f"+o{one}-v{other}", [one, other])
            case "account":
                roster.set_account(one, other)
            case "refold":
                roster.refold()
            case "names":
                roster.names("#ptg", [one, other], all_modes=bool(one))
            case _:
                roster.names_end("#ptg")
    for account in ("alice", "bob", "x"):
        assert all(roster.account(nick).lower() == account for nick in roster.logged_in_as(account))
    assert set(roster._accounts) <= {key for place in roster._channels.values() for key in place.members}
