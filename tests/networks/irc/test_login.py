"""Logging in: by SASL, by NickServ where that is all there is, and again when services are back."""

import asyncio
import base64
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.messages import Message
from ptgbot.networks.irc import IRCSettings
from ptgbot.networks.irc.sasl import CHUNK, chunks
from tests.live.certificates import Certificate, make_certificate
from tests.networks.irc.running import BRISK, SETTINGS, Running, actor, running
from tests.networks.irc.scripted import ISUPPORT, Peer, until

SECRET = "correct-horse"
SASL = replace(SETTINGS, sasl_user="botaccount", sasl_password=SECRET)
# What a test waits for in vain is not in a hurry.
PATIENT = replace(BRISK, sasl=30, services=30, capabilities=30)
PLAIN = base64.b64encode(f"\0botaccount\0{SECRET}".encode()).decode()


async def asked_for_login(run: Running, caps: str = "sasl=PLAIN", mechanism: str = "PLAIN") -> Peer:
    """Return the next client, which has asked to log in."""
    peer = await run.server.client()
    await peer.negotiate(caps=caps)
    assert await peer.line() == f"AUTHENTICATE {mechanism}"
    return peer


async def let_in(peer: Peer) -> None:
    """Let a client in whose login is over."""
    assert await peer.line() == "CAP END"
    peer.welcome("bot")
    assert await peer.line() == "JOIN #ptg"


def welcomed_back(peer: Peer) -> None:
    peer.numeric(900, "bot!~bot@host botaccount :You are now logged in as botaccount")
    peer.numeric(903, ":SASL authentication successful")


# SASL


@given(st.binary(max_size=2000))
def test_what_authenticate_carries_is_the_payload_in_lines_of_at_most_400_bytes(payload: bytes) -> None:
    lines = chunks(payload)
    assert base64.b64decode("".join(line for line in lines if line != "+")) == payload
    assert all(len(line) == CHUNK for line in lines[:-1])
    assert len(lines[-1]) < CHUNK


@pytest.mark.parametrize(
    ("length", "sizes"),
    [(0, ["+"]), (1, [4]), (297, [396]), (300, [400, "+"]), (301, [400, 4]), (600, [400, 400, "+"])],
)
def test_an_exact_multiple_of_400_bytes_is_followed_by_a_plus(length: int, sizes: list[int | str]) -> None:
    assert [line if line == "+" else len(line) for line in chunks(b"x" * length)] == sizes


async def test_the_bot_logs_in_before_it_is_registered_and_joins_then() -> None:
    async with running(replace(SASL, password="nickserv-password"), PATIENT) as run:
        peer = await asked_for_login(run, "sasl=PLAIN,EXTERNAL multi-prefix")
        peer.send("AUTHENTICATE +")
        assert await peer.line() == f"AUTHENTICATE {PLAIN}"
        welcomed_back(peer)
        await let_in(peer)


async def test_where_the_server_does_not_say_which_mechanisms_it_has_plain_is_tried() -> None:
    async with running(SASL, PATIENT) as run:
        peer = await asked_for_login(run, "sasl")
        peer.numeric(907, ":You have already authenticated using SASL")
        await let_in(peer)


@pytest.mark.parametrize("caps", [None, "", "multi-prefix", "sasl=EXTERNAL,SCRAM-SHA-256"])
async def test_without_sasl_on_the_server_the_bot_goes_on(caps: str | None, caplog: pytest.LogCaptureFixture) -> None:
    async with running(SASL, PATIENT) as run:
        peer = await run.server.client()
        await peer.register(caps=caps)
        assert await peer.line() == "JOIN #ptg"
        assert "the login by SASL was not offered; going on without" in caplog.text


