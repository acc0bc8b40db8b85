"""What IRC commands do about people: who one is, who is there, what is said. Handlers get at least what they need."""

import re

from ptgbot.demo.ircchannels import CHANNEL_VERBS, FLAGS, MOST_CHANNELS, MOST_MODES, MOST_TARGETS
from ptgbot.demo.ircnet import HOST, SERVER, Net, User, Verbs, fold

__all__ = ["VERBS"]

VERBS = Verbs(CHANNEL_VERBS)
verb = VERBS.add

_CAPS = {"multi-prefix"}
_SUPPORTED = (
    f"CASEMAPPING=ascii CHANLIMIT=#:{MOST_CHANNELS} CHANMODES=,,,{FLAGS} CHANNELLEN=50 CHANTYPES=#"
    f" MODES={MOST_MODES} NETWORK=demo NICKLEN=30 PREFIX=(ov)@+ TARGMAX=NOTICE:{MOST_TARGETS},PRIVMSG:{MOST_TARGETS}"
)
_WELCOME = ("The IRC network of the demo. It lives on this machine only,", "and it goes when the demo ends.")
_NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,29}")


# --- who one is ---------------------------------------------------------------------------------------------------


@verb("CAP", needs=1, early=True)
def _cap(net: Net, user: User, params: tuple[str, ...]) -> None:
    action = params[0].upper()
    if action in {"LS", "REQ"} and not user.registered:
        user.negotiating = True  # the welcome waits for END
    if action in {"LS", "LIST"}:
        _answer_cap(user, action, " ".join(sorted(_CAPS if action == "LS" else user.caps)))
    elif action == "REQ":
        wanted = " ".join(params[1:]).split()
        known = {cap.removeprefix("-") for cap in wanted} <= _CAPS
        for cap in wanted if known else ():
            if cap.startswith("-"):
                user.caps.discard(cap[1:])
            else:
                user.caps.add(cap)
        _answer_cap(user, "ACK" if known else "NAK", " ".join(wanted))
    elif action == "END":
        user.negotiating = False
        _welcome(net, user)
    else:
        user.error(410, params[0])


def _answer_cap(user: User, action: str, text: str) -> None:
    user.link.send(f":{SERVER} CAP {user.nick or '*'} {action} :{text}")


@verb("PASS", early=True)
@verb("PONG", early=True)
def _nothing(_net: Net, _user: User, _params: tuple[str, ...]) -> None:
    """Accept what needs no answer: no password is asked for, and nobody is pinged."""


@verb("NICK", early=True)
def _nick(net: Net, user: User, params: tuple[str, ...]) -> None:
    nick = params[0] if params else ""
    if not nick:
        user.error(431)
    elif not _NICK.fullmatch(nick):
        user.error(432, nick)
    elif net.nicks.get(fold(nick), user) is not user:
        user.error(433, nick)
    elif nick != user.nick:
        line = f":{user.mask} NICK :{nick}"
        net.nicks.pop(fold(user.nick), None)
        net.nicks[fold(nick)] = user
        user.nick = nick
        if user.registered:
            for reader in (user, *net.neighbours(user)):
                reader.link.send(line)
        _welcome(net, user)


@verb("USER", needs=1, early=True)
def _user(net: Net, user: User, params: tuple[str, ...]) -> None:
    if user.registered:
        user.error(462)
        return
    user.name = "~" + (re.sub(r"[^A-Za-z0-9._-]", "", params[0])[:10] or "user")
    user.real = params[-1]
    _welcome(net, user)


def _welcome(net: Net, user: User) -> None:
    if user.registered or user.negotiating or not user.nick or not user.name:
        return
    user.registered = True
    user.reply(1, f"Welcome to the demo, {user.mask}")
    user.reply(2, f"This is {SERVER}, a part of ptgbot")
    user.reply(3, "It has been here since the demo began")
    user.reply(4, SERVER, "ptgbot", "iw", f"{FLAGS}ov", "ov")
    user.reply(5, *_SUPPORTED.split(), "are supported here")
    _lusers(net, user, ())
    _motd(net, user, ())


@verb("QUIT", early=True)
def _quit(net: Net, user: User, params: tuple[str, ...]) -> None:
    reason = "Quit: " + " ".join(params)
    net.drop(user, reason.removesuffix(": "))
    user.link.send("ERROR :Goodbye")
    user.link.close()


