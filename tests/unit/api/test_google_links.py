from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from schema.extraction import Kind
from schema.views import ResultView, SwimView
from services.api.calendar.google import with_google_links

SWIM = SwimView(
    id="0123456789ab", event_number="12", event_name="100 Free", heat_number=3, lane=4, heat_start_time="09:42"
)


def link(swim: SwimView = SWIM, zone: ZoneInfo | None = None, **fields: Any) -> str | None:  # noqa: ANN401 - fields of a result
    usual: dict[str, Any] = {
        "swimmer_name": "Zoë Lindqvist",
        "source": "a.pdf",
        "session_date": date(2026, 3, 7),
        "venue": "Pool & Café",
    }
    shown = ResultView(result_code="0123456789ab", swims=(swim,), warnings=(), **usual | fields)
    return with_google_links(shown, zone).swims[0].google_calendar_url


def asked(url: str | None) -> dict[str, str]:
    assert url is not None
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "calendar.google.com", "/calendar/render")
    assert url.isascii()
    return {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}


def test_a_link_offers_the_swim_for_adding() -> None:
    told = asked(link())
    assert told.pop("details").startswith("Swimmer: Zoë Lindqvist\nEvent: 12 100 Free")
    assert told == {
        "action": "TEMPLATE",
        "text": "Zoë Lindqvist – E12 H3 L4 – 100 Free",  # noqa: RUF001 - as it is shown
        "dates": "20260307T094200/20260307T095200",
        "location": "Pool & Café",
    }


def test_a_zone_goes_with_it() -> None:
    told = asked(link(zone=ZoneInfo("America/New_York")))
    assert (told["ctz"], told["dates"]) == ("America/New_York", "20260307T094200/20260307T095200")


def test_a_swim_without_a_time_is_a_whole_day() -> None:
    assert asked(link(SWIM.model_copy(update={"heat_start_time": None})))["dates"] == "20260307/20260308"


def test_what_belongs_into_no_calendar_has_no_link() -> None:
    assert link(session_date=None) is None
    assert link(SWIM.model_copy(update={"duplicate": True})) is None
    assert link(SWIM.model_copy(update={"kind": Kind.SCRATCHED})) is None


TEXTS = st.text(st.one_of(st.characters(exclude_characters="\0"), st.sampled_from("&=#+%\r\n🏊")), max_size=500)


@given(name=TEXTS, venue=TEXTS, session=TEXTS)
@example(name="🏊" * 500, venue="🏊" * 500, session="🏊" * 500)
def test_no_text_breaks_out_of_its_field_or_makes_the_link_too_long(name: str, venue: str, session: str) -> None:
    swim = SWIM.model_copy(update={"session": session, "event_name": name})
    told = link(swim, swimmer_name=name, venue=venue, meet_name=name, source=venue * 4)
    assert len(told or "") < 6000
    assert set(asked(told)) <= {"action", "dates", "text", "details", "location"}
