"""What counts as a colour, and which text can be read on it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.color import accents, is_color, swatch
from ptgbot.features.schedule.model import PALETTE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#f00", ("#ff0000", "#000000")),
        ("Yellow", ("#ffff00", "#000000")),
        ("navy", ("#000080", "#ffffff")),
        ("rgb(20%, 40%, 60%)", ("#336699", "#ffffff")),
        ("hsl(120 100% 25%)", ("#008000", "#ffffff")),
        ("#00000080", ("#7f7f7f", "#000000")),
        ("transparent", ("#ffffff", "#000000")),
        # As the specification converts them (https://www.w3.org/TR/css-color-4/).
        ("lab(54.29% 80.8 69.89)", ("#ff0000", "#000000")),
        ("lch(54.29% 106.84 40.85)", ("#ff0000", "#000000")),
        ("oklab(62.8% 0.22486 0.12585)", ("#ff0000", "#000000")),
        ("oklch(86.64% 0.294827 142.4953)", ("#00ff00", "#000000")),
        ("oklch(100% 0 none / 50%)", ("#ffffff", "#000000")),
    ],
)
def test_a_colour_is_shown_in_hex_with_the_text_that_reads_best_on_it(text: str, shown: tuple[str, str]) -> None:
    assert is_color(text)
    assert swatch(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "red;}body{display:none",
        "red}",
        "reddish",
        "currentcolor",
        "inherit",
        "url(https://example.org)",
        "var(--x)",
        "expression(alert(1))",
        "#12",
        "rgb(1,2)",
        "red/*" + "x" * 60 + "*/",
        "hsl(1e308 1e308 1e308)",
        "\ud800",
        "color(display-p3 1 0 0)",  # a colour, but of a kind that we cannot show as sRGB
    ],
)
def test_what_is_no_colour_is_refused_and_shown_in_grey(text: str) -> None:
    assert not is_color(text)
    assert swatch(text) == ("#5e6b75", "#ffffff") or len(text) > 60


@given(st.text() | st.from_regex(r"(rgb|hsl|hwb|lab|lch|oklab|oklch)\([-+0-9.e%, /a-z]*\)", fullmatch=True))
def test_any_text_makes_two_hex_colours_that_can_be_read_on_each_other(text: str) -> None:
    is_color(text)
    below, above = swatch(text)
    assert re.fullmatch(r"#[0-9a-f]{6}", below)
    assert contrast(below, above) >= 4.5


def test_text_can_be_read_on_every_colour_of_the_palette() -> None:
    assert all(contrast(*swatch(color)) >= 4.5 for color in PALETTE)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2."""
    low, high = sorted(luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#0a5c57", ("#0a5c57", "#1db0a7")),
        ("#7cd3c5", ("#3e6d66", "#7cd3c5")),
        ("black", ("#000000", "#9e9e9e")),
        ("white", ("#656565", "#ffffff")),
    ],
)
def test_an_accent_stays_as_it_is_where_it_can_be_read(text: str, shown: tuple[str, str]) -> None:
    assert accents(text) == shown


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_can_be_read_on_the_grounds_of_both_schemes(number: int) -> None:
    light, dark = accents(f"#{number:06x}")

    # --paper and a generous --tint of site.css
    assert min(contrast(light, ground) for ground in ("#ffffff", "#f4f5f1", "#e2e8e6")) >= 4.5
    assert min(contrast(dark, ground) for ground in ("#0d1413", "#161f1e", "#243634")) >= 4.5