@pytest.mark.parametrize(
    "answers",
    [
        [":irc.test 904 * :SASL authentication failed"],
        [":irc.test 902 * :You must use a nick assigned to you"],
        [":irc.test 905 * :SASL message too long"],
        [":irc.test 906 * :SASL authentication aborted"],
        [":irc.test 908 * EXTERNAL :are available SASL mechanisms", ":irc.test 904 * :failed"],
        [":irc.test 421 * AUTHENTICATE :Unknown command"],
        ["AUTHENTICATE Zm9v", ":irc.test 906 * :aborted"],
    ],
)
async def test_a_login_that_is_refused_is_not_tried_again_and_the_bot_goes_on(
    answers: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with running(SASL, replace(PATIENT, relogin=0.02)) as run:
        peer = await asked_for_login(run)
        peer.send(*answers)
        await peer.expect("CAP END")
        peer.welcome("bot")
        await peer.let_in()
        assert "the login by SASL was refused; going on without" in caplog.text
        await asyncio.sleep(0.1)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("SASL \x02authentication\x02 failed", "SASL authentication failed"),
        (f"wrong: {SECRET} {PLAIN}", "wrong: … …"),
        ("", "nothing more"),
    ],
)
async def test_a_refused_login_is_logged_with_the_settings_and_the_servers_words_but_no_secret(
    said: str, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(SASL, PATIENT) as run:
        peer = await asked_for_login(run)
        peer.numeric(904, f"* :{said}")
        await peer.expect("CAP END")
    told = [record.getMessage() for record in caplog.records if "refused the login" in record.getMessage()]
    assert told == [
        f"irc: the server refused the login by SASL PLAIN; check irc_sasl_user and irc_sasl_password. It says: {logged}"
    ]
    assert SECRET not in caplog.text
    assert PLAIN not in caplog.text


def test_channels_that_differ_in_case_alone_are_one_and_the_first_name_counts() -> None:
    assert replace(SETTINGS, channel=("#ptg", "#B[", "#PTG", "#b{", "#c")).channels == ("#ptg", "#B[", "#c")


async def test_a_login_that_is_not_answered_is_aborted() -> None:
    async with running(SASL, replace(PATIENT, sasl=0.05)) as run:
        peer = await asked_for_login(run)
        assert await peer.line() == "AUTHENTICATE *"
        peer.numeric(906, ":SASL authentication aborted")
        await let_in(peer)


async def test_a_password_of_any_length_arrives_whole() -> None:
    async with running(replace(SASL, sasl_password="ä" * 400), PATIENT) as run:
        peer = await asked_for_login(run)
        peer.send("AUTHENTICATE +")
        sent = [(await peer.line()).removeprefix("AUTHENTICATE ") for _ in range(3)]
        assert base64.b64decode("".join(sent)) == b"\0botaccount\0" + "ä".encode() * 400


@pytest.mark.parametrize("how", ["refused", "not offered"])
async def test_where_a_login_is_required_a_server_without_one_is_left_and_tried_again_later(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(replace(SASL, sasl_required=True), replace(PATIENT, retry=0.1, unwelcome=0.3)) as run:
        if how == "refused":
            peer = await asked_for_login(run)
            peer.numeric(904, ":SASL authentication failed")
        else:
            peer = await run.server.client()
            await peer.negotiate()
        assert await peer.expect("QUIT.*") == "QUIT :stopping"
        peer.close()
        began = time.perf_counter()
        peer = await asked_for_login(run)
        # A wrong password does not become right: that waits longer, or services would lock the account.
        assert time.perf_counter() - began >= (0.25 if how == "refused" else 0.05)
        welcomed_back(peer)
        await let_in(peer)
        assert f"the login by SASL was {how}, and irc_sasl_required is set while logging in by SASL" in caplog.text


# The client's certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def with_certificate(certificate: Certificate) -> IRCSettings:
    paths = {"ca_file": str(certificate.alone), "client_cert": str(certificate.both)}
    return replace(SETTINGS, server="localhost", tls=True, **paths)  # type: ignore[arg-type]  # each is text


@pytest.fixture
def tls(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate.alone)
    context.load_cert_chain(certificate.both)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_a_certificate_is_shown_without_sasl_too(with_certificate: IRCSettings, tls: ssl.SSLContext) -> None:
    async with running(with_certificate, PATIENT, tls=tls) as run:
        peer = await run.peer()
        shown = peer.writer.get_extra_info("peercert")
        assert shown["subject"] == ((("commonName", "localhost"),),)


async def test_with_a_certificate_the_bot_logs_in_by_it(with_certificate: IRCSettings, tls: ssl.SSLContext) -> None:
    async with running(with_certificate, PATIENT, tls=tls) as run:
        peer = await asked_for_login(run, "sasl=PLAIN,EXTERNAL", "EXTERNAL")
        peer.send("AUTHENTICATE +")
        assert await peer.line() == "AUTHENTICATE +"
        welcomed_back(peer)
        await let_in(peer)


async def test_a_certificate_that_services_do_not_know_is_followed_by_the_password(
    with_certificate: IRCSettings, tls: ssl.SSLContext
) -> None:
    settings = replace(with_certificate, sasl_user="botaccount", sasl_password=SECRET)
    async with running(settings, PATIENT, tls=tls) as run:
        peer = await asked_for_login(run, "sasl=PLAIN,EXTERNAL", "EXTERNAL")
        peer.send("AUTHENTICATE +")
        assert await peer.line() == "AUTHENTICATE +"
        peer.numeric(904, ":SASL authentication failed")
        assert await peer.line() == "AUTHENTICATE PLAIN"
        peer.send("AUTHENTICATE +")
        assert await peer.line() == f"AUTHENTICATE {PLAIN}"
        welcomed_back(peer)
        await let_in(peer)


async def test_where_only_plain_is_offered_the_certificate_is_not_tried(
    with_certificate: IRCSettings, tls: ssl.SSLContext
) -> None:
    settings = replace(with_certificate, sasl_user="botaccount", sasl_password=SECRET)
    async with running(settings, PATIENT, tls=tls) as run:
        await asked_for_login(run, "sasl=PLAIN", "PLAIN")


async def test_a_certificate_that_cannot_be_used_is_named_in_the_log(
    with_certificate: IRCSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "odd.pem").write_text("this is no certificate")
    async with running(replace(with_certificate, client_cert=str(tmp_path / "odd.pem"))):
        await until(lambda: "the client certificate cannot be used (" in caplog.text)


# NickServ


@pytest.mark.parametrize(
    "answer",
    [
        ":NickServ!s@services NOTICE bot :Password accepted -- you are now recognized.",
        ":NickServ!s@services NOTICE bot :\x02Invalid\x02 password for bot.",
        ":irc.test 900 bot bot!b@h bot :You are now logged in as bot",
        ":bot!b@h ACCOUNT bot",
        ":irc.test 401 bot NickServ :No such nick",
    ],
)
async def test_with_a_password_the_bot_joins_after_nickserv_answered(answer: str) -> None:
    async with running(replace(SETTINGS, password=SECRET), PATIENT) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY {SECRET}")
        peer.send(":NickServ!s@services NOTICE bot :This nickname is registered. Please identify.")
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"
        peer.send(answer)
        assert await peer.line() == "JOIN #ptg"
        assert run.heard == []


async def test_a_nickserv_that_does_not_answer_is_not_waited_for_long(caplog: pytest.LogCaptureFixture) -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(BRISK, services=0.05)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.let_in()
        assert "NickServ did not answer the login; going on without" in caplog.text


async def test_under_another_nick_the_bot_names_its_account() -> None:
    async with running(replace(SETTINGS, password=SECRET)) as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(":irc.test 433 * bot :in use")
        await peer.expect("NICK bot_")
        peer.welcome("bot_")
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY bot {SECRET}")


async def test_nickserv_is_asked_where_sasl_did_not_work() -> None:
    async with running(replace(SASL, password="other"), PATIENT) as run:
        peer = await asked_for_login(run)
        peer.numeric(904, ":SASL authentication failed")
        await peer.expect("CAP END")
        peer.welcome("bot")
        assert await peer.line() == "PRIVMSG NickServ :IDENTIFY other"
        peer.send(":NickServ!s@services NOTICE bot :You are now identified.")
        assert await peer.line() == "JOIN #ptg"


# Services that come and go


async def test_services_that_were_down_are_used_once_they_offer_a_login() -> None:
    async with running(SASL, PATIENT) as run:
        peer = await run.peer(caps="cap-notify multi-prefix")
        peer.send(":irc.test CAP bot NEW :sasl=PLAIN,EXTERNAL")
        assert await peer.line() == "CAP REQ :sasl"
        peer.send(":irc.test CAP bot ACK :sasl")
        assert await peer.line() == "AUTHENTICATE PLAIN"
        peer.send("AUTHENTICATE +")
        assert await peer.line() == f"AUTHENTICATE {PLAIN}"
        welcomed_back(peer)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


async def test_a_server_that_does_not_tell_what_it_has_by_now_is_asked_when_services_are_back() -> None:
    async with running(SASL, PATIENT) as run:
        peer = await run.peer(caps="cap-notify", isupport=f"{ISUPPORT} MONITOR=30")
        peer.send(":irc.test 730 bot :NickServ!services@services")
        assert await peer.line() == "CAP LS 302"
        peer.send(":irc.test CAP bot LS * :cap-notify", ":irc.test CAP bot LS :sasl=EXTERNAL,PLAIN")
        assert await peer.line() == "CAP REQ :sasl"
        peer.send(":irc.test CAP bot ACK :sasl")
        assert await peer.line() == "AUTHENTICATE PLAIN"
        welcomed_back(peer)


async def test_services_that_come_while_the_bot_registers_do_not_hold_that_up() -> None:
    async with running(SASL, PATIENT) as run:
        peer = await run.server.client()
        await peer.negotiate(caps="cap-notify")
        assert await peer.line() == "CAP END"
        peer.send(":irc.test CAP bot NEW :sasl=PLAIN")
        assert await peer.line() == "CAP REQ :sasl"
        peer.send(":irc.test CAP bot ACK :sasl")
        assert await peer.line() == "CAP END"
        peer.welcome("bot")
        await peer.expect("AUTHENTICATE PLAIN")


async def test_a_channel_for_people_with_accounts_is_joined_as_soon_as_the_bot_has_one() -> None:
    async with running(SASL, replace(PATIENT, rejoin=(30.0,))) as run:
        peer = await run.server.client()
        await peer.register(caps="cap-notify")
        await peer.expect("JOIN #ptg")
        peer.numeric(477, "#ptg :Cannot join channel (+r)")
        peer.send(":irc.test CAP bot NEW :sasl", ":irc.test CAP bot ACK :sasl")
        await peer.expect("AUTHENTICATE PLAIN")
        welcomed_back(peer)
        await peer.let_in()


async def test_services_that_do_not_answer_are_asked_from_time_to_time() -> None:
    async with running(SASL, replace(PATIENT, sasl=0.05, relogin=0.05)) as run:
        peer = await asked_for_login(run)
        await peer.expect("CAP END")
        peer.welcome("bot")
        await peer.let_in()
        await peer.expect("AUTHENTICATE PLAIN")
        assert await peer.expect("AUTHENTICATE .*") == "AUTHENTICATE *"
        await peer.expect("AUTHENTICATE PLAIN")
        welcomed_back(peer)
        await asyncio.sleep(0.2)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


@pytest.mark.parametrize(
    "back",
    [
        ":irc.test 730 bot :NickServ!s@services",
        ":NickServ!s@services NOTICE bot :This nickname is registered. Please identify.",
    ],
)
async def test_a_nickserv_that_is_back_is_asked_at_once(back: str) -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(PATIENT, relogin=30)) as run:
        peer = await run.server.client()
        await peer.register(isupport=f"{ISUPPORT} MONITOR=100")
        assert await peer.line() == "MONITOR + bot,NickServ"
        assert await peer.line() == f"PRIVMSG NickServ :IDENTIFY {SECRET}"
        peer.numeric(401, "NickServ :No such nick")
        await peer.let_in()
        peer.send(back)
        assert await peer.line() == f"PRIVMSG NickServ :IDENTIFY {SECRET}"


@pytest.mark.parametrize("out", [":irc.test 901 bot bot!b@h :You are now logged out", ":bot!b@h ACCOUNT *"])
async def test_logged_out_the_bot_says_so_and_logs_in_again(out: str, caplog: pytest.LogCaptureFixture) -> None:
    async with running(SASL, PATIENT) as run:
        peer = await asked_for_login(run)
        welcomed_back(peer)
        await let_in(peer)
        peer.joined()
        peer.send(out)
        assert await peer.line() == "AUTHENTICATE PLAIN"
        assert "logged out by the server" in caplog.text
        welcomed_back(peer)


async def test_a_password_that_nickserv_refused_is_not_tried_again_when_it_asks() -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(PATIENT, relogin=0.02)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("PRIVMSG NickServ .*")
        peer.send(":NickServ!s@services NOTICE bot :Password incorrect.")
        await peer.let_in()
        peer.send(*[":NickServ!s@services NOTICE bot :This nickname is registered. Please identify."] * 3)
        await asyncio.sleep(0.1)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


async def test_services_that_were_started_anew_are_asked_again_though_they_refused_before() -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(PATIENT, relogin=30)) as run:
        peer = await run.server.client()
        await peer.register(isupport=f"{ISUPPORT} MONITOR=100")
        await peer.expect("PRIVMSG NickServ .*")
        peer.send(":NickServ!s@services NOTICE bot :Password incorrect.")
        await peer.let_in()
        peer.send(":irc.test 730 bot :NickServ!s@services", "PING :settled")
        assert await peer.line() == "PONG :settled"
        peer.send(":irc.test 731 bot :NickServ", ":irc.test 730 bot :NickServ!s@services")
        assert await peer.line() == f"PRIVMSG NickServ :IDENTIFY {SECRET}"


