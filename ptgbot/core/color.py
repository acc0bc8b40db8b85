"""CSS colours: what counts as one, how it is shown, and which text can be read on it."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import tinycss2.color3
import tinycss2.color4

__all__ = ["Swatch", "accents", "is_color", "swatch"]

Swatch = tuple[str, str]

_GREY = (0.37, 0.42, 0.46)
# Luminances of text that can be read on the darkest of the light grounds in site.css, and on the lightest of the dark.
_MOST_ON_LIGHT = 0.13
_LEAST_ON_DARK = 0.34


# From XYZ, by its white, to linear sRGB (https://www.w3.org/TR/css-color-4/#color-conversion-code).
_TO_SRGB = {
    "xyz-d65": (
        (3.2409699419, -1.5373831776, -0.4986107603),
        (-0.9692436363, 1.8759675015, 0.0415550574),
        (0.0556300797, -0.2039769589, 1.0569715142),
    ),
    "xyz-d50": (
        (3.1341358529, -1.6173859980, -0.4906622179),
        (-0.9787954766, 1.9162543774, 0.0334428734),
        (0.0719553926, -0.2289767598, 1.4053860351),
    ),
}


def _srgb(text: str) -> tuple[float, float, float] | None:
    """Return red, green and blue (0 to 1) over white, None where the text is no colour."""
    color = tinycss2.color4.parse_color(text)
    if color is None or color == "currentcolor":
        return None
    coordinates = _coordinates(color)
    if coordinates is None or any(math.isnan(part) for part in coordinates):
        return None
    red, green, blue, alpha = (min(max(part, 0.0), 1.0) for part in (*coordinates, color.alpha))
    return red * alpha + 1 - alpha, green * alpha + 1 - alpha, blue * alpha + 1 - alpha


def _coordinates(color: tinycss2.color4.Color) -> list[float] | None:
    """Return red, green and blue, outside of 0 to 1 where screens cannot show it; None for what is not converted."""
    for space in ("srgb", *_TO_SRGB):
        try:
            found = [float(part or 0) for part in color.to(space).coordinates[:3]]
        except (NotImplementedError, ValueError, OverflowError):
            continue
        if space == "srgb":
            return found
        light = [sum(a * b for a, b in zip(row, found, strict=True)) for row in _TO_SRGB[space]]
        return _gamma(min(max(part, 0.0), 1.0) for part in light)
    return None


def is_color(text: str) -> bool:
    """Return whether a text is a CSS colour."""
    return len(text) <= 60 and _srgb(text) is not None


@lru_cache(maxsize=4096)
def swatch(text: str) -> Swatch:
    """Return a colour as ``#rrggbb`` and the text colour, black or white, that reads best on it.

    The contrast is that of WCAG 2.2. A text that is no colour gives a neutral grey.
    """
    rgb = _srgb(text) or _GREY
    luminance = _luminance(_linear(rgb))
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return _hex(rgb), "#000000" if on_black >= on_white else "#ffffff"


def accents(text: str) -> Swatch:
    """Return a colour as ``#rrggbb`` for light pages and for dark ones: as it is where text in it can be read.

    Else it is made darker or brighter until that text has a contrast of at least 4.5 (WCAG 2.2) on every ground of
    the pages, the tinted ones included: by more or less of its own light, which keeps the hue, and by white where
    its own light is not enough.
    """
    light = _linear(_srgb(text) or _GREY)
    luminance = _luminance(light)
    darker = min(1.0, _MOST_ON_LIGHT / luminance) if luminance else 1.0
    brighter = max(1.0, min(_LEAST_ON_DARK / luminance, 1 / max(light))) if luminance else 1.0
    bright = [part * brighter for part in light]
    missing = _LEAST_ON_DARK - _luminance(bright)
    white = missing / (1 - _luminance(bright)) if missing > 0 else 0.0
    return (
        _hex(_gamma([part * darker for part in light])),
        _hex(_gamma([part + (1 - part) * white for part in bright])),
    )


def _linear(rgb: Iterable[float]) -> list[float]:
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]


def _gamma(light: Iterable[float]) -> list[float]:
    return [c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in light]


def _luminance(light: Sequence[float]) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def _hex(rgb: Iterable[float]) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in rgb)
