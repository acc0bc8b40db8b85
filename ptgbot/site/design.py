"""How an event's own site looks: its logo, its accent colour, its links, and templates that come before ours."""

import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from types import TracebackType
from xml.parsers import expat

from jinja2 import BaseLoader, Environment, FileSystemLoader, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_referenced_templates

__all__ = ["Design", "Layers", "logo_problem", "templates_folder"]

OURS = "ours/"  # before the name of a template: ours, even where the event has one of that name
LOGO_FORMATS = (".svg", ".png", ".webp")
PUBLISHED = frozenset((".css", ".js", ".svg", ".png", ".webp", ".jpg", ".ico", ".woff2"))  # when they are in static/
_SVG = "http://www.w3.org/2000/svg"
MAX_LOGO = 500_000  # bytes: everybody who opens a page fetches it


def templates_folder() -> Path:
    """Return the folder of the templates, in an installed package as in a checkout."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "setup.cfg").is_file():  # there they stand beside the package, whatever else is installed
        return checkout / "templates"
    return Path(str(importlib.resources.files("ptgbot.templates")))


@dataclass(frozen=True, slots=True)
class Design:
    """What an event's own site has of its own.

    Args:
        folder: Templates and static files that come before ours of the same path; None for none.
        logo: A picture to show beside the event's name; None for none.
        accent: The CSS colour of what pages set apart; empty for our own.
        footer: What each link at the foot of the pages says, and its address.
    """

    folder: Path | None = None
    logo: Path | None = None
    accent: str = ""
    footer: tuple[tuple[str, str], ...] = ()


def logo_problem(logo: Path) -> str:
    """Return why a file cannot be the logo, or nothing if it can."""
    if logo.suffix.lower() not in LOGO_FORMATS:
        return f"{logo} is no picture that pages can show: it has to be SVG, PNG or WebP, and be called so"
    try:
        size = logo.stat().st_size
        content = logo.read_bytes() if size <= MAX_LOGO else b""
    except OSError as error:
        return f"{logo} cannot be read: {error.strerror}"
    if size > MAX_LOGO:
        return f"{logo} is too large: everybody who opens a page fetches it, so at most {MAX_LOGO // 1000} kB"
    match logo.suffix.lower():
        case ".svg":
            fine, wanted = _is_svg(content), f'it has to be whole, and begin with <svg xmlns="{_SVG}">'
        case ".png":
            fine, wanted = content.startswith(b"\x89PNG\r\n\x1a\n"), "its name says so, and it holds something else"
        case _:
            fine, wanted = content[:4] + content[8:12] == b"RIFFWEBP", "its name says so, and it holds something else"
    return "" if fine else f"{logo} is no {logo.suffix[1:].upper()} that browsers can show: {wanted}"


def _is_svg(content: bytes) -> bool:
    """Return whether a file is SVG that browsers show as a picture: whole, and with its namespace."""
    names: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _: names.append(name)
    try:
        parser.Parse(content, True)  # noqa: FBT003 - that it is all; the name of the argument is the parser's own
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return names[0] == f"{_SVG} svg"


class Layers(BaseLoader):
    """Finds a template in the event's own folder, else among ours. One that turned out to be wrong is passed over.

    Args:
        ours: The folder of our templates.
        own: The folder of the event's own; None where there is none.
    """

    def __init__(self, ours: Path, own: Path | None) -> None:
        self._ours = ours
        self._own = own
        self._loaders = {folder: FileSystemLoader(folder) for folder in (ours, own) if folder is not None}
        self._wrong: set[str] = set()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, object]:  # type: ignore[override]
        """Return a template's source and file; Jinja's own method.

        Raises:
            TemplateNotFound: There is none of this name.
        """
        if self._own is not None and template not in self._wrong and not template.startswith(OURS):
            try:
                return self._loaders[self._own].get_source(environment, template)
            except TemplateNotFound:
                pass
        return self._loaders[self._ours].get_source(environment, template.removeprefix(OURS))

    @property
    def own(self) -> tuple[str, ...]:
        """The names of the event's own templates that are in use."""
        found = self._files(self._own, "**/*.html") if self._own is not None else ()
        return tuple(name for name, _ in found if name not in self._wrong)

    def static_files(self) -> dict[str, Path]:
        """Return the place of every static file by its path on the site; the event's own come before ours."""
        folders = [folder for folder in (self._ours, self._own) if folder is not None]
        return {name: path for folder in folders for name, path in self._files(folder, "static/**/*")}

    @staticmethod
    def _files(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder)
            # What editors and version control leave beside files is not for the site.
            hidden = any(part.startswith(".") or part.endswith("~") for part in name.parts)
            if path.is_file() and not hidden:
                yield PurePosixPath(name).as_posix(), path

    def refuse(self, environment: Environment) -> list[str]:
        """Pass over every template of the event's own that cannot be read; return what is wrong with each."""
        problems = []
        for name in self.own:
            try:
                source, file, _ = self.get_source(environment, name)
                environment.compile(source, name, file)
            except TemplateSyntaxError as error:
                problems.append(f"{self._own}/{name}, line {error.lineno}: {error.message}")
            except (TemplateError, OSError, UnicodeDecodeError) as error:
                problems.append(f"{self._own}/{name}: {error}")
            else:
                continue
            self._wrong.add(name)
        return problems

    def unused(self, environment: Environment) -> list[str]:
        """Return which files of the event's own take the place of nothing and are used by nothing, a line each."""
        if self._own is None:
            return []
        ours = {name for name, _ in self._files(self._ours, "**/*.html")}
        used = {OURS + name for name in ours} | ours
        for name in self.own:
            tree = environment.parse(self.get_source(environment, name)[0])
            used |= {other for other in find_referenced_templates(tree) if other is not None}
        found = []
        for name, path in self._files(self._own, "**/*"):
            if path.suffix == ".html" and name not in used and not name.startswith("static/"):
                close = [other for other in sorted(ours) if PurePosixPath(other).name == path.name]
                close = close or get_close_matches(name, sorted(ours), n=1, cutoff=0.8)
                meant = f"; did you mean {' or '.join(close)}?" if close else ""
                found.append(f"{path} takes the place of nothing, and no template uses it{meant}")
            elif path.suffix in PUBLISHED and not name.startswith("static/"):
                found.append(f"{path} is not published: files for browsers stand in {self._own}/static/")
        return found

    def blame(self, error: Exception) -> str:
        """Pass over the event's own template that made a page fail; return what is wrong, nothing if it was ours."""
        names = self.own
        if self._own is None or not names:
            return ""
        frame = _last_frame(error.__traceback__, self._own)
        if isinstance(error, TemplateSyntaxError) and error.name in names:
            frame = (error.name, error.lineno)
        if frame is None:  # one that leaves out what ours take from it fails in ours
            self._wrong.update(names)
            return f"{self._own}: one of {', '.join(names)} makes a page fail: {error}. None of them is used"
        self._wrong.add(frame[0])
        return f"{self._own}/{frame[0]}, line {frame[1]}: {error}"


def _last_frame(traceback: TracebackType | None, folder: Path) -> tuple[str, int] | None:
    """Return the name and line of the template in a folder in which an error arose; Jinja tells them as frames."""
    found = None
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.suffix == ".html" and file.is_relative_to(folder):
            found = (file.relative_to(folder).as_posix(), traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
