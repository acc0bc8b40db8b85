"""The command line: what it says, and with which status it ends."""

import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.live.certificates import make_certificate
from tests.program import ptgbot, write_config
from tests.talk import SAMPLE


def test_version_is_that_of_the_package(tmp_path: Path) -> None:
    done = ptgbot(tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ptgbot {version('ptgbot')}\n", "")


@pytest.mark.parametrize("arguments", [("config.json",), ("-d", "config.json"), ("check", "config.json")])
def test_a_wrong_configuration_is_told_key_by_key_and_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_config(tmp_path, irc_port="abc", irc_channel="ptg")
    done = ptgbot(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["irc_port", "irc_channel"]


def test_a_configuration_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    done = ptgbot(tmp_path, "config.json")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "config.json: there is no such file\n")


def test_check_says_what_the_bot_would_connect_to_and_touches_nothing(tmp_path: Path) -> None:
    write_config(tmp_path, irc_pass="hunter2", **{"event.name": "Sample", "event.timezone": "Europe/Berlin"})
    done = ptgbot(tmp_path, "check", "config.json")
    assert done.returncode == 0
    assert "IRC 127.0.0.1 port 6667 without TLS as ptgbot, channel #ptg" in done.stdout
    assert done.stdout.endswith("The configuration is good.\n")
    assert "hunter2" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_check_says_what_is_wrong_with_the_logo_and_with_the_templates(tmp_path: Path) -> None:
    (tmp_path / "logo.txt").write_text("no picture")
    own = tmp_path / "templates"
    (own / "board").mkdir(parents=True)
    (own / "board" / "now.html").write_text("<li>\n{{ trakc }}</li>")
    (own / "base.html").write_text("{% block main %}")
    write_config(tmp_path, site_logo=str(tmp_path / "logo.txt"), templates_dir=str(own))
    done = ptgbot(tmp_path, "check", "config.json")
    assert done.returncode == 2
    told = done.stderr.replace(".txt", "").replace(".html", "").splitlines()
    assert [line.partition(".")[0].partition(": it has")[0] for line in told] == [
        f"site_logo: {tmp_path}/logo is no picture that pages can show",
        f"templates_dir: {own}/base, line 1: Unexpected end of template",
        f"templates_dir: {own}/board/now, line 2: 'trakc' is undefined",
    ]


def test_check_warns_of_templates_that_take_the_place_of_nothing(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "now.html").write_text("<li>{{ track }}</li>")
    write_config(tmp_path, templates_dir=str(own))
    done = ptgbot(tmp_path, "check", "config.json")
    assert (done.returncode, done.stderr) == (
        0,
        (
            f"Warning: templates_dir: {own}/now.html takes the place of nothing, and no template uses it;"
            " did you mean board/now.html?\n"
        ),
    )


def test_the_site_is_published_in_the_events_own_look(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    own = tmp_path / "templates"
    (own / "static").mkdir(parents=True)
    (own / "static" / "crew.css").write_text("p {}")
    write_config(
        tmp_path,
        db_filename=str(tmp_path / "ptg.json"),
        site_logo=str(tmp_path / "logo.svg"),
        site_accent="teal",
        site_footer={"Conduct": "https://example.org/conduct"},
        templates_dir=str(own),
    )
    (tmp_path / "ptg.json").write_text(json.dumps(SAMPLE))
    assert ptgbot(tmp_path, "render", "config.json").returncode == 0
    page = (tmp_path / "html" / "ptg.html").read_text()
    assert '<img src="static/logo.svg?v=' in page
    assert 'style="--event-light:#00' in page
    assert 'href="https://example.org/conduct"' in page
    assert (tmp_path / "html" / "static" / "logo.svg").read_text() == '<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert (tmp_path / "html" / "static" / "crew.css").read_text() == "p {}"


def test_an_unknown_key_is_a_warning(tmp_path: Path) -> None:
    write_config(tmp_path, irc_chanel="#ptg")
    done = ptgbot(tmp_path, "check", "config.json")
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: irc_chanel")


def test_render_publishes_the_original_bots_file_and_keeps_it(tmp_path: Path) -> None:
    original = json.dumps({**SAMPLE, "subscriptions": {"ada": "nova"}})
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "ptg.json").write_text(original)
    write_config(tmp_path)
    done = ptgbot(tmp_path, "render", "config.json")
    assert (done.returncode, done.stdout) == (0, f"The site is in {tmp_path / 'html'}.\n")
    assert (tmp_path / "html-private" / "ptg.json.original").read_text() == original
    published = json.loads((tmp_path / "html" / "ptg.json").read_text())
    assert published["tracks"] == sorted(SAMPLE["tracks"])
    assert "subscriptions" not in published
    assert "nova" in (tmp_path / "html" / "ptg.html").read_text()


def test_import_works_before_the_first_start_and_says_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps({**SAMPLE, "urls": {"nova": "javascript:alert(1)"}}))
    write_config(tmp_path)
    done = ptgbot(tmp_path, "import", "config.json", "event.json")
    assert (done.returncode, done.stdout) == (
        0,
        "Note: urls: nova: no http or https address: javascript:alert(1); left out.\nevent.json is imported.\n",
    )
    assert (tmp_path / "event.json").exists()
    ptgbot(tmp_path, "render", "config.json")
    assert json.loads((tmp_path / "html" / "ptg.json").read_text())["eventid"] == "sample"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "it is no JSON: Expecting property name enclosed in double quotes, line 1 column 2"),
        ("[]", "it is no JSON object"),
        ('{"tracks": ["a b", "a-b"]}', "the tracks 'a b' and 'a-b' would both be 'a-b'"),
    ],
)
def test_an_import_that_is_wrong_says_why_and_ends_with_1(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "event.json").write_text(content)
    write_config(tmp_path)
    done = ptgbot(tmp_path, "import", "config.json", "event.json")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Nothing was imported:\n{problem}\n")


