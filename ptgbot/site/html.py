"""HTML: the templates, what they can do with text and times, and the static files beside the pages."""

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.color import accents, swatch
from ptgbot.core.documents import View
from ptgbot.site.design import Design, Layers, logo_problem, templates_folder

__all__ = ["StaticFiles", "Templates", "rich"]

_log = logging.getLogger(__name__)

# What ends an address in running text: blanks, what no address holds unquoted, and invisible marks of direction,
# which could make it look like another one.
_ADDRESS = r"https?://[^\s<>\"\\^`{|}\x00-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
_HASHTAG = r"(?<![\w&/#])#\w[\w.-]*"
_SPECIAL = re.compile(f"{_ADDRESS}|{_HASHTAG}", re.IGNORECASE)
# Characters that HTML forbids, and halves of surrogate pairs, which have no UTF-8.
_NOT_FOR_PAGES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BRACKETS = {")": "(", "]": "["}
# A text that only tells from when to when: the two times as they are written, and what stands between them.
_SPAN = re.compile(r"\s*(\d{1,2}[:.h]\d{2})(\s*[-–—]+\s*)(\d{1,2}[:.h]\d{2})\s*", re.ASCII)
_OTHER_SITE = Markup('rel="noopener noreferrer"')
_WORLD_CLOCK = "https://www.timeanddate.com/worldclock/fixedtime.html?iso="


class _Environment(Environment):
    """Jinja's environment, in which templates have the globals as a dict; all are there before the first template.

    Jinja's own ChainMap is copied key by key, in Python, each time a template is filled in: for a small one, that is
    half of the time.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what every template knows."""
        return {**self.globals, **(d or {})}


