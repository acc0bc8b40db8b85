"""What IRC commands do about channels. Handlers get at least as many parameters as they need."""

import re
from collections.abc import Iterable

from ptgbot.demo.ircline import LIMIT
from ptgbot.demo.ircnet import PREFIXES, SERVER, Channel, Net, User, Verbs, fold

__all__ = ["CHANNEL_VERBS", "FLAGS", "MOST_CHANNELS", "MOST_MODES", "MOST_TARGETS"]

FLAGS = "mnt"
MOST_CHANNELS = 20
MOST_MODES = 6
MOST_TARGETS = 4

CHANNEL_VERBS = Verbs()
verb = CHANNEL_VERBS.add

_CHANNEL = re.compile(r"#[^ ,\a\0\r\n]{1,49}")


@verb("JOIN", needs=1)
def _join(net: Net, user: User, params: tuple[str, ...]) -> None:
    if params[0] == "0":  # the protocol's way to say: leave all
        for channel in list(user.channels.values()):
            _leave(net, user, channel, "")
        return
    for name in params[0].split(","):
        if not _CHANNEL.fullmatch(name) or len(name.encode("utf-8", "surrogateescape")) > 50:
            user.error(403, name)
        elif fold(name) in user.channels:
            continue
        elif len(user.channels) >= MOST_CHANNELS:
            user.error(405, name)
        else:
            channel = net.channels.setdefault(fold(name), Channel(name))
            channel.members[user] = set() if channel.members else {"o"}
            user.channels[fold(name)] = channel
            channel.send(f":{user.mask} JOIN {channel.name}")
            if channel.topic:
                user.reply(332, channel.name, channel.topic)
            _show_names(user, channel)


@verb("PART", needs=1)
def _part(net: Net, user: User, params: tuple[str, ...]) -> None:
    for name in params[0].split(","):
        channel = _own_channel(net, user, name)
        if channel:
            _leave(net, user, channel, params[1] if len(params) > 1 else "")


def _leave(net: Net, user: User, channel: Channel, reason: str) -> None:
    channel.send(f":{user.mask} PART {channel.name}" + (f" :{reason}" if reason else ""))
    net.remove(user, channel)


def _own_channel(net: Net, user: User, name: str, *, as_op: bool = False) -> Channel | None:
    channel = net.channel(name)
    if channel is None:
        user.error(403, name)
    elif user not in channel.members:
        user.error(442, channel.name)
    elif as_op and not channel.is_op(user):
        user.error(482, channel.name)
    else:
        return channel
    return None


@verb("KICK", needs=2)
def _kick(net: Net, user: User, params: tuple[str, ...]) -> None:
    for nick in params[1].split(",")[:MOST_TARGETS]:
        channel = _own_channel(net, user, params[0], as_op=True)
        if channel is None:
            return
        target = _member(net, user, channel, nick)
        if target:
            reason = params[2] if len(params) > 2 else user.nick
            channel.send(f":{user.mask} KICK {channel.name} {target.nick} :{reason}")
            net.remove(target, channel)


@verb("TOPIC", needs=1)
def _topic(net: Net, user: User, params: tuple[str, ...]) -> None:
    channel = _own_channel(net, user, params[0])
    if channel is None:
        return
    if len(params) == 1:
        if channel.topic:
            user.reply(332, channel.name, channel.topic)
        else:
            user.reply(331, channel.name, "There is no topic")
    elif "t" in channel.flags and not channel.is_op(user):
        user.error(482, channel.name)
    else:
        channel.topic = params[1]
        channel.send(f":{user.mask} TOPIC {channel.name} :{channel.topic}")


