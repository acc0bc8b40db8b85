"""Where values come from: a JSON file, the environment, and files that one of them names."""

import json
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ptgbot.config import FIELDS, ConfigError, describe, load
from ptgbot.core.clock import Event
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write

ROOT = Path(__file__).parent.parent.parent


def test_nothing_is_made_by_reading_a_configuration(tmp_path: Path) -> None:
    loaded({"db_filename": "new/ptg.json", "site_dir": "other/html"})

    assert sorted(tmp_path.iterdir()) == [tmp_path / "etc"]


def test_null_for_a_section_is_as_if_it_were_left_out() -> None:
    assert loaded({"event": None}).event == Event()


@pytest.mark.parametrize(
    "event",
    [
        {"event": {"name": "Harbor", "timezone": "Europe/Berlin"}},
        {"event.name": "Harbor", "event.timezone": "Europe/Berlin"},
        {"event": {"name": "Harbor"}, "event.timezone": "Europe/Berlin"},
    ],
)
def test_a_dot_means_nesting(event: dict[str, object]) -> None:
    assert loaded(event).event == Event("Harbor", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"irc_port": 1, "irc_port": 2}', ["irc_port: is given twice"]),
        ('{"event.name": "A", "event": {"name": "B"}}', ["event.name: is given twice"]),
        ('{"event": {"name": "A"}, "event": {"timezone": "UTC"}}', ["event: is given twice"]),
        ('{"event": {"name": "A", "name": "A"}}', ["event.name: is given twice"]),
        ('{"event": 5}', ["event: must be an object, and is 5"]),
        ('{"event": []}', ["event: must be an object, and is a list"]),
    ],
)
def test_keys_that_contradict_each_other_are_refused(text: str, said: list[str]) -> None:
    others = {key: value for key, value in ORIGINAL.items() if key != "irc_port"}

    assert problems(f"{text[:-1]}, {json.dumps(others)[1:]}") == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1, column 1: this is not JSON: Expecting value"),
        ('{\n  "irc_nick" "mybot"\n}', "line 2, column 14: this is not JSON: Expecting ':' delimiter"),
        ("[]", "must hold a JSON object, {…}, and holds something else"),
        (json.dumps(SECRET), "must hold a JSON object, {…}, and holds something else"),
        ('{"irc_port": NaN}', "holds NaN, which is not JSON"),
        ('{"irc_port": -Infinity}', "holds -Infinity, which is not JSON"),
        ('{"irc_port": ' + "1" * 5000 + "}", "holds a number of 5000 digits"),
        ("[" * 200_000, "is nested too deeply"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark: save it as UTF-8 without one"),
        (b'{\n"irc_pass": "\xff"}', "is not UTF-8 (line 2)"),
        (b" " * (1024 * 1024 + 1), "is longer than 1048576 bytes"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_the_place(content: str | bytes, said: str) -> None:
    assert problems(content) == [f"config.json: {said}"]


def test_a_configuration_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    said = []
    for name in ("none.json", "", "loop"):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, {})
        said += caught.value.problems

    assert said == [
        f"{tmp_path}/none.json: there is no such file",
        f"{tmp_path}: is a folder, not a file",
        f"{tmp_path}/loop: cannot be read: Too many levels of symbolic links",
    ]


def test_a_key_that_is_no_setting_is_a_warning_with_the_setting_that_was_meant() -> None:
    path = write({**ORIGINAL, "irc_nik": SECRET, "IRC_PORT": 6667, "xmpp": {"a": {"b": 1}}, "event": {"nam": "X"}})
    _, warnings = load(path, {"PTGBOT_IRC_PASS_FIL": SECRET, "PTGBOT_XYZZY": SECRET, "OTHER": "1"})

    assert warnings == [
        "irc_nik: is not a setting, and ignored; did you mean irc_nick?",
        "IRC_PORT: is not a setting, and ignored; did you mean irc_port?",
        "xmpp: is not a setting, and ignored",
        "event.nam: is not a setting, and ignored; did you mean event.name?",
        "PTGBOT_IRC_PASS_FIL: is not a setting, and ignored; did you mean PTGBOT_IRC_PASS_FILE?",
        "PTGBOT_XYZZY: is not a setting, and ignored",
    ]


@pytest.mark.parametrize(
    ("environ", "read", "source"),
    [
        ({}, "from config.json", "CONFIG"),
        ({"PTGBOT_EVENT__NAME_FILE": "named.txt"}, "from a file", "HERE/named.txt (PTGBOT_EVENT__NAME_FILE)"),
        (
            {"PTGBOT_EVENT__NAME_FILE": "nowhere", "PTGBOT_EVENT__NAME": "from a variable"},
            "from a variable",
            "PTGBOT_EVENT__NAME",
        ),
    ],
)
def test_the_environment_goes_before_a_named_file_and_that_before_the_configuration(
    environ: dict[str, str], read: str, source: str, tmp_path: Path
) -> None:
    write("from a file\n", "named.txt")
    path = write({**ORIGINAL, "event.name": "from config.json"})
    config, _ = load(path, environ)

    assert config.event_name == read
    assert config.sources["event.name"] == source.replace("HERE", str(tmp_path)).replace("CONFIG", str(path))


def test_a_variable_goes_before_a_key_where_both_name_a_file(tmp_path: Path) -> None:
    write("1111", "by-key")
    write("2222", "by-variable")
    keys = {"irc_port_file": "by-key", "irc_port": 3333, "irc_pass": ""}

    assert loaded(keys).irc_port == 1111
    assert loaded(keys, {"PTGBOT_IRC_PORT_FILE": str(tmp_path / "by-variable")}).irc_port == 2222


@pytest.mark.parametrize(
    ("content", "read"),
    [(SECRET, SECRET), (f"{SECRET}\n", SECRET), (f"{SECRET}\r\n", SECRET), (f" {SECRET} \n", f" {SECRET} ")],
)
def test_one_newline_at_the_end_of_a_named_file_is_dropped(content: str, read: str) -> None:
    write(content.encode(), "pass.txt")

    assert loaded({"irc_pass_file": "pass.txt"}).irc_pass.get_secret_value() == read
    write(f"{content}\n\n".encode(), "pass.txt")
    assert problems({**ORIGINAL, "irc_pass_file": "pass.txt"}) == [
        "irc_pass: holds a line break or another control character"
    ]


def test_a_key_that_ends_in_file_of_itself_is_not_taken_for_a_named_file(tmp_path: Path) -> None:
    write("CERTIFICATES", "ca.pem")
    write(str(tmp_path / "ca.pem"), "where.txt")

    assert loaded({"irc_ca_file": "ca.pem"}).irc_ca_file == tmp_path / "ca.pem"
    assert loaded({}, {"PTGBOT_IRC_CA_FILE": "ca.pem"}).irc_ca_file == tmp_path / "ca.pem"
    assert loaded({}, {"PTGBOT_IRC_CA_FILE_FILE": "where.txt"}).irc_ca_file == tmp_path / "ca.pem"
    assert [key for key in FIELDS if key.removesuffix("_file") in FIELDS and key.endswith("_file")] == []


def test_a_named_file_that_cannot_be_read_is_one_problem_and_not_a_missing_key_too(tmp_path: Path) -> None:
    write(b"\xff", "bytes")
    without = {key: value for key, value in ORIGINAL.items() if key != "irc_nick"}

    assert problems(
        {**without, "irc_nick_file": "bytes", "irc_port_file": 5, "irc_server_file": "etc"},
        {
            "PTGBOT_IRC_PASS_FILE": "./none",
            "PTGBOT_SITE_URL_FILE": "",
        },
    ) == [
        "irc_nick_file: is not UTF-8 (line 1)",
        "irc_port_file: must be text in quotes, and is 5",
        f"irc_server_file: '{tmp_path}/etc' is a folder, not a file",
        f"PTGBOT_IRC_PASS_FILE: there is no file '{tmp_path}/none'",
        "PTGBOT_SITE_URL_FILE: names no file",
    ]


def test_bytes_in_the_environment_that_are_no_text_are_refused() -> None:
    assert problems(ORIGINAL, {"PTGBOT_EVENT__NAME": b"\xff".decode(errors="surrogateescape")}) == [
        "event.name: is not UTF-8"
    ]


def test_no_text_about_a_configuration_shows_the_secret() -> None:
    config = loaded()
    wrong = {**ORIGINAL, "irc_pass": [SECRET], "irc_port": 0}

    assert SECRET not in repr(config) + str(config) + str(config.model_dump()) + "".join(describe(config))
    assert SECRET not in "".join(problems(wrong))
    assert SECRET not in "".join(problems({**ORIGINAL, "irc_port": 0}, {"PTGBOT_IRC_PASS": f"{SECRET}\0"}))
    for named in (SECRET, f"/{SECRET}"):
        said = problems({**ORIGINAL, "irc_pass_file": named})
        assert said == [
            f"irc_pass_file: {'names no file that can be read' if named == SECRET else f'there is no file {named!r}'}"
        ]
    with pytest.raises(ConfigError) as caught:
        load(write(json.dumps(ORIGINAL)[:-1]), {})
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None  # nothing that a traceback would show


def test_reading_a_configuration_loads_no_network() -> None:
    program = (
        "import sys, ptgbot.config;"
        "print(*{name.split('.')[0] for name in sys.modules} & {'aiohttp', 'irc', 'mastodon', 'slack_sdk', 'tweepy'})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "\n"
