"""What ``pip install`` brings: the program, its templates, and the event of the demo."""

import configparser
import importlib.metadata
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = configparser.ConfigParser()
SETTINGS.read(ROOT / "setup.cfg")


def listed(section: str, key: str) -> list[str]:
    return SETTINGS[section][key].split()


def files_below(folder: str) -> list[str]:
    """Return the files of a folder that belong to the project, relative to it."""
    return sorted(
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Yield the wheel of this checkout."""
    if int(importlib.metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("building the wheel needs setuptools 77 or newer: pip install -e .[test]")
    folder = tmp_path_factory.mktemp("wheel")
    # In a copy, because setuptools builds in the folder that it is given.
    source = folder / "source"
    for name in (*subfolders(), "."):
        for path in (ROOT / name).iterdir():
            if path.is_file():
                (source / name).mkdir(parents=True, exist_ok=True)
                (source / name / path.name).write_bytes(path.read_bytes())
    command = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    built = subprocess.run(
        [sys.executable, "-m", "pip", *command, str(source)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("ptgbot-*.whl")
    with zipfile.ZipFile(file) as archive:
        yield archive


def subfolders() -> list[str]:
    """Return the folders that the wheel is made of."""
    return [
        path.relative_to(ROOT).as_posix()
        for top in ("ptgbot", "templates")
        for path in (ROOT / top, *(ROOT / top).rglob("*"))
        if path.is_dir() and path.name != "__pycache__"
    ]


def test_every_package_is_listed_in_setup_cfg() -> None:
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in (ROOT / "ptgbot").rglob("__init__.py")
    }

    assert sorted(listed("options", "packages")) == sorted({*found, "ptgbot.templates"})


def test_every_folder_with_modules_is_a_package() -> None:
    assert [
        path.as_posix() for path in (ROOT / "ptgbot").rglob("*.py") if not (path.parent / "__init__.py").exists()
    ] == []


def test_name_dependencies_and_entry_points_are_in_setup_cfg_alone() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert sorted(pyproject) == ["build-system", "tool"]
    assert sorted(pyproject["tool"]) == ["mypy", "pydantic-mypy", "pytest", "ruff"]
    assert not (ROOT / "setup.py").exists()
    assert SETTINGS["metadata"]["name"] == "ptgbot"
    assert SETTINGS["options.entry_points"]["console_scripts"].split("\n") == [
        "",
        "ptgbot = ptgbot.cli:main",
        "ptgbot-web = ptgbot.cli:web",
    ]


def test_the_wheel_has_every_module(wheel: zipfile.ZipFile) -> None:
    modules = [f"ptgbot/{name}" for name in files_below("ptgbot") if name.endswith((".py", "py.typed", ".json"))]

    assert (
        sorted(name for name in wheel.namelist() if name.startswith("ptgbot/") and "/templates/" not in name) == modules
    )


def test_the_wheel_has_every_template_and_static_file(wheel: zipfile.ZipFile) -> None:
    assert sorted(name for name in wheel.namelist() if name.startswith("ptgbot/templates/")) == [
        f"ptgbot/templates/{name}" for name in files_below("templates")
    ]


def test_the_wheel_has_the_sample_event_whole(wheel: zipfile.ZipFile) -> None:
    assert wheel.read("ptgbot/demo/base.json") == (ROOT / "base.json").read_bytes()


def test_the_wheel_has_nothing_else_but_its_metadata(wheel: zipfile.ZipFile) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in wheel.namelist()} == {"ptgbot"}
    assert [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")] != []
