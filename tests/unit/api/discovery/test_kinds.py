from __future__ import annotations

import pytest

from schema.pdf_kind import PdfKind
from services.api.discovery.kinds import kind_hinted, kind_said, says_nothing

SAID = {
    PdfKind.HEAT_SHEET: [
        "Heat Sheet - Saturday AM",
        "2026_JuneOpen_HeatSheets.pdf",
        "heatsheet2.pdf",
        "Session 1 Heats",
        "Meet Program (with heats & lanes)",
        "Start List Session 3",
        "Startliste Abschnitt 1",
        "Meldeergebnis",
        "MeldeErgebnis_Samstag.pdf",
        "Laufliste",
        "Liste de départ samedi",
        "Series",
        "Listado de series",
        "Lista de salida",
        "Lista di partenza",
        "Balizamento 1ª etapa",
        "Startlijst zaterdag",
        "Seri Listesi",
    ],
    PdfKind.PSYCH_SHEET: [
        "Psych Sheet",
        "psychsheet.pdf",
        "Entries by event",
        "Meldeliste",
        "Inscritos",
        "Kat\u0131l\u0131m listesi",
    ],
    PdfKind.SESSION_REPORT: ["Session Report", "SessionReport.pdf"],
    PdfKind.TIMELINE: ["Timeline", "Time line (est.)", "Zeitplan", "Horario", "Horaires", "Orario gare", "Tijdschema"],
    PdfKind.INFORMATION: [
        "Meet Information",
        "MeetInfo.pdf",
        "Ausschreibung",
        "Meet packet",
        "Summer Series Meet Info",
    ],
    PdfKind.RESULTS: ["Full Results", "Ergebnisse", "Protokoll", "Résultats", "Uitslagen", "Sonuçlar", "Risultati"],
    PdfKind.ENTRY_FORM: ["Heat sheet order form", "Entry form", "Meldeformular", "Volunteer sign-up sheet"],
    PdfKind.FLYER: ["Flyer", "Sponsors", "T-Shirt order"],
    PdfKind.MAP: ["Parking map", "Directions to the pool", "Anfahrt", "Plan d'accès"],
    PdfKind.WAIVER: ["Waiver", "Photo release", "Liability form", "Haftungsausschluss"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_words_say_what_a_pdf_is(kind: PdfKind, text: str) -> None:
    assert kind_said(text) is kind


@pytest.mark.parametrize("text", ["", "Saturday", "document.pdf", "Стартовый протокол", "Theatres", "Enforcement"])
def test_other_words_say_nothing_of_it(text: str) -> None:
    assert kind_said(text) is None


def test_words_around_many_links_count_where_they_name_one_kind() -> None:
    assert kind_hinted("Heat Sheets") is PdfKind.HEAT_SHEET
    assert kind_hinted("Heat Sheets and Results") is None
    assert kind_hinted("Downloads") is None


@pytest.mark.parametrize("text", ["", "Download (PDF, 340 kB)", "click here", "hier herunterladen", "»", "2"])
def test_some_texts_tell_no_link_from_another(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["Session 1", "Download heats", "Стартовый протокол", "スタートリスト"])
def test_others_do(text: str) -> None:
    assert not says_nothing(text)
