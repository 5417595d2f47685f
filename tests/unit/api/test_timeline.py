from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.extraction import EventStart, Meet
from schema.views import ResultView, SwimView
from services.api.schedule import schedule
from services.api.timeline import WARNING, timed
from tests.unit.api.test_schedule import BATCH
from tests.unit.api.test_schedule import sheet as row

FRIDAY, SATURDAY = date(2026, 3, 6), date(2026, 3, 7)
MEET = {"meet_name": "Spring Open 2026", "meet_date_start": FRIDAY, "meet_date_end": SATURDAY}
PLACE = {"event_number": "12", "round": "Prelims", "session": "Friday Prelims"}
SWIM = {**PLACE, "heat_number": 3, "heat_count": 5, "lane": 4, "swum_before_seconds": 150}
START = {**PLACE, "start": "09:30", "heats": 5, "heat_interval_seconds": 20, "session_date": FRIDAY}
LATER = {"event_number": "13", "session": "Friday Prelims", "session_date": FRIDAY, "start": "09:50"}
ID = "0123456789ab"


def sheet(*swims: dict[str, Any], **meet: Any) -> ResultView:  # noqa: ANN401 - fields of a meet
    return ResultView(
        result_code="0" * 12,
        swimmer_name="Maya Lindqvist",
        source="sheet.pdf",
        swims=tuple(SwimView(id=ID, **swim) for swim in swims),
        warnings=(),
        **{**MEET, **meet},
    )


def report(*starts: dict[str, Any], **meet: Any) -> Meet:  # noqa: ANN401 - fields of a meet
    return Meet(**{**MEET, "timeline": tuple(EventStart(**start) for start in starts), **meet})


def given_time(swim: dict[str, Any], *starts: dict[str, Any]) -> tuple[str | None, bool]:
    (one,) = timed(sheet(swim), [report(*starts)]).swims
    return one.heat_start_time, one.heat_start_estimated


def test_a_heat_starts_after_the_heats_before_it_and_the_pauses_between() -> None:
    assert given_time(SWIM, START) == ("09:33", True)  # 150 s in the water and two pauses of 20 s


def test_the_first_heat_starts_with_its_event() -> None:
    assert given_time({**SWIM, "heat_number": 1, "swum_before_seconds": 0}, START) == ("09:30", False)


def test_without_seed_times_the_heats_share_the_time_to_the_next_event() -> None:
    unseeded = {**SWIM, "swum_before_seconds": None}
    assert given_time(unseeded, START, LATER, {**LATER, "event_number": "14", "start": "09:31", "session": "x"}) == (
        "09:38",
        True,
    )
    assert given_time({**unseeded, "heat_number": 1}, START) == ("09:30", False)
    assert given_time(unseeded, START) == (None, False)


def test_the_next_event_is_the_next_of_the_same_pool() -> None:
    unseeded, elsewhere = {**SWIM, "swum_before_seconds": None}, {**LATER, "event_number": "22"}
    pools = [START, LATER, {**elsewhere, "start": "09:00"}, {**elsewhere, "event_number": "23", "start": "10:10"}]
    assert given_time(unseeded, *pools) == ("09:38", True)
    assert given_time({**unseeded, "event_number": "13", "round": None, "heat_count": 3}, *pools) == (None, False)
    assert given_time(unseeded, START, {**elsewhere, "start": "09:30"}, LATER) == ("09:38", True)


@pytest.mark.parametrize(
    "two",
    [
        [report(START, LATER), report(START, {**LATER, "event_number": "14", "start": "09:40"})],
        [report(START, LATER), report({**START, "heats": 4}, LATER)],
    ],
)
def test_two_reports_give_the_same_in_either_order(two: list[Meet]) -> None:
    unseeded = sheet({**SWIM, "swum_before_seconds": None})
    straight, turned = timed(unseeded, two), timed(unseeded, reversed(two))
    assert straight == turned
    assert straight.swims[0].heat_start_time is not None


def test_a_session_without_a_name_has_no_end_to_share_the_time_to() -> None:
    nowhere = {"session": None}
    assert given_time({**SWIM, "swum_before_seconds": None}, START | nowhere, LATER | nowhere) == (None, False)


def test_what_the_sheet_prints_stays_and_what_it_estimates_goes() -> None:
    assert given_time({**SWIM, "heat_start_time": "09:41"}, START) == ("09:41", False)
    estimate = {**SWIM, "heat_start_time": "09:41", "heat_start_estimated": True}
    assert given_time(estimate, START) == ("09:33", True)
    assert given_time(estimate, {**START, "start": "23:58"}) == ("09:41", True)


def test_a_heat_past_midnight_has_no_time() -> None:
    assert given_time(SWIM, {**START, "start": "23:56"}) == ("23:59", True)
    assert given_time(SWIM, {**START, "start": "23:57"}) == (None, False)


