from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.extraction import EventStart, Kind, Sheet, SheetEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction import Damaged, KeptSheet, find
from services.worker.extraction.names import normalize
from tests.samples.hytek import sample
from tests.samples.meet import Options

DRAWN = sample(Options(seed=11, events=6, heats=3)).sheet
NAME = next(entry.swimmer_name for entry in DRAWN.entries if entry.swimmer_name)
TEXT = st.text(max_size=30).filter(lambda text: "\0" not in text)
ENTRY = st.builds(
    SheetEntry,
    kind=st.sampled_from(Kind),
    swimmer_name=st.none() | TEXT,
    legs=st.lists(TEXT, max_size=25).map(tuple),
    team=st.none() | TEXT,
    age=st.none() | st.integers(0, 99),
    session_date=st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
SHEETS = st.builds(
    Sheet,
    meet_name=st.none() | TEXT,
    timeline=st.lists(st.builds(EventStart, event_number=TEXT, start=st.just("09:30")), max_size=3).map(tuple),
    entries=st.lists(ENTRY, max_size=12).map(tuple),
    warnings=st.lists(st.builds(Warning, code=st.just("odd"), message=TEXT), max_size=3).map(tuple),
)


@given(SHEETS)
def test_a_kept_sheet_is_the_sheet_and_finds_whoever_swims(sheet: Sheet) -> None:
    kept = KeptSheet(KeptSheet.of(sheet).document)

    assert kept.sheet() == sheet
    for entry in sheet.entries:
        if entry.swimmer_name and len(name := entry.swimmer_name.strip()) and name.isprintable():
            same = [one for one in sheet.entries if one.swimmer_name and normalize(one.swimmer_name) == normalize(name)]
            found = [swim for swim in find(kept, name).events if swim.relay_leg is None]
            assert [swim.team for swim in found] == [one.team for one in same]


def test_a_search_parses_nothing_but_the_head_and_what_it_finds() -> None:
    document = KeptSheet.of(DRAWN).document
    head, _, body = document.partition(b"\n")
    lines = [line if line[:1] == b"{" or NAME.encode() in line else b"#" * len(line) for line in body.split(b"\n")]

    found = find(KeptSheet(b"\n".join((head, *lines))), NAME)

    assert found == find(KeptSheet.of(DRAWN), NAME)
    assert found.events


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"swims":"3\\u0000', b'"swims":"4\\u0000'),
        (b'"swims":"3\\u0000', b'"swims":"0\\u0000'),
        (b'"swims":"3\\u0000', b'"swims":"-1\\u0000'),
        (b'"swims":"3\\u0000', b'"swims":"9999999\\u0000'),
        (b'"swims":"3\\u0000', b'"swims":"3/1\\u0000'),
        (b'"swims":"3\\u0000', b'"swims":"nowhere\\u0000'),
        (b"\n3{", b"\n2{"),
        (b"\n3{", b"\n9{"),
        (b"\n3{", b"\n-3{"),
        (b"\n3{", b"\nx{"),
        (b"\n3{", b"\n{"),
        (b"\n{}\n", b"\n[]\n"),
        (b'"swimmer_name":"Nord, Ada"', b'"swimmer_name":"Nord, Bea"'),
        (b'"swimmer_name":"Nord, Ada"', b'"swimmer_game":"Nord, Ada"'),
        (b'"lane":4', b'"lane":-4'),
        (b'"Nord, Ada"}\n', b'"Nord, Ada"}'),
    ],
)
def test_a_search_in_a_damaged_sheet_says_so(old: bytes, new: bytes) -> None:
    document = KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name="Nord, Ada", lane=4),))).document
    assert old in document

    with pytest.raises(Damaged):
        find(KeptSheet(document.replace(old, new)), "Ada Nord")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((b"\n3{", b'"swims":"3'), (b"\n 4{", b'"swims":"4')),
        ((b"\n{}\n3{", b'"swims":"3'), (b"\n {}\n3{", b'"swims":"4')),
        ((b"\n{}\n3{", b'"swims":"3'), (b"\n{}%b\n40003{" % (b" " * 40_000), b'"swims":"40003')),
    ],
)
def test_no_line_passes_for_many_entries(old: tuple[bytes, bytes], new: tuple[bytes, bytes]) -> None:
    document = KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name="Nord, Ada"),))).document
    assert all(part in document for part in old)
    for one, other in zip(old, new, strict=True):
        document = document.replace(one, other)

    with pytest.raises(Damaged):
        find(KeptSheet(document), "Ada Nord")


def test_the_longest_heat_that_a_sheet_may_print_is_found() -> None:
    longest = "\x01" * 500
    entry = SheetEntry(
        session=longest, event_number=longest, event_name=longest, round=longest, swimmer_name="Nord, Ada"
    )

    assert find(KeptSheet.of(Sheet(entries=(entry,))), "Ada Nord").events[0].event_name == longest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"entries":1', b'"entries":-1'),
        (b'"keys":"', b'"keys":"more\\u0000'),
        (b'"keys":"', b'"keys":7,"cues":"'),
        (b'"mended":{}', b'"mended":{"1":["ada nord"]}'),
        (b'"index":', b'"appendix":'),
        (b"\n{}", b"{}"),
    ],
)
def test_a_damaged_head_does_not_open(old: bytes, new: bytes) -> None:
    document = KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name="Nord, Ada"),))).document
    assert old in document

    with pytest.raises(Damaged):
        KeptSheet(document.replace(old, new))


def test_missing_entries_are_missed() -> None:
    document = KeptSheet.of(DRAWN).document

    with pytest.raises(Damaged):
        KeptSheet(document[: document.rfind(b"\n", 0, -1) + 1]).sheet()


def test_no_damage_gives_anything_but_damaged_or_a_result() -> None:
    document = KeptSheet.of(DRAWN).document
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    for _ in range(300):
        damaged = bytearray(document)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            kept = KeptSheet(bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged))))]))
            find(kept, NAME)
            kept.sheet()
        except Damaged:
            pass