class Templates:
    """The site's templates. Calling it fills one in; everything that is not Markup is escaped.

    A template of the event's own that is wrong never stops the site: it is told of once, and ours takes its place.

    Args:
        event: The conference, which pages name and whose zone their times are in.
        channel: Where people type their commands, as they read it, such as ``#ptg on irc.example.org``.
        folder: Where our templates are.
        design: What the event's site has of its own.
    """

    def __init__(
        self, event: Event, *, channel: str = "", folder: Path | None = None, design: Design | None = None
    ) -> None:
        design = design or Design()
        self.problems: list[str] = []
        self._event = event
        self._layers = Layers(folder or templates_folder(), design.folder)
        self._environment = _Environment(
            loader=self._layers,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.filters |= {
            "age": self._age,
            "date": _date,
            "moment": self._moment,
            "rich": rich,
            "since": self._since,
            "span": self._span,
            "swatch": swatch,
            "time": self._time,
            "webcal": _webcal,
            "world_clock": _world_clock,
        }
        self._environment.tests["web_address"] = _is_web_address
        self.static_files = self._read_static_files(design.logo)
        self._static_links = {name: _versioned(name, content) for name, content in self.static_files.items()}
        self._environment.globals |= {
            "event": event,
            "channel": channel,
            "static": self._static,
            "logo": next((link for name, link in self._static_links.items() if name == _logo_name(design.logo)), ""),
            "accents": accents(design.accent) if design.accent else None,
            "footer": design.footer,
        }
        for problem in self._layers.refuse(self._environment):
            self._tell(problem)

    @property
    def unused(self) -> list[str]:
        """The files of the event's own that take the place of nothing and are used by nothing, in words."""
        return self._layers.unused(self._environment)

    def __call__(self, template: str, /, **values: Any) -> Markup:
        """Return a template filled in."""
        text = self._fill_in(template, values)
        if _NOT_FOR_PAGES.search(text):
            text = _NOT_FOR_PAGES.sub("", text)
        return Markup(text)  # noqa: S704 - autoescape is on

    def _fill_in(self, template: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(template).render(values)
        except Exception as error:
            problem = self._layers.blame(error)
            if not problem:
                raise
            self._tell(problem)
        if self._environment.cache is not None:
            self._environment.cache.clear()
        return self._fill_in(template, values)

    def _tell(self, problem: str) -> None:
        self.problems.append(problem)
        _log.error("templates_dir: %s. What the bot brings itself is used in its place.", problem)

    def _read_static_files(self, logo: Path | None) -> dict[str, bytes]:
        """Return the content of every static file by its path on the site."""
        files = self._layers.static_files()
        if logo is not None:
            if problem := logo_problem(logo):
                _log.error("site_logo: %s.", problem)
            else:
                files[_logo_name(logo)] = logo
        contents = {}
        for name, path in files.items():
            try:
                contents[name] = path.read_bytes()
            except OSError as error:
                self._tell(f"{path} cannot be read: {error.strerror}")
        return contents

    def _static(self, name: str) -> str:
        """Return the link to a static file; it differs once the file does, so browsers can keep the file."""
        link = self._static_links.get(f"static/{name}")
        if link is None:
            raise LookupError(f"there is no static file {name}")
        return link

    def _time(self, instant: datetime, text: str = "", kind: str = "") -> Markup:
        """Return an instant as a time of day, or as a text that stands for it; in full where one points at it."""
        head, clock = _clock_of(int(instant.timestamp()) // 60, self._event.zone)
        shown = escape(text) if text else clock
        return Markup(f"<time{kind} {head}><bdi>{shown}</bdi></time>")  # noqa: S704 - ours

    def _span(self, start: datetime, end: datetime, text: str = "") -> Markup:
        """Return from when to when something is; the browser adds the viewer's own times behind both.

        Args:
            start: When it begins.
            end: When it ends.
            text: What stands for the times. Where it is more than these two, it is shown whole.
        """
        clocks = [self._event.local(instant) for instant in (start, end)]
        first, last = (local.isoformat(timespec="minutes") for local in clocks)
        shown = [f"{local.hour:02}:{local.minute:02}" for local in clocks]
        between, told = "–", _SPAN.fullmatch(text)
        if told and [_clock(told[1]), _clock(told[3])] == shown:
            shown, between = [told[1], told[3]], told[2]
        elif text:
            whole = '<span class="span"><time datetime="{}" data-end="{}"><bdi>{}</bdi></time></span>'
            return Markup(whole).format(first, last, text)  # noqa: S704 - ours
        # Put together by hand, as above: these are digits, and what stands between two times.
        times = [f'<time datetime="{at}">{clock}</time>' for at, clock in zip((first, last), shown, strict=True)]
        return Markup(f'<span class="span">{between.join(times)}</span>')  # noqa: S704 - see above

    def _moment(self, instant: datetime) -> Markup:
        return self._time(instant, _moment(self._event.local(instant)))

    def _since(self, instant: datetime, today: date, kind: str = "") -> Markup:
        """Return a time of day, with its date where that is not today's."""
        local = self._event.local(instant)
        text = "" if local.date() == today else f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
        return self._time(instant, text, kind)

    def _age(self, instant: datetime, today: date) -> Markup:
        """Return the same, marked as something whose age matters: the script of the page adds and renews that."""
        return self._since(instant, today, ' class="age"')


class StaticFiles:
    """Publishes the static files beside the templates.

    Args:
        templates: The templates.
    """

    def __init__(self, templates: Templates) -> None:
        self._files = templates.static_files

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - an Exporter's
        """Return the path of every static file."""
        return list(self._files)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - an Exporter's
        """Return nothing: no Change alters them."""
        return ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - an Exporter's
        """Return a file's content."""
        return self._files[path]

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter them."""
        return None


def _logo_name(logo: Path | None) -> str:
    return "" if logo is None else f"static/logo{logo.suffix.lower()}"


def _versioned(path: str, content: bytes) -> str:
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:10]}"


def rich(text: str, colors: dict[str, str], pages: str | None = None) -> Markup:
    """Return people's text as HTML in which ``#words`` are badges and http(s) addresses are links.

    Args:
        text: What somebody typed.
        colors: The colour of each word that names a track.
        pages: Where the pages of tracks are, such as ``track/``, for badges that lead there; None for plain ones.
    """
    parts = []
    end = 0
    for match in _SPECIAL.finditer(text):
        found = _without_punctuation(match.group())
        made = _badge(found[1:], colors, pages) if found.startswith("#") else _link(found)
        parts += [escape(text[end : match.start()]), made]
        end = match.start() + len(found)
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def _without_punctuation(found: str) -> str:
    """Return a word or address without what belongs to the sentence around it."""
    if found.startswith("#"):
        return found.rstrip(".-")
    while True:
        last = found[-1]
        unopened = last in _BRACKETS and found.count(last) > found.count(_BRACKETS[last])
        if last not in ".,;:!?'*…’”»" and not unopened:
            return found
        found = found[:-1]


def _badge(word: str, colors: dict[str, str], pages: str | None) -> Markup:
    name = word.lower()
    color = colors.get(name)
    if color is None:
        return Markup('<span class="tag">#{}</span>').format(word)
    style = Markup('class="badge" style="--badge:{};--ink:{}"').format(*swatch(color))
    if pages is None:
        return Markup("<span {}>{}</span>").format(style, name)
    return Markup('<a {} href="{}{}.html">{}</a>').format(style, pages, name, name)


def _link(address: str) -> Markup:
    if not _is_web_address(address):
        return escape(address)
    return Markup('<a href="{}" {}><bdi>{}</bdi></a>').format(address, _OTHER_SITE, address)


def _is_web_address(value: str) -> bool:
    """Return whether a page may link there. Commands and imports ask the same; here it is for safety's sake."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


@lru_cache(maxsize=256)
def _date(day: date, named: str = "") -> str:
    """Return a date in words, without the weekday where that was just named."""
    weekday = f"{day:%A}"
    return f"{'' if weekday.casefold() == named.casefold() else f'{weekday} '}{day.day} {day:%B %Y}"


@lru_cache(maxsize=4096)
def _clock_of(minute: int, zone: ZoneInfo) -> tuple[str, str]:
    """Return what a time says of its instant, and its time of day: pages of the history have thousands of them.

    Args:
        minute: The instant, in minutes since 1970.
        zone: The event's zone.
    """
    local = datetime.fromtimestamp(minute * 60, zone)
    # Put together by hand, here and where it is used: Markup.format takes ten times as long.
    iso, title = local.isoformat(timespec="minutes"), escape(_moment(local))
    return f'datetime="{iso}" title="{title}"', f"{local.hour:02}:{local.minute:02}"


def _moment(local: datetime) -> str:
    return f"{_date(local.date())}, {local:%H:%M} {local.tzname()}"


def _clock(text: str) -> str:
    """Return a time of day such as ``9.00`` as clocks show it; midnight at the end of a day as that of the next one."""
    hour, minute = re.split("[:.h]", text)
    return f"{int(hour) % 24:02}:{minute}"


def _webcal(address: str) -> str:
    """Return an address by which calendar programs subscribe to what is there."""
    return f"webcal:{address.partition(':')[2]}"


def _world_clock(instant: datetime) -> str:
    return f"{_WORLD_CLOCK}{instant.astimezone(UTC):%Y%m%dT%H%M}&p1=1440"  # 1440 is their number of UTC