@pytest.mark.parametrize("heat", [None, 0, 6])
def test_a_heat_that_the_event_does_not_have_has_no_time(heat: int | None) -> None:
    assert given_time({**SWIM, "heat_number": heat}, START) == (None, False)


@pytest.mark.parametrize(
    "other",
    [
        {"event_number": "13"},
        {"round": "Finals"},
        {"round": "Finals", "session": "Friday Finals"},
        {"round": None, "session": "Friday Finals"},
        {"session": "Friday Finals"},
        {"round": "Semi-Finals"},
        {"session": "Saturday Prelims"},
    ],
)
def test_another_event_round_session_or_day_gives_no_time(other: dict[str, Any]) -> None:
    assert given_time(SWIM, START | other) == (None, False)


@pytest.mark.parametrize(
    ("printed", "reported"),
    [
        ({"event_number": "#012"}, {}),
        ({"round": "Preliminaries"}, {"round": "PRELIMS"}),
        ({"round": None}, {}),
        ({}, {"round": None}),
        ({"round": None, "session": None}, {"round": None, "session": None}),
        ({"round": "Finals"}, {"round": "Finals"}),
        ({"round": "Finals"}, {"round": None}),
        ({"round": None, "session": None}, {"round": "Finals"}),
        ({"round": None}, {"round": "Finals"}),
        ({"round": "Finals", "session": None}, {"round": None, "session": "Prelims and Finals"}),
        ({"round": None, "session": "Session 1"}, {"round": "Timed Finals", "session": "Session 1: Timed Finals"}),
        ({"round": "Vorlauf", "session": "Abschnitt 1"}, {"round": "Vorläufe", "session": "1. Abschnitt"}),
        ({"session": None}, {"session_date": None}),
    ],
)
def test_an_event_is_known_by_its_number_and_round_however_they_are_written(
    printed: dict[str, Any], reported: dict[str, Any]
) -> None:
    assert given_time(SWIM | printed, START | reported) == ("09:33", True)


@pytest.mark.parametrize(
    ("printed", "reported"),
    [
        ({"round": "Prelims", "session": None}, {"round": None, "session": "Friday Finals"}),
        ({"round": None, "session": None}, {"round": "Finals", "session": "Friday Finals"}),
        ({"round": None, "session": None}, {"round": None, "session": "Finals Friday evening"}),
        ({"round": None}, {"round": "Finals", "session": None}),
        ({"round": None}, {"round": "Finals", "session": "Friday Finals"}),
        ({"round": "Finals", "session": None}, {"round": None, "session": "Friday Prelims"}),
        ({"session_date": SATURDAY}, {}),
        ({"session": "Session 1"}, {"session": "Session 2"}),
        ({"session": "Friday AM"}, {"session": "Friday Evening"}),
    ],
)
def test_where_it_may_be_another_round_or_day_no_time_is_given(
    printed: dict[str, Any], reported: dict[str, Any]
) -> None:
    assert given_time(SWIM | printed, START | reported) == (None, False)


def test_of_several_events_that_fit_the_one_with_the_same_words_is_taken_and_else_none() -> None:
    final = {**START, "round": "Finals", "session": "Friday Finals", "start": "18:00"}
    assert given_time(SWIM, START, final) == ("09:33", True)
    assert given_time({**SWIM, "round": "Finals", "session": "Friday Finals"}, START, final) == ("18:03", True)
    nameless = {"round": None, "session": None}
    assert given_time(SWIM | nameless, START | nameless, final | nameless) == (None, False)
    assert given_time(SWIM | nameless, START | nameless, START | nameless | {"heats": None}) == ("09:33", True)


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ({}, {"round": None}),
        ({"session_date": FRIDAY}, {"session_date": None}),
        ({"session": "Indoor pool"}, {"session": "Outdoor pool"}),
    ],
)
def test_what_says_the_same_is_taken_before_what_says_nothing(printed: dict[str, Any], other: dict[str, Any]) -> None:
    same = {**START, **printed}
    assert given_time(SWIM | printed, {**same, **other, "start": "11:00"}, same) == ("09:33", True)


def test_an_event_whose_heats_are_spread_over_sessions_gives_only_what_is_sure() -> None:
    timed_final = {**SWIM, "round": "Finals", "heat_count": 4}
    morning = {**START, "round": "Finals", "heats": 3}
    evening = {**START, "round": "Finals", "heats": 1, "session": "Friday Finals", "start": "17:30"}
    assert given_time(timed_final, morning, evening) == (None, False)
    fastest = {**timed_final, "heat_number": 1, "round": "Finals - Swimming with Finals"}
    assert given_time(fastest, morning, evening) == ("17:30", False)
    assert given_time(fastest, morning, {**evening, "heats": 2}) == (None, False)


def test_other_counts_of_heats_are_a_warning_with_both() -> None:
    view = timed(sheet({**SWIM, "heat_count": 6}, {**SWIM, "heat_count": 6, "lane": 5}), [report(START)])
    (warning,) = view.warnings
    assert warning.code == WARNING == "timeline_heats_differ"
    assert "12 5 heats and this sheet 6" in warning.message
    assert view.swims[0].heat_start_time == "09:33"
    assert timed(sheet(SWIM), [report(START)]).warnings == ()


