from __future__ import annotations

from services.worker.extraction.ocr.columns import lines
from services.worker.extraction.ocr.tesseract import Word


def line(top: int, *words: tuple[int, str]) -> list[Word]:
    """Words from the left, 20 dots high, 10 a letter."""
    return [Word(left, top, 10 * len(text), 20, 90, text) for left, text in words]


LEFT = [
    *line(100, (0, "Heat"), (50, "1")),
    *line(140, (0, "1"), (20, "Nord,"), (80, "Ada"), (300, "9"), (350, "31.10")),
    *line(180, (0, "2"), (20, "Reed,"), (80, "Bo"), (300, "9"), (350, "32.10")),
]
RIGHT = [word.moved(600, 7) for word in LEFT]


def test_columns_are_read_one_after_the_other() -> None:
    column = ["Heat 1", "1 Nord, Ada 9 31.10", "2 Reed, Bo 9 32.10"]

    assert lines([[LEFT, RIGHT]]) == column * 2


def test_the_parts_of_long_rows_are_put_together() -> None:
    names = [
        *line(100, (0, "Heat"), (50, "1")),
        *line(140, (0, "1"), (20, "Nord,")),
        *line(180, (0, "2"), (20, "Reed,")),
    ]
    times = [*line(143, (600, "31.10")), *line(178, (600, "32.10"))]

    assert lines([[names, times]]) == ["Heat 1", "1 Nord, 31.10", "2 Reed, 32.10"]


def test_a_column_that_is_nearly_empty_stays_one() -> None:
    rest = line(140, (600, "Heat"), (650, "2"))

    assert lines([[[*LEFT, *line(220, (0, "3"))], rest]])[-1] == "Heat 2"


def test_head_and_foot_stand_around_the_columns() -> None:
    bands = [[line(10, (200, "Meet"), (250, "Program"))], [LEFT, RIGHT], [line(900, (200, "Page"), (250, "1"))]]

    found = lines(bands)
    assert (found[0], found[-1], len(found)) == ("Meet Program", "Page 1", 8)


def test_smaller_print_off_the_middle_is_of_its_row() -> None:
    assert lines([[[*line(100, (0, "Nord")), Word(200, 108, 60, 12, 90, "SEAL"), *line(130, (0, "Reed"))]]]) == [
        "Nord SEAL",
        "Reed",
    ]


def test_an_empty_page_has_no_lines() -> None:
    assert lines([[[]]]) == []
