"""CSS colours: what counts as one, how it is shown, and which text can be read on it."""

import math
from functools import lru_cache

import tinycss2.color3
import tinycss2.color4

__all__ = ["Swatch", "is_color", "swatch"]

Swatch = tuple[str, str]


def _srgb(text: str) -> tuple[float, float, float] | None:
    """Return red, green and blue (0 to 1) over white, None where the text is no colour."""
    color = tinycss2.color4.parse_color(text)
    if color is None or color == "currentcolor":
        return None
    try:
        coordinates = color.to("srgb").coordinates
    except (NotImplementedError, ValueError):
        return None
    parts = [float(part or 0) for part in (*coordinates[:3], color.alpha)]
    if any(math.isnan(part) for part in parts):
        return None
    red, green, blue, alpha = (min(max(part, 0.0), 1.0) for part in parts)
    return red * alpha + 1 - alpha, green * alpha + 1 - alpha, blue * alpha + 1 - alpha


def is_color(text: str) -> bool:
    """Return whether a text is a CSS colour."""
    return len(text) <= 60 and _srgb(text) is not None


@lru_cache(maxsize=4096)
def swatch(text: str) -> Swatch:
    """Return a colour as ``#rrggbb`` and the text colour, black or white, that reads best on it.

    The contrast is that of WCAG 2.2. A text that is no colour gives a neutral grey.
    """
    rgb = _srgb(text) or (0.37, 0.42, 0.46)
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    shown = "#" + "".join(f"{round(c * 255):02x}" for c in rgb)
    return shown, "#000000" if on_black >= on_white else "#ffffff"
