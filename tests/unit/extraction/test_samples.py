from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.extraction import find
from services.worker.extraction.sheet import read_sheet
from tests.samples.catalogue import EXAMPLES
from tests.samples.hytek import sample
from tests.samples.meet import Options

EXAMPLES_FOLDER = Path(__file__).parents[3] / "examples"
FLAGS = (
    "maya",
    "relays",
    "legs",
    "alternates",
    "unseeded",
    "mixed",
    "combined",
    "start_times",
    "hash_headings",
    "codes",
    "suffixes",
    "flags",
    "records",
    "broken_heats",
    "long_names",
)
OPTIONS = st.builds(
    Options,
    seed=st.integers(0, 2**32),
    columns=st.integers(1, 3),
    events=st.integers(1, 14),
    days=st.integers(1, 3),
    lanes=st.sampled_from((6, 8, 10)),
    heats=st.integers(1, 3),
    drop=st.sampled_from((-3.0, 0.0, 1.2, 3.0)),
    **{flag: st.booleans() for flag in FLAGS},
)


@given(OPTIONS)
@settings(max_examples=40, deadline=None)
def test_a_sheet_is_read_exactly_as_it_was_drawn(options: Options) -> None:
    drawn = sample(options)

    assert read_sheet(drawn.pdf) == drawn.sheet


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_committed_examples_are_what_the_generator_draws(name: str) -> None:
    assert (EXAMPLES_FOLDER / f"{name}.pdf").read_bytes() == sample(EXAMPLES[name]).pdf


@pytest.mark.parametrize("name", EXAMPLES)
def test_maya_swims_in_every_example(name: str) -> None:
    pdf = (EXAMPLES_FOLDER / f"{name}.pdf").read_bytes()

    found = find(read_sheet(pdf), "Maya Lindqvist")

    assert len(found.events) >= 2
    assert found.warnings == ()


@pytest.mark.parametrize("name", ["summer-invitational", "county-championships", "sprint-night"])
def test_the_sheets_of_the_demo_have_ten_pages(name: str) -> None:
    assert sample(EXAMPLES[name]).pages == 10
