from tests.demo.raw_client import Join


async def test_the_first_in_a_channel_is_its_operator(join: Join) -> None:
    ann, bob = await join("ann", ""), await join("bob", "")
    assert await ann.say("JOIN #Demo") == [
        ":ann!~ann@localhost JOIN #Demo",
        ":ptgbot.demo 353 ann = #Demo :@ann",
        ":ptgbot.demo 366 ann #Demo :That is everyone",
    ]
    await ann.say("TOPIC #demo :what is on")
    assert await bob.say("JOIN #demo", "JOIN #demo") == [
        ":bob!~bob@localhost JOIN #Demo",
        ":ptgbot.demo 332 bob #Demo :what is on",
        ":ptgbot.demo 353 bob = #Demo :@ann bob",
        ":ptgbot.demo 366 bob #Demo :That is everyone",
    ]
    assert await ann.heard() == [":bob!~bob@localhost JOIN #Demo"]


async def test_a_channel_that_cannot_be_is_refused(join: Join) -> None:
    ann = await join("ann", "")
    assert await ann.say("JOIN demo,#", f"JOIN #{'x' * 50}", f"JOIN #{'ä' * 25}") == [
        ":ptgbot.demo 403 ann demo :There is no such channel",
        ":ptgbot.demo 403 ann # :There is no such channel",
        f":ptgbot.demo 403 ann #{'x' * 50} :There is no such channel",
        f":ptgbot.demo 403 ann #{'ä' * 25} :There is no such channel",
    ]


async def test_nobody_is_in_more_than_twenty(join: Join) -> None:
    ann = await join("ann", "")
    await ann.say("JOIN " + ",".join(f"#{number}" for number in range(20)))
    assert await ann.say("JOIN #20") == [":ptgbot.demo 405 ann #20 :You are in as many channels as one can be"]
    left = await ann.say("JOIN 0")
    assert left == [f":ann!~ann@localhost PART #{number}" for number in range(20)]