async def test_services_that_log_the_bot_out_at_once_are_asked_ever_less_often() -> None:
    async with running(SASL, replace(PATIENT, login_pauses=(0.05, 0.1, 0.2))) as run:
        peer = await asked_for_login(run)
        welcomed_back(peer)
        await let_in(peer)
        times = []
        for _ in range(4):
            peer.numeric(901, "bot!b@h :You are now logged out")
            await peer.expect("AUTHENTICATE PLAIN")
            times.append(time.perf_counter())
            welcomed_back(peer)
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert [pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.2), strict=True)] == [True] * 3


# Secrets


@pytest.mark.parametrize(
    "speak",
    [lambda text: f":irc.test NOTICE * :{text}", lambda text: f":NickServ!s@h NOTICE bot :Invalid password {text}"],
)
async def test_no_password_is_in_a_line_of_the_log(
    speak: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = "battery-staple"
    async with running(replace(SASL, password=other), PATIENT) as run:
        peer = await asked_for_login(run)
        peer.send("AUTHENTICATE +")
        await peer.expect(f"AUTHENTICATE {PLAIN}")
        peer.numeric(904, ":SASL authentication failed")
        await peer.expect("CAP END")
        peer.welcome("bot")
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY {other}")
        # Services that repeat what we said, and an echo of it.
        peer.send(speak(other), f":bot!b@h PRIVMSG NickServ :IDENTIFY {other}")
        peer.send(":NickServ!s@services NOTICE bot :Password incorrect.")
        await peer.let_in()
        peer.close()
        await run.server.client()
    assert "connecting to" in caplog.text
    assert [secret for secret in (SECRET, other, PLAIN) if secret in caplog.text] == []


def test_no_password_is_in_a_representation_of_the_settings() -> None:
    given = replace(SASL, password="battery-staple")
    assert [secret for secret in (SECRET, "battery-staple") if secret in f"{given!r} {given}"] == []


async def test_what_nickserv_says_is_never_a_message() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.say("NickServ", "bot", "Please identify")
        peer.say("alice", "bot", "hello")
        assert await run.hears() == [Message("irc", actor("alice"), "hello")]