@pytest.mark.parametrize("option", ["--dry-run", "-n"])
def test_a_dry_run_says_what_an_import_would_change_and_leaves_no_trace(tmp_path: Path, option: str) -> None:
    write_config(tmp_path)
    (tmp_path / "event.csv").write_text("room,day,start,end,track\nHall,2026-11-23,09:00,10:00,C++\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = ptgbot(tmp_path, "import", option, "config.json", "event.csv")
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (
        0,
        [
            "+ 1 track: c",
            "+ 1 room: Hall",
            "+ 1 slot: Mon0900 (Mon 23 Nov 09:00-10:00)",
            "+ 1 booking: c in Hall-Mon0900",
            "Note: the track 'C++' is now 'c'.",
            "Nothing was changed.",
        ],
        "",
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_starts_from_what_is_in_the_store(tmp_path: Path) -> None:
    write_config(tmp_path)
    table = "room,day,start,end,track\nHall,2026-11-23,{},{},gardening\n"
    (tmp_path / "event.csv").write_text(table.format("09:00", "10:00"), encoding="utf-8")
    (tmp_path / "moved.csv").write_text(table.format("11:00", "12:00"), encoding="utf-8")
    assert ptgbot(tmp_path, "import", "config.json", "event.csv").returncode == 0
    same = ptgbot(tmp_path, "import", "-n", "config.json", "event.csv")
    assert same.stdout == "Everything in it is here already.\nNothing was changed.\n"
    moved = ptgbot(tmp_path, "import", "-n", "config.json", "moved.csv")
    assert "moved: gardening from Hall-Mon0900 to Hall-Mon1100\n" in moved.stdout


def test_an_import_of_a_file_that_is_not_there_ends_with_1(tmp_path: Path) -> None:
    write_config(tmp_path)
    done = ptgbot(tmp_path, "import", "config.json", "event.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "event.json" in done.stderr


def test_a_damaged_store_stops_the_start_and_is_left_as_it_is(tmp_path: Path) -> None:
    write_config(tmp_path)
    store = tmp_path / "html-private" / "ptg.json"
    store.parent.mkdir()
    store.write_text('{"ptgbot": {"1": {"schema": 1, "seq": 7')
    done = ptgbot(tmp_path, "config.json")
    assert done.returncode == 1
    assert str(store) in done.stderr
    assert store.read_text() == '{"ptgbot": {"1": {"schema": 1, "seq": 7'


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    write_config(tmp_path)
    done = ptgbot(tmp_path, "check", "config.json", PTGBOT_IRC_CHANNEL="#other", PTGBOT_EVENT__NAME="Other")
    assert done.returncode == 0
    assert "channel #other" in done.stdout
    assert "Other" in done.stdout


def test_check_finds_a_logging_file_that_is_none_and_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "log.ini").write_text("[loggers\n")
    (tmp_path / "file").touch()
    write_config(tmp_path, log_config="log.ini", site_dir="file/html", db_filename="ptg.json")
    done = ptgbot(tmp_path, "check", "config.json")
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["log_config", "site_dir"]


def test_a_misspelt_key_is_told_beside_the_one_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"irc_nik": "ptgbot", "irc_server": "x", "irc_channel": "#x"}')
    done = ptgbot(tmp_path, "check", "config.json")
    assert done.returncode == 2
    assert any(line.startswith("Warning: irc_nik") for line in done.stderr.splitlines())


def test_a_backup_is_restored_and_what_it_replaced_is_kept(tmp_path: Path) -> None:
    write_config(tmp_path, db_filename="ptg.json")
    for number, name in enumerate(("one", "two", "three"), 1):
        (tmp_path / f"{number}.json").write_text(json.dumps({"tracks": [name]}))
        assert ptgbot(tmp_path, "import", "config.json", f"{number}.json").returncode == 0
    done = ptgbot(tmp_path, "restore", "config.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ptg.json.1.bak, up to change c2, of ")
    assert done.stdout.endswith(f"What it replaced is in {tmp_path / 'ptg.json.replaced-1'}.\n")
    assert ptgbot(tmp_path, "render", "config.json").returncode == 0
    assert json.loads((tmp_path / "html" / "ptg.json").read_text())["tracks"] == ["two"]
    refused = ptgbot(tmp_path, "restore", "config.json", "9")
    assert refused.returncode == 1
    assert "There is no backup 9" in refused.stderr


def test_check_says_where_the_program_of_the_publish_command_is_not_there(tmp_path: Path) -> None:
    write_config(tmp_path, publish_command="rsink -a {site} elsewhere:")
    done = ptgbot(tmp_path, "check", "config.json")
    assert (done.returncode, done.stderr) == (
        2,
        "publish_command: there is no program rsink here that can be run\n",
    )
    write_config(tmp_path, publish_command="sh -c 'exit 1'")
    assert ptgbot(tmp_path, "check", "config.json").returncode == 0


def test_check_says_what_is_wrong_with_certificates_without_showing_them(tmp_path: Path) -> None:
    one, other = make_certificate(tmp_path, "one"), make_certificate(tmp_path, "other")
    certificate, key = one.alone.read_text(), (tmp_path / "one.key").read_text()
    lock = ["openssl", "pkey", "-aes256", "-passout", "pass:secret"]
    locked = subprocess.run(lock, input=key, check=True, capture_output=True, text=True).stdout
    cut = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    none = "holds no certificate (PEM)"
    cases = [
        ("irc_client_cert", "just-a-name\n", none),
        ("irc_client_cert", key, none),
        ("irc_client_cert", certificate, "holds no private key (PEM); certificate and key go into this one file"),
        (
            "irc_client_cert",
            other.alone.read_text() + key,
            "holds a certificate and a key that do not belong together; the bot's own certificate comes first",
        ),
        (
            "irc_client_cert",
            certificate + locked,
            "holds a key with a password, which the bot cannot type; give it the key without one",
        ),
        (
            "irc_client_cert",
            cut + key,
            "holds a certificate or a key that is damaged or of a kind that is not supported",
        ),
        ("irc_ca_file", "just-a-name\n", none),
        ("irc_ca_file", cut, "holds a certificate that is damaged"),
    ]
    file = tmp_path / "file.pem"
    for setting, content, wrong in cases:
        file.write_text(content)
        write_config(tmp_path, irc_tls=True, **{setting: "file.pem"})
        done = ptgbot(tmp_path, "check", "config.json")
        assert (done.returncode, done.stderr) == (2, f"{setting}: '{file}' {wrong}\n")
    write_config(tmp_path, irc_tls=True, irc_client_cert="one.pem", irc_ca_file="other.cert")
    assert ptgbot(tmp_path, "check", "config.json").returncode == 0
