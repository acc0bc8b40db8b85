"""Whatever somebody writes is a configuration or refused in words."""

import json
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from ptgbot.config import FIELDS, ConfigError, describe, load
from tests.configurations import ORIGINAL, SECRET, write

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYS = st.sampled_from([*FIELDS, *(f"{key}_file" for key in FIELDS), "event", "name", "timezone", "irc_nik"])
LIKELY = st.dictionaries(
    KEYS,
    st.sampled_from(
        [
            "mybot",
            6697,
            "#CHANNEL",
            "ptg.json",
            "~x/y",
            "/",
            "..",
            "#a,b",
            "[",
            '["#a"]',
            "\0",
            "é",
            "~",
            "UTC",
            "https://[x",
        ]
    )
    | st.text(string.printable)
    | ANY_JSON
    | st.dictionaries(KEYS, ANY_JSON),
)


def load_or_refuse(path: Path, environ: Mapping[str, str]) -> None:
    try:
        config, warnings = load(path, environ)
    except ConfigError as error:
        lines = error.problems or ["\a: no problem, but refused"]
    else:
        lines = [*warnings, *describe(config)]
    assert [line for line in lines if not line.isprintable() or SECRET in line] == []


properties: Callable[[Callable[..., None]], Callable[..., None]] = given_settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@properties
@given(LIKELY.map(json.dumps) | ANY_JSON.map(json.dumps) | LIKELY.map(lambda keys: json.dumps({**ORIGINAL, **keys})))
def test_any_json_is_a_configuration_or_refused(text: str) -> None:
    load_or_refuse(write(text), {})


@properties
@given(st.binary() | st.text('{}[]",:\\ \n0e-infatrulsN', max_size=30).map(str.encode))
def test_any_bytes_are_a_configuration_or_refused(content: bytes) -> None:
    load_or_refuse(write(content), {})


@properties
@given(
    st.dictionaries(
        KEYS.map(lambda key: "PTGBOT_" + key.upper().replace(".", "__")),
        st.text(st.characters(exclude_characters="\0", codec="utf-8")) | st.just("\udcff"),
    )
)
def test_any_environment_is_read_or_refused(environ: dict[str, str]) -> None:
    load_or_refuse(write(ORIGINAL), environ)
