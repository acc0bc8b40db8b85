import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.demo.ircline import Line, LineBuffer, encode, parse
from ptgbot.demo.ircnet import Net, User
from ptgbot.demo.ircverbs import VERBS


class FakeLink:
    """Keeps what is sent, and looks at it as a strict client would."""

    def __init__(self) -> None:
        self.sent: list[Line] = []
        self.closed = False

    def send(self, line: str) -> None:
        raw = encode(line)
        assert len(raw) <= 512
        assert re.fullmatch(rb"[^\r\n\0]+\r\n", raw)
        parsed = parse(raw[:-2].decode("utf-8", "surrogateescape"))
        assert parsed is not None
        assert re.fullmatch(r"ptgbot\.demo|[^ !@]+!~[^ !@]+@localhost|", parsed.source)
        assert parsed.source or parsed.command == "ERROR"
        assert not parsed.command.isdecimal() or len(parsed.params) > 1
        self.sent.append(parsed)

    def close(self) -> None:
        self.closed = True


WORDS = st.sampled_from(
    ["ann", "ANN", "bob", "eve", "#a", "#A", "#b", "#a,#b", "ann,bob", "+o", "-o", "+ov", "-ntm", "0"]
)
ANYTHING = st.binary(max_size=20).map(lambda raw: " ".join(LineBuffer().feed(raw + b"\n")))
PARAM = st.one_of(WORDS, WORDS, ANYTHING)
COMMAND = st.builds(
    lambda verb, params: " ".join([verb, *params]), st.sampled_from(sorted(VERBS)), st.lists(PARAM, max_size=4)
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2), COMMAND), max_size=60))
def test_whatever_three_users_type_members_and_channels_stay_in_step(typed: list[tuple[int, str]]) -> None:
    net = Net(VERBS)
    links = [FakeLink() for _ in range(3)]
    users = [User(link) for link in links]
    for user, nick in zip(users, ("ann", "bob", "eve"), strict=True):
        for line in (f"NICK {nick}", f"USER {nick} 0 * :{nick}", "JOIN #a"):
            net.receive(user, line)
    for number, line in typed:
        if not links[number].closed:
            net.receive(users[number], line)
    there = [user for user in users if not user.link.closed]  # type: ignore[attr-defined]
    assert set(net.nicks.values()) == set(there)
    assert all(net.nicks[user.nick.lower()] is user for user in there)
    assert all(channel.members for channel in net.channels.values())
    assert {(user.nick, key) for user in there for key in user.channels} == {
        (user.nick, key) for key, channel in net.channels.items() for user in channel.members
    }
    for user in there:
        net.drop(user, "end")
        net.drop(user, "end")
    assert (net.nicks, net.channels) == ({}, {})
