from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pypdfium2  # type: ignore[import-untyped]  # has no type marker
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.extraction import Sheet
from services.worker.extraction import KeptSheet, find
from services.worker.extraction.sheet import read_sheet
from tests.samples.catalogue import EXAMPLES
from tests.samples.families import FAMILIES
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.samples.paper import BROKEN_F

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
#: The families that are read without a fault; of the others some rows come out of the PDF as no reader could mend them.
READ = tuple(name for name in FAMILIES if name != "html-made")


@given(OPTIONS)
@settings(max_examples=40)
def test_a_sheet_is_read_exactly_as_it_was_drawn(options: Options) -> None:
    drawn = sample(options)

    assert _as_printed(read_sheet(drawn.pdf)) == drawn.sheet


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_committed_examples_are_what_the_generator_draws(name: str) -> None:
    assert (EXAMPLES_FOLDER / f"{name}.pdf").read_bytes() == sample(EXAMPLES[name]).pdf


@pytest.mark.parametrize("name", EXAMPLES)
def test_maya_swims_in_every_example(name: str) -> None:
    pdf = (EXAMPLES_FOLDER / f"{name}.pdf").read_bytes()

    found = find(KeptSheet.of(read_sheet(pdf)), "Maya Lindqvist")

    assert len(found.events) >= 2
    assert found.warnings == ()


@pytest.mark.parametrize("name", ["summer-invitational", "county-championships", "sprint-night"])
def test_the_sheets_of_the_demo_have_ten_pages(name: str) -> None:
    assert sample(EXAMPLES[name]).pages == 10


@pytest.mark.parametrize("family", FAMILIES)
def test_every_name_of_the_truth_stands_on_its_page(family: str) -> None:
    drawn = FAMILIES[family](2)

    document = pypdfium2.PdfDocument(drawn.pdf)
    pages = [normalize("NFC", page.get_textpage().get_text_range()).replace(chr(BROKEN_F), "f") for page in document]

    assert FAMILIES[family](2) == drawn
    assert drawn.sheet.entries or drawn.sheet.timeline
    for entry in drawn.sheet.entries:
        for name in filter(None, (entry.swimmer_name, *entry.legs)):
            assert [word for word in name.split() if word not in pages[(entry.page or 0) - 1]] == []


@pytest.mark.parametrize("family", READ)
@pytest.mark.parametrize("seed", range(6))
def test_a_sheet_of_another_family_is_read_exactly_as_it_was_drawn(family: str, seed: int) -> None:
    drawn = FAMILIES[family](seed)

    assert _as_printed(read_sheet(drawn.pdf)) == drawn.sheet


def _as_printed(sheet: Sheet) -> Sheet:
    """What the sheet prints of itself: without the starts that the reader estimates, and what it does so from."""
    bare = {"heat_start_time": None, "heat_start_estimated": False}
    entries = (
        entry.model_copy(update={"swum_before_seconds": None, **(bare if entry.heat_start_estimated else {})})
        for entry in sheet.entries
    )
    return sheet.model_copy(update={"entries": tuple(entries)})
