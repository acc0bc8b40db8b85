"""Who may import whom: the arrows of docs/architecture.md go one way."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "ptgbot"

# A feature knows the models of those before it.
FEATURES = (
    "people",
    "linking",
    "schedule",
    "topics",
    "bulletins",
    "presence",
    "motd",
    "subscriptions",
    "reminders",
    "openspaces",
    "greeting",
    "chats",
    "matchmaking",
    "interactions",
    "activity",
    "history",
    "board",
    "feeds",
    "admin",
)

# Each of these knows the core and itself. Whatever else is in ptgbot/ puts the parts together, and knows all.
PARTS = ("store", "networks", "delivery", "site")


def modules(root: Path) -> dict[str, str]:
    """Return the source of every module of the package by its dotted name."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


def imports(name: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield what a module imports of ours, wherever in it: modules, and names that are no modules by theirs."""
    is_package = any(other.startswith(f"{name}.") for other in sources)
    for node in ast.walk(ast.parse(sources[name])):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = name.split(".")
                above = parts[: len(parts) - node.level + is_package]
                base = ".".join([*above, *filter(None, [node.module])])
            found = [
                full if (full := f"{base}.{alias.name}") in sources or full == f"{PACKAGE}.templates" else base
                for alias in node.names
            ]
        else:
            continue
        yield from (target for target in found if target.split(".")[0] == PACKAGE)


def may_import(importer: str, imported: str) -> bool:
    """Tell whether one module of ours may import another."""
    _, *mine = importer.split(".")
    _, *other = imported.split(".")
    if not mine:
        return not other
    if mine[0] == "core":
        return other[:1] == ["core"]
    if not other or other[0] == "core":  # ptgbot itself has nothing but its version
        return True
    if mine[0] == "features" and len(mine) > 1:
        if other[0] != "features" or len(other) < 2:
            return other == ["features"]
        if other[1] == mine[1]:
            return True
        known = mine[1] in FEATURES and other[1] in FEATURES
        return known and FEATURES.index(other[1]) < FEATURES.index(mine[1]) and other[2:] == ["model"]
    if mine[0] == "features":
        return False
    if mine[0] == "config":  # it fills in what parts and features want to be told
        return other[0] == "config" or (len(other) == 3 and other[2] in {"settings", "rules"})
    if mine[0] in PARTS:
        return other[0] == mine[0] or (mine[0] == "site" and other == ["templates"])
    return True


def forbidden(sources: Mapping[str, str]) -> list[str]:
    """Return a line for every import that the design forbids."""
    return [
        f"{name} imports {target}"
        for name in sources
        for target in sorted(set(imports(name, sources)))
        if not may_import(name, target)
    ]


def test_no_module_imports_what_the_design_forbids() -> None:
    assert forbidden(modules(ROOT)) == []


def test_every_feature_has_its_place_in_the_order() -> None:
    folders = {path.parent.name for path in (ROOT / PACKAGE / "features").glob("*/__init__.py")}

    assert sorted(folders - set(FEATURES)) == []


def test_the_check_reads_the_whole_package() -> None:
    assert {"ptgbot", "ptgbot.config", "ptgbot.core", "ptgbot.core.clock"} <= set(modules(ROOT))


# Modules that a made-up package has besides the one in question.
MADE_UP = dict.fromkeys(
    (
        "ptgbot",
        "ptgbot.app",
        "ptgbot.core",
        "ptgbot.core.clock",
        "ptgbot.features",
        "ptgbot.features.people",
        "ptgbot.features.people.model",
        "ptgbot.features.people.commands",
        "ptgbot.features.topics",
        "ptgbot.features.topics.model",
        "ptgbot.features.board",
        "ptgbot.features.board.model",
        "ptgbot.networks",
        "ptgbot.networks.irc",
        "ptgbot.site",
        "ptgbot.store",
        "ptgbot.store.log",
    ),
    "",
)


@pytest.mark.parametrize(
    ("name", "source", "imported"),
    [
        ("ptgbot.core.clock", "import ptgbot.store", "ptgbot.store"),
        ("ptgbot.core.clock", "from ptgbot import app", "ptgbot.app"),
        ("ptgbot.core.clock", "from ptgbot import __version__", "ptgbot"),
        ("ptgbot.core.clock", "from .. import store", "ptgbot.store"),
        ("ptgbot.core", "from ..features.people import model", "ptgbot.features.people.model"),
        ("ptgbot.core.clock", "def late():\n    from ptgbot.store import log", "ptgbot.store.log"),
        ("ptgbot.core.clock", "if TYPE_CHECKING:\n    from ptgbot.store.log import Log", "ptgbot.store.log"),
        ("ptgbot.features", "import ptgbot.features.people.model", "ptgbot.features.people.model"),
        ("ptgbot.features.topics.model", "import ptgbot.store.log as log", "ptgbot.store.log"),
        (
            "ptgbot.features.topics.model",
            "from ptgbot.features.people.commands import x",
            "ptgbot.features.people.commands",
        ),
        ("ptgbot.features.topics.model", "from ptgbot.features.people import Person", "ptgbot.features.people"),
        ("ptgbot.features.topics.model", "from ptgbot.features.board.model import x", "ptgbot.features.board.model"),
        ("ptgbot.features.unheard_of.model", "import ptgbot.features.people.model", "ptgbot.features.people.model"),
        ("ptgbot.networks.irc", "from ptgbot.store import log", "ptgbot.store.log"),
        ("ptgbot.networks.irc", "import ptgbot.templates", "ptgbot.templates"),
        ("ptgbot.site", "import ptgbot.features.topics.model", "ptgbot.features.topics.model"),
        ("ptgbot.config.model", "from ptgbot.networks.irc import network", "ptgbot.networks.irc"),
        ("ptgbot.config.model", "import ptgbot.app", "ptgbot.app"),
        ("ptgbot.store.log", "import ptgbot.app", "ptgbot.app"),
        ("ptgbot", "import ptgbot.app", "ptgbot.app"),
    ],
)
def test_a_forbidden_import_is_found(name: str, source: str, imported: str) -> None:
    assert forbidden({**MADE_UP, name: source}) == [f"{name} imports {imported}"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ptgbot.core.clock", "import json, ptgbot.core\nfrom . import documents\nimport ptgbotish.store"),
        (
            "ptgbot.features.board.pages",
            "from ptgbot.features.topics.model import x\nfrom ptgbot.features.people import model",
        ),
        ("ptgbot.features.board.pages", "from . import model\nfrom ptgbot.features.board.commands import x"),
        (
            "ptgbot.networks.irc",
            "from ptgbot import __version__\nfrom ptgbot.core.clock import Clock\nimport ptgbot.networks",
        ),
        ("ptgbot.site", "from ptgbot import templates"),
        ("ptgbot.config.model", "import ptgbot.networks.irc.settings, ptgbot.features.topics.rules, ptgbot.core.clock"),
        ("ptgbot.app", "import ptgbot.store.log, ptgbot.features.people.commands, ptgbot.networks.irc, ptgbot.demo"),
        ("ptgbot.demo.event", "import ptgbot.app"),
    ],
)
def test_an_allowed_import_is_not(name: str, source: str) -> None:
    assert forbidden({**MADE_UP, name: source}) == []