async def test_whoever_parts_is_out_and_an_empty_channel_starts_anew(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    assert await ann.say("PART #demo :good bye", "PART #demo", "PART #none", "PRIVMSG #demo :hello?") == [
        ":ann!~ann@localhost PART #demo :good bye",
        ":ptgbot.demo 442 ann #demo :You are not in that channel",
        ":ptgbot.demo 403 ann #none :There is no such channel",
        ":ptgbot.demo 404 ann #demo :You cannot speak in that channel",
    ]
    assert await bob.say("PART #demo") == [
        ":ann!~ann@localhost PART #demo :good bye",
        ":bob!~bob@localhost PART #demo",
    ]
    assert (await bob.say("JOIN #demo"))[1] == ":ptgbot.demo 353 bob = #demo :@bob"


async def test_an_operator_gives_and_takes_ranks(join: Join) -> None:
    ann, bob, eve = await join("ann"), await join("bob"), await join("eve")
    assert await ann.say("MODE #demo +ov-o+v BOB eve ann ann", "MODE #demo +o ann") == [
        ":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann",
        ":ptgbot.demo 482 ann #demo :You are not an operator of that channel",
    ]
    assert await eve.heard() == [":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann"]
    assert await bob.say("NAMES #DEMO", "MODE #demo +o bob", "MODE #demo +v-v ann eve") == [
        ":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann",
        ":ptgbot.demo 353 bob = #demo :+ann @bob +eve",
        ":ptgbot.demo 366 bob #demo :That is everyone",
        ":bob!~bob@localhost MODE #demo -v eve",
    ]


async def test_modes_that_cannot_be_set_are_refused_one_by_one(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    await join("eve", "")
    assert await ann.say("MODE #demo +ovkom nobody eve bob", "MODE #none +m", "MODE #demo +o") == [
        ":ptgbot.demo 401 ann nobody :Nobody has that nick, and no channel that name",
        ":ptgbot.demo 441 ann eve #demo :They are not in that channel",
        ":ptgbot.demo 472 ann k :There is no such mode",
        ":ann!~ann@localhost MODE #demo +om bob",
        ":ptgbot.demo 403 ann #none :There is no such channel",
    ]
    assert await bob.say("MODE #demo", "MODE #demo b", "MODE #demo -n") == [
        ":ann!~ann@localhost MODE #demo +om bob",
        ":ptgbot.demo 324 bob #demo :+mnt",
        ":ptgbot.demo 368 bob #demo :Nobody is banned",
        ":bob!~bob@localhost MODE #demo -n",
    ]


async def test_one_line_changes_the_ranks_of_six_at_most(join: Join) -> None:
    nicks = [f"n{number}" for number in range(7)]
    clients = [await join(nick) for nick in nicks]
    assert await clients[0].say(f"MODE #demo +vvvvvvv {' '.join(nicks)}") == [
        ":n0!~n0@localhost MODE #demo +vvvvvv n0 n1 n2 n3 n4 n5"
    ]


async def test_a_moderated_channel_hears_only_voice_and_op(join: Join) -> None:
    ann, bob, eve = await join("ann"), await join("bob"), await join("eve", "")
    await ann.say("MODE #demo +m")
    await bob.heard()
    refused = "404 {} #demo :You cannot speak in that channel"
    assert await bob.say("PRIVMSG #demo :mute") == [f":ptgbot.demo {refused.format('bob')}"]
    await ann.say("MODE #demo +v bob")
    assert await bob.say("PRIVMSG #demo :voiced") == [":ann!~ann@localhost MODE #demo +v bob"]
    assert await ann.say("MODE #demo -nm") == [
        ":bob!~bob@localhost PRIVMSG #demo :voiced",
        ":ann!~ann@localhost MODE #demo -nm",
    ]
    assert await eve.say("PRIVMSG #demo :from outside") == []
    assert await ann.say("MODE #demo +n") == [
        ":eve!~eve@localhost PRIVMSG #demo :from outside",
        ":ann!~ann@localhost MODE #demo +n",
    ]
    assert await eve.say("PRIVMSG #demo :from outside") == [f":ptgbot.demo {refused.format('eve')}"]


async def test_the_topic_is_the_operators_unless_the_channel_says_otherwise(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    assert await bob.say("TOPIC #demo", "TOPIC #demo :mine", "TOPIC #none") == [
        ":ptgbot.demo 331 bob #demo :There is no topic",
        ":ptgbot.demo 482 bob #demo :You are not an operator of that channel",
        ":ptgbot.demo 403 bob #none :There is no such channel",
    ]
    await ann.say("MODE #demo -t")
    assert await bob.say("TOPIC #demo :ours", "TOPIC #demo", "TOPIC #demo :") == [
        ":ann!~ann@localhost MODE #demo -t",
        ":bob!~bob@localhost TOPIC #demo :ours",
        ":ptgbot.demo 332 bob #demo :ours",
        ":bob!~bob@localhost TOPIC #demo :",
    ]


async def test_an_operator_kicks_and_nobody_else_does(join: Join) -> None:
    ann, bob = await join("ann"), await join("bob")
    eve = await join("eve", "")
    assert await bob.say("KICK #demo ann", "KICK #demo") == [
        ":ptgbot.demo 482 bob #demo :You are not an operator of that channel",
        ":ptgbot.demo 461 bob KICK :There is something missing",
    ]
    assert await eve.say("KICK #demo ann") == [":ptgbot.demo 442 eve #demo :You are not in that channel"]
    assert await ann.say("KICK #demo eve,nobody,BOB :enough", "KICK #demo ann", "NAMES #demo") == [
        ":ptgbot.demo 441 ann eve #demo :They are not in that channel",
        ":ptgbot.demo 401 ann nobody :Nobody has that nick, and no channel that name",
        ":ann!~ann@localhost KICK #demo bob :enough",
        ":ann!~ann@localhost KICK #demo ann :ann",
        ":ptgbot.demo 366 ann #demo :That is everyone",
    ]
    assert await bob.heard() == [":ann!~ann@localhost KICK #demo bob :enough"]


async def test_names_go_over_several_lines_when_they_are_many(join: Join) -> None:
    ann = await join("ann")
    nicks = [f"{'x' * 25}{number:02}" for number in range(20)]
    for nick in nicks:
        await join(nick)
    lines = await ann.say("NAMES #demo", "NAMES")
    listed = [line.partition(" :")[2].split() for line in lines if " 353 " in line]
    assert [len(line) <= 510 for line in lines] == [True] * len(lines)
    assert (len(listed), [nick for line in listed for nick in line]) == (2, ["@ann", *nicks])
    assert lines[-1] == ":ptgbot.demo 366 ann * :That is everyone"


async def test_all_ranks_are_named_to_whoever_asked_for_multi_prefix(join: Join) -> None:
    ann = await join("ann")
    assert (await ann.say("MODE #demo +v ann", "NAMES #demo"))[1] == ":ptgbot.demo 353 ann = #demo :@ann"
    assert (await ann.say("CAP REQ multi-prefix", "NAMES #demo"))[1] == ":ptgbot.demo 353 ann = #demo :@+ann"