@verb("MODE", needs=1)
def _mode(net: Net, user: User, params: tuple[str, ...]) -> None:
    target, *rest = params
    channel = net.channel(target)
    if target.startswith("#"):
        if channel is None:
            user.error(403, target)
        elif rest:
            _change_modes(net, user, channel, rest[0], rest[1:])
        else:
            user.reply(324, channel.name, "+" + "".join(sorted(channel.flags)))
    elif net.find(target) is None:
        user.error(401, target)
    elif net.find(target) is not user:
        user.error(502)
    elif rest:
        _change_own_modes(user, rest[0])
    else:
        user.reply(221, "+" + "".join(sorted(user.modes)))


def _change_own_modes(user: User, modes: str) -> None:
    before = set(user.modes)
    adding = True
    for letter in modes:
        if letter in "+-":
            adding = letter == "+"
        elif letter not in "iw":
            user.error(501)
        elif adding:
            user.modes.add(letter)
        else:
            user.modes.discard(letter)
    done = [("+", letter) for letter in sorted(user.modes - before)]
    done += [("-", letter) for letter in sorted(before - user.modes)]
    if done:
        user.link.send(f":{user.mask} MODE {user.nick} :{_signed(done)}")


def _change_modes(net: Net, user: User, channel: Channel, modes: str, arguments: list[str]) -> None:
    if modes.strip("+-") == "b" and not arguments:
        user.reply(368, channel.name, "Nobody is banned")  # many clients ask on joining
        return
    if not channel.is_op(user):
        user.error(482, channel.name)
        return
    left = arguments[:MOST_MODES]
    done: list[tuple[str, str]] = []
    nicks: list[str] = []
    sign = "+"
    for letter in modes:
        if letter in "+-":
            sign = letter
        elif letter in FLAGS:
            if _set(channel.flags, letter, sign):
                done.append((sign, letter))
        elif letter not in PREFIXES:
            user.error(472, letter)
        elif left:
            target = _member(net, user, channel, left.pop(0))
            if target and _set(channel.members[target], letter, sign):
                done.append((sign, letter))
                nicks.append(target.nick)
    if done:
        channel.send(f":{user.mask} MODE {' '.join([channel.name, _signed(done), *nicks])}")


def _member(net: Net, user: User, channel: Channel, nick: str) -> User | None:
    """Return the member of a channel who has a nick; where there is none, the user is told."""
    target = net.find(nick)
    if target is None:
        user.error(401, nick)
    elif target not in channel.members:
        user.error(441, target.nick, channel.name)
    else:
        return target
    return None


def _set(letters: set[str], letter: str, sign: str) -> bool:
    """Add or take away a letter and return whether that changed anything."""
    if (letter in letters) == (sign == "+"):
        return False
    letters.symmetric_difference_update(letter)
    return True


def _signed(done: Iterable[tuple[str, str]]) -> str:
    text, last = "", ""
    for sign, letter in done:
        text += letter if sign == last else sign + letter
        last = sign
    return text


@verb("NAMES")
def _names(net: Net, user: User, params: tuple[str, ...]) -> None:
    for name in params[0].split(",")[:MOST_TARGETS] if params else ["*"]:
        channel = net.channel(name)
        if channel:
            _show_names(user, channel)
        else:
            user.reply(366, name, "That is everyone")


def _show_names(user: User, channel: Channel) -> None:
    every = "multi-prefix" in user.caps
    room = LIMIT - len(f":{SERVER} 353 {user.nick} = {channel.name} :".encode("utf-8", "surrogateescape"))
    text = ""
    for member in channel.members:
        name = channel.prefix(member, every=every) + member.nick
        if len(text) + 1 + len(name) > room:
            user.reply(353, "=", channel.name, text)
            text = ""
        text += f" {name}" if text else name
    user.reply(353, "=", channel.name, text)
    user.reply(366, channel.name, "That is everyone")


@verb("LIST")
def _list(net: Net, user: User, params: tuple[str, ...]) -> None:
    wanted = {fold(name) for name in params[0].split(",")} if params and params[0] else net.channels.keys()
    for key, channel in net.channels.items():
        if key in wanted:
            user.reply(322, channel.name, str(len(channel.members)), channel.topic)
    user.reply(323, "That is all")
