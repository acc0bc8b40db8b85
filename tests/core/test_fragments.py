"""Parts of pages are made again only when what they are made of differs."""

from contextlib import suppress

from markupsafe import Markup

from ptgbot.core.fragments import Fragments, Frame
from ptgbot.core.slices import Unfinished, slice_of


class Maker:
    """Makes a part of its values, and remembers what it made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, *, name: str, number: int) -> Markup:
        self.made.append(f"{name}{number}")
        return Markup("<{}{}>").format(name, number)


def test_only_the_parts_whose_values_differ_are_made_again() -> None:
    make = Maker()
    fragments = Fragments(make)
    first = fragments([(name, {"name": name, "number": 1}) for name in "abc"])
    make.made.clear()

    second = fragments([(name, {"name": name, "number": 2 if name == "b" else 1}) for name in "abc"])

    assert (first, second, make.made) == ("<a1><b1><c1>", "<a1><b2><c1>", ["b2"])


def test_without_a_difference_the_very_same_text_comes_back() -> None:
    fragments = Fragments(Maker())

    assert fragments.one(name="a", number=1) is fragments.one(name="a", number=1)


def test_parts_in_another_order_or_gone_are_joined_anew_without_being_made() -> None:
    make = Maker()
    fragments = Fragments(make)
    parts = [(name, {"name": name, "number": 1}) for name in "abc"]
    fragments(parts)
    make.made.clear()

    assert (fragments(parts[::-1]), fragments(parts[:1]), make.made) == ("<c1><b1><a1>", "<a1>", [])


def test_a_part_that_was_gone_is_made_again() -> None:
    make = Maker()
    fragments = Fragments(make)
    fragments.one(name="a", number=1)
    fragments([])

    assert (fragments.one(name="a", number=1), make.made) == ("<a1>", ["a1", "a1"])


def test_a_frame_is_kept_while_fragments_are_put_in_place() -> None:
    made = []

    def make(title: str, inside: Markup, below: Markup) -> Markup:
        made.append(title)
        return Markup("<h1>{}</h1>{}<p>{}").format(title, inside, below)

    frame = Frame(make)

    pages = [
        frame({"title": "A & B"}, inside="<b>1</b>", below="1"),
        frame({"title": "A & B"}, inside="<b>2</b>", below="1"),
        frame({"title": "C"}, inside="<b>2</b>", below="2"),
    ]

    assert pages == [
        "<h1>A &amp; B</h1><b>1</b><p>1",
        "<h1>A &amp; B</h1><b>2</b><p>1",
        "<h1>C</h1><b>2</b><p>2",
    ]
    assert made == ["A & B", "C"]


def test_a_frame_can_leave_a_fragment_out() -> None:
    def make(shown: bool, inside: Markup) -> Markup:
        return Markup("[{}]").format(inside if shown else "nothing")

    frame = Frame(make)

    assert [frame({"shown": shown}, inside="x") for shown in (True, False)] == ["[x]", "[nothing]"]


def test_what_was_made_before_the_slice_was_over_is_not_made_again() -> None:
    make = Maker()
    fragments = Fragments(make)
    parts = [(name, {"name": name, "number": 1}) for name in "abc"]
    shown: list[str] = []
    while not shown:
        with suppress(Unfinished), slice_of(0.0):
            shown.append(fragments(parts))

    assert (shown, make.made) == (["<a1><b1><c1>"], ["a1", "b1", "c1"])


def test_what_was_broken_off_last_is_shown_as_it_has_become() -> None:
    fragments = Fragments(Maker())
    fragments.one(name="a", number=1)
    with suppress(Unfinished), slice_of(0.0):
        fragments.one(name="a", number=2)

    assert fragments.one(name="a", number=2) == "<a2>"