@verb("PING", early=True)
def _ping(_net: Net, user: User, params: tuple[str, ...]) -> None:
    if params:
        user.link.send(f":{SERVER} PONG {SERVER} :{params[0]}")
    else:
        user.error(409)


@verb("AWAY")
def _away(_net: Net, user: User, params: tuple[str, ...]) -> None:
    user.away = params[0] if params else ""
    if user.away:
        user.reply(306, "You are marked as away")
    else:
        user.reply(305, "You are no longer marked as away")


# --- what is said -------------------------------------------------------------------------------------------------


@verb("PRIVMSG")
def _privmsg(net: Net, user: User, params: tuple[str, ...]) -> None:
    if not params or not params[0]:
        user.error(411)
    elif len(params) < 2 or not params[1]:
        user.error(412)
    else:
        _say(net, user, "PRIVMSG", params)


@verb("NOTICE")
def _notice(net: Net, user: User, params: tuple[str, ...]) -> None:
    if len(params) > 1 and params[1]:
        _say(net, user, "NOTICE", params)


def _say(net: Net, user: User, command: str, params: tuple[str, ...]) -> None:
    answered = command == "PRIVMSG"  # the protocol forbids answers to a notice
    for name in params[0].split(",")[:MOST_TARGETS]:
        channel, target = net.channel(name), net.find(name)
        if channel and channel.may_speak(user):
            channel.send(f":{user.mask} {command} {channel.name} :{params[1]}", but=user)
        elif target:
            target.link.send(f":{user.mask} {command} {target.nick} :{params[1]}")
            if answered and target.away:
                user.reply(301, target.nick, target.away)
        elif answered and channel:
            user.error(404, channel.name)
        elif answered:
            user.error(401, name)


# --- who and what is there ----------------------------------------------------------------------------------------


@verb("WHO")
def _who(net: Net, user: User, params: tuple[str, ...]) -> None:
    mask = params[0] if params and params[0] else "*"
    channel, target = net.channel(mask), net.find(mask)
    for member in channel.members if channel else [target] if target else []:
        here = ("G" if member.away else "H") + (channel.prefix(member, every=True) if channel else "")
        where = channel.name if channel else "*"
        user.reply(352, where, member.name, HOST, SERVER, member.nick, here, f"0 {member.real}")
    user.reply(315, mask, "That is everyone")


@verb("WHOIS", needs=1)
def _whois(net: Net, user: User, params: tuple[str, ...]) -> None:
    nick = params[-1].split(",")[0]  # a server may stand before the nick
    target = net.find(nick)
    if target is None:
        user.error(401, nick)
    else:
        user.reply(311, target.nick, target.name, HOST, "*", target.real)
        if target.channels:
            shown = (channel.prefix(target, every=True) + channel.name for channel in target.channels.values())
            user.reply(319, target.nick, " ".join(shown))
        user.reply(312, target.nick, SERVER, "The IRC server of the demo")
        if target.away:
            user.reply(301, target.nick, target.away)
    user.reply(318, nick, "That is all")


@verb("ISON", needs=1)
def _ison(net: Net, user: User, params: tuple[str, ...]) -> None:
    found = (net.find(nick) for nick in " ".join(params).split())
    user.reply(303, " ".join(target.nick for target in found if target))


@verb("USERHOST", needs=1)
def _userhost(net: Net, user: User, params: tuple[str, ...]) -> None:
    found = (net.find(nick) for nick in " ".join(params).split()[:5])
    user.reply(302, " ".join(f"{t.nick}={'-' if t.away else '+'}{t.name}@{HOST}" for t in found if t))


@verb("LUSERS")
def _lusers(net: Net, user: User, _params: tuple[str, ...]) -> None:
    known = len(list(net.users()))
    user.reply(251, f"{known} on this network, on 1 server")
    user.reply(254, str(len(net.channels)), "channels")
    user.reply(255, f"{known} of them on this server")


@verb("MOTD")
def _motd(_net: Net, user: User, _params: tuple[str, ...]) -> None:
    user.reply(375, f"{SERVER} says:")
    for line in _WELCOME:
        user.reply(372, line)
    user.reply(376, "That is all")
