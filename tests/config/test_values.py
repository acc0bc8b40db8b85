"""How single settings are read."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from ptgbot.config import load
from tests.configurations import ORIGINAL, SECRET, loaded, problems, write

WRONG = [
    ("irc_nick", 5, "must be text in quotes, and is 5"),
    ("publish_command", "rsync 'a b", "cannot be taken apart as a command: no closing quotation"),
    ("publish_command", "'' x", "names no program"),
    ("irc_pass", 5, "must be text in quotes"),
    ("irc_pass", f"{SECRET}\nQUIT", "holds a line break or another control character"),
    ("irc_port", True, "true is not a number between 1 and 65535"),
    ("irc_port", 0, "0 is not a number between 1 and 65535"),
    ("irc_port", 65536, "65536 is not a number between 1 and 65535"),
    ("irc_port", 6697.5, "6697.5 is not a number between 1 and 65535"),
    ("irc_port", [6697], "a list is not a number between 1 and 65535"),
    ("irc_port", "６６９７", "'６６９７' is not a number between 1 and 65535"),
    ("irc_server", "", "is empty"),
    ("irc_server", " , ,", "is empty"),
    ("irc_server", {"host": "x"}, "must be text in quotes or a list of such, and is an object"),
    ("irc_server", ["irc.oftc.net", 5], "must be text in quotes, and is 5"),
    ("irc_server", "irc.oftc.net:6697", "'irc.oftc.net:6697' is not a host name; the port goes into irc_port"),
    ("irc_server", "irc..net", "'irc..net' is not a host name; the port goes into irc_port"),
    ("irc_server", "https://irc.net", "'https://irc.net' is not a host name; the port goes into irc_port"),
    ("irc_channel", "ptg", "'ptg' is not a channel: it begins with # (or &, + or !) and holds no blank, comma or :"),
    ("irc_channel", "#", "'#' is not a channel: it begins with # (or &, + or !) and holds no blank, comma or :"),
    (
        "irc_channel",
        ["#a b"],
        "'#a b' is not a channel: it begins with # (or &, + or !) and holds no blank, comma or :",
    ),
    ("irc_channel", "#a\r\nQUIT", "holds a line break or another control character"),
    ("irc_tls", "maybe", "'maybe' is neither true nor false"),
    ("irc_tls", 1, "1 is neither true nor false"),
    ("irc_ca_file", "ca.pem", "there is no file 'HERE/ca.pem'"),
    ("log_config", "etc", "'HERE/etc' is a folder, not a file"),
    ("db_filename", "", "is empty"),
    ("db_filename", "etc", "'HERE/etc' is a folder, not a file"),
    ("db_filename", "a\0b", "holds a line break or another control character"),
    (
        "db_filename",
        "~nobody-of-this-name/ptg.json",
        "'~nobody-of-this-name/ptg.json' names no home folder or no current folder",
    ),
    ("site_dir", "page", "'HERE/page' is a file, not a folder"),
    ("site_dir", "  ", "is empty"),
    ("event.name", "a\tb", "holds a line break or another control character"),
    ("event.name", "\ud800", "is not UTF-8"),
    ("event.timezone", "europe/berlin", "'europe/berlin' is not an IANA time zone; did you mean Europe/Berlin?"),
    ("event.timezone", "CEST", "'CEST' is not an IANA time zone, such as Europe/Berlin or UTC"),
    ("event.timezone", "../../etc/passwd", "'../../etc/passwd' is not an IANA time zone, such as Europe/Berlin or UTC"),
    ("event.timezone", "Europe", "'Europe' is not an IANA time zone, such as Europe/Berlin or UTC"),
    ("event.first_day", 20261019, "20261019 is not a date such as 2026-10-19"),
    ("event.first_day", "2026-02-30", "'2026-02-30' is not a date such as 2026-10-19"),
    ("event.first_day", "2026-W43-1", "'2026-W43-1' is not a date such as 2026-10-19"),
    ("fetch_private", "ja", "'ja' is neither true nor false"),
    *(
        ("site_url", address, "must be an address such as https://ptg.example.org, without user, query or fragment")
        for address in (
            "ptg.example.org",
            "ftp://ptg.example.org",
            "javascript:alert(1)",
            f"https://me:{SECRET}@example.org",
            "https://example.org/?a=b",
            "https://example.org/#a",
            "https://exam ple.org",
            'https://example.org/"><script>',
            "https://[::1",
            "https://example.org:99999",
            "https://",
        )
    ),
    (
        "site_accent",
        "color(display-p3 1 0 0)",
        "'color(display-p3 1 0 0)' is not a colour such as #1f6feb, teal or oklch(60% 0.15 240)",
    ),
    *(
        (
            "site_footer",
            {"Crew": address},
            (
                "'Crew' does not lead to an address such as https://example.org/privacy,"
                " mailto:crew@example.org or static/conduct.pdf"
            ),
        )
        for address in ("", "javascript:alert(1)", "//example.org", "mailto:crew", "a b", '"x', "ftp://example.org")
    ),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_value_is_refused_in_plain_words(key: str, value: object, said: str, tmp_path: Path) -> None:
    (tmp_path / "page").touch()
    said = said.replace("HERE", str(tmp_path))

    assert problems({**ORIGINAL, key: value}) == [f"{key}: {said}"]


RIGHT: list[tuple[str, object, str, object]] = [
    ("irc_nick", "[bot]^_`{|}\\-9", "irc_nick", "[bot]^_`{|}\\-9"),
    ("irc_pass", " blanks are part of it ", "irc_pass", SecretStr(" blanks are part of it ")),
    ("irc_pass", None, "irc_pass", SecretStr("")),
    ("irc_port", "6667", "irc_port", 6667),
    ("irc_server", "a.example, b.example,", "irc_servers", ("a.example", "b.example")),
    ("irc_server", ["a.example", "::1", "a.example"], "irc_servers", ("a.example", "::1")),
    ("irc_server", '["a.example", "127.0.0.1"]', "irc_servers", ("a.example", "127.0.0.1")),
    ("irc_server", "bücher.example", "irc_servers", ("bücher.example",)),
    ("irc_channel", "#a,&b, +c", "irc_channels", ("#a", "&b", "+c")),
    ("irc_channel", ["!d"], "irc_channels", ("!d",)),
    ("irc_channel", ["#Ptg", "#b[", "#PTG", "#B{"], "irc_channels", ("#Ptg", "#b[")),
    ("irc_tls", "no", "irc_tls", False),
    ("irc_ca_file", "", "irc_ca_file", None),
    ("site_url", "https://ptg.example.org:8443/a/b//", "site_url", "https://ptg.example.org:8443/a/b"),
    ("site_url", "http://[::1]:8000/", "site_url", "http://[::1]:8000"),
    ("event.name", " Harbor 2027 ", "event_name", "Harbor 2027"),
    ("event.first_day", "2027-03-16", "event_first_day", date(2027, 3, 16)),
    ("event.first_day", "", "event_first_day", None),
    ("event.timezone", "America/Los_Angeles", "event_timezone", ZoneInfo("America/Los_Angeles")),
    ("fetch_private", True, "fetch_private", True),
    ("site_accent", "oklch(60% 0.15 240)", "site_accent", "oklch(60% 0.15 240)"),
    *(
        ("site_footer", {"Crew": address}, "site_footer", (("Crew", address),))
        for address in (
            "mailto:crew@example.org?subject=Hi",
            "static/conduct.pdf",
            "/privacy",
            "../x#a",
            "HTTPS://e.org",
        )
    ),
]


@pytest.mark.parametrize(("key", "value", "name", "read"), RIGHT)
def test_a_value_is_read_in_each_of_its_forms(key: str, value: object, name: str, read: object) -> None:
    config, _ = load(write({**ORIGINAL, key: value}), {})

    assert getattr(config, name) == read


@pytest.mark.parametrize(("port", "tls"), [(6697, True), (6667, False), (6670, False)])
def test_tls_goes_with_port_6697_where_nobody_says_otherwise(port: int, tls: bool) -> None:
    assert loaded({"irc_pass": "", "irc_port": port}).irc_tls is tls
    assert loaded({"irc_port": port, "irc_tls": True}).irc_tls is True


def test_paths_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert loaded({"db_filename": "~/ptg.json"}).db_filename == tmp_path / "home" / "ptg.json"