def test_the_day_is_completed_only_where_the_sheet_has_none() -> None:
    def day(**swim: Any) -> date | None:  # noqa: ANN401 - fields of a swim
        return timed(sheet({**SWIM, **swim}), [report(START)]).swims[0].session_date

    assert (day(), day(heat_start_time="09:41"), day(session_date=SATURDAY)) == (FRIDAY, FRIDAY, SATURDAY)
    (swim,) = timed(sheet(SWIM, session_date=FRIDAY), [report(START)]).swims
    assert (swim.session_date, swim.heat_start_time) == (None, "09:33")
    of_report = report({**START, "session_date": None}, session_date=FRIDAY)
    assert timed(sheet(SWIM), [of_report]).swims[0].session_date == FRIDAY


@pytest.mark.parametrize(
    ("meet", "same"),
    [
        ({"meet_name": "SPRING  open, 2026"}, True),
        ({"meet_name": "Sprinng Open"}, True),
        ({"meet_name": None}, True),
        ({"meet_date_start": None, "meet_date_end": None}, True),
        ({"meet_name": "Autumn Open 2026"}, False),
        ({"meet_name": "Spring Open 2025"}, False),
        ({"meet_name": "Spring Open Juniors 2026"}, False),
        ({"meet_name": "Spring Opal 2026"}, False),
        ({"meet_name": None, "meet_date_start": None, "meet_date_end": None}, False),
        ({"meet_date_start": date(2025, 3, 6), "meet_date_end": date(2025, 3, 7)}, False),
    ],
)
def test_only_a_report_of_the_same_meet_gives_times(meet: dict[str, Any], same: bool) -> None:  # noqa: FBT001 - a column of the table above
    undated = report({**START, "session_date": None})
    assert (timed(sheet(SWIM, **meet), [undated]).swims[0].heat_start_time is not None) is same


swims = st.fixed_dictionaries(
    {
        "event_number": st.sampled_from(["12", "13", None]),
        "round": st.sampled_from(["Prelims", "Finals", None]),
        "session": st.sampled_from(["Friday Prelims", "Friday Finals", None]),
        "heat_number": st.integers(1, 6) | st.none(),
        "heat_count": st.integers(4, 5) | st.none(),
        "swum_before_seconds": st.integers(0, 50_000) | st.none(),
        "heat_start_time": st.sampled_from(["08:00", None]),
        "heat_start_estimated": st.booleans(),
        "lane": st.integers(0, 9),
    }
)
starts = st.fixed_dictionaries(
    {
        "event_number": st.sampled_from(["12", "13"]),
        "round": st.sampled_from(["Prelims", "Finals", None]),
        "session": st.sampled_from(["Friday Prelims", "Friday Finals", None]),
        "session_date": st.sampled_from([FRIDAY, SATURDAY, None]),
        "start": st.sampled_from(["09:30", "10:15", "18:00"]),
        "heats": st.integers(4, 5) | st.none(),
        "heat_interval_seconds": st.integers(0, 60) | st.none(),
    }
)
jobs = st.lists(
    st.tuples(
        st.sampled_from(["Spring Open", "Autumn Open", None]), st.lists(swims, max_size=4), st.lists(starts, max_size=4)
    ),
    max_size=5,
)


@given(jobs=jobs, data=st.data())
def test_the_order_of_the_sheets_changes_no_swim_and_none_is_lost_or_doubled(
    jobs: list[Any], data: st.DataObject
) -> None:
    rows = [
        row(number, *swims, meet_name=name, timeline=starts, session_date=None)
        for number, (name, swims, starts) in enumerate(jobs)
    ]
    shuffled = data.draw(st.permutations(rows))
    straight, mixed = (
        {result.source: result for result in schedule(BATCH, order).results} for order in (rows, shuffled)
    )
    assert straight.keys() == mixed.keys()
    for number, (_, swims, _) in enumerate(jobs):
        one, other = (results[f"sheet-{number}.pdf"] for results in (straight, mixed))
        assert [swim.model_copy(update={"duplicate": False}) for swim in one.swims] == [
            swim.model_copy(update={"duplicate": False}) for swim in other.swims
        ]
        assert one.warnings == other.warnings
        timeless = {"id", "heat_start_time", "heat_start_estimated", "session_date", "duplicate"}
        kept = [swim.model_dump(exclude=timeless) for swim in one.swims]
        assert kept == [SwimView(id=ID, **swim).model_dump(exclude=timeless) for swim in swims]
        for swim, printed in zip(one.swims, swims, strict=True):
            if printed["heat_start_time"] and not printed["heat_start_estimated"]:
                assert (swim.heat_start_time, swim.heat_start_estimated) == ("08:00", False)
