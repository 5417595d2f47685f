from __future__ import annotations

import re
import unicodedata

#: Metres or yards; every distance is a multiple of it.
SHORTEST = 25
#: Strokes that English sheets write in several ways, and the way in which swimmers write them on their arms.
_ENGLISH = {
    "freestyle": "Free",
    "free": "Free",
    "backstroke": "Back",
    "back": "Back",
    "breaststroke": "Breast",
    "breast": "Breast",
    "butterfly": "Fly",
    "fly": "Fly",
    "individual medley": "IM",
    "ind medley": "IM",
    "i.m.": "IM",
    "im": "IM",
    "medley": "Medley",
}
#: Other languages' words are short already, and stay as the sheet has them.
_STROKES = (
    *_ENGLISH,
    *("freistil", "rücken", "brust", "schmetterling", "delphin", "delfin", "lagen", "kraul"),
    *("serbest", "sırtüstü", "kurbağalama", "kelebek", "karışık"),  # noqa: RUF001 - Turkish
    *("libres", "libre", "espalda", "dorso", "pecho", "braza", "mariposa", "estilos", "combinado", "crol"),
    *("nage libre", "nl", "dos", "brasse", "papillon", "pap", "4 nages", "quatre nages"),
    *("stile libero", "sl", "rana", "farfalla", "delfino", "misti"),
    *("livres", "livre", "costas", "bruços", "peito", "borboleta"),
    *("vrije slag", "rugslag", "schoolslag", "vlinderslag", "wisselslag"),
)
_RELAYS = (
    *("relay", "relays", "staffel", "staffeln", "relais", "relevo", "relevos", "posta", "postas", "staffetta"),
    *("staffette", "estafette", "estafeta", "estafetas", "revezamento", "revezamentos", "bayrak"),
)
#: Words that make another swim of it: a part of the stroke, aids, or the same race once more.
_OTHERWISE = (
    *("kick", "kicks", "pull", "drill", "fins", "paddles", "beine", "arme", "flossen", "jambes", "palmes", "gambe"),
    *("pinne", "piernas", "aletas", "pernas", "barbatanas", "benen", "ayak", "palet", "time trial", "swim-off"),
    *("swim off", "swimoff"),
)
_METRES = r"(?:[ls]c\b\s*)?(?:(?:m|mt|mts|metres?|meters?|metros|metri|mètres|y|yds?|yards?|[ls]c[my])\b\.?\s*)?"


def _any(words: tuple[str, ...]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


_RACE = re.compile(
    rf"(?<!\d[.,])(?<![\w-])(?:(?P<times>\d{{1,2}})\s*[x×*]\s*)?(?P<distance>\d{{2,4}})\s*{_METRES}"  # noqa: RUF001 - as it is printed
    rf"(?P<stroke>{_any(_STROKES)})(?:(?P<joined>staffeln?)|(?:\s+(?P<relay>{_any(_RELAYS)}))?)(?!\w)",
    re.IGNORECASE,
)
_IS_RELAY = re.compile(rf"\b(?:{_any(_RELAYS)})\b|staffeln?\b", re.IGNORECASE)
_IS_OTHERWISE = re.compile(rf"\b(?:{_any(_OTHERWISE)})\b", re.IGNORECASE)


def short_name(event_name: str) -> str:
    """An event as swimmers call it, `100 Free` of `Girls 11-12 100 LC Meter Freestyle`, in the sheet's own language.

    Who may swim it and in which pool are left out. A name that says more than distance, stroke and relay, says two
    races, or is not understood, stays as the sheet prints it, in one line.
    """
    printed = " ".join(unicodedata.normalize("NFC", event_name).split())
    # Some sheets' fonts map the ligature of `Butterfly` to a Greek letter.
    races = list(_RACE.finditer(printed.replace("\u03d0", "f")))
    if len(races) != 1 or _IS_OTHERWISE.search(printed):
        return printed
    race = races[0]
    if int(race["distance"]) % SHORTEST:
        return printed
    stroke = " ".join(race["stroke"].split())
    stroke = _ENGLISH.get(stroke.casefold(), stroke) + (race["joined"] or "")
    relay = race["relay"] or ""
    if not (race["times"] or relay or race["joined"]) and _IS_RELAY.search(printed):
        return printed
    distance = f"{race['times']}x{race['distance']}" if race["times"] else race["distance"]
    return " ".join(part for part in (distance, stroke, relay) if part)
