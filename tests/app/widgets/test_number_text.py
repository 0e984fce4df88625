"""Numbers as they are read and written."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets import number_text
from app.widgets.number_text import compact, parse_number, shown, tidy
from app.widgets.tips import tip_text


def test_the_examples_hold() -> None:
    tried = doctest.testmod(number_text)
    assert tried.attempted >= 3
    assert tried.failed == 0


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_is_shown_reads_back(value) -> None:
    assert parse_number(shown(value, 9)) == pytest.approx(value, rel=1e-8)
    assert parse_number(f" {value!r} ") == value


@pytest.mark.parametrize(
    "text", ["", " ", "-", ".", "1_000", "1 000", "0x1F", "1,2,3", "1.2,3", "nan", "-inf", "1/0", "1/2/3"]
)
def test_what_is_no_number_is_not_read(text) -> None:
    assert parse_number(text) is None


@given(st.floats(-1e9, 1e9), st.integers(1, 12), st.booleans())
def test_compact_text_fits_and_does_not_mislead(value, room, bare) -> None:
    text = compact(value, room, bare)
    if text is not None:
        assert len(text) <= room
        assert parse_number(text) == pytest.approx(value, rel=0.06)


@given(st.floats(-1e6, 1e6), st.integers(-1000, 1000))
def test_tidy_takes_nothing_but_dust(value, steps) -> None:
    assert tidy(value) == pytest.approx(value, rel=1e-11)
    assert tidy(steps / 10) == steps / 10


def test_a_tip_cannot_be_mistaken_for_markup() -> None:
    assert tip_text("a <b> & c") == "<qt>a &lt;b&gt; &amp; c</qt>"
    assert tip_text("") == ""
