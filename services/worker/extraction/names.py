from __future__ import annotations

import hashlib
import re
import unicodedata

#: The column that keeps a normalised name.
MAX_KEY = 255
_DIGEST = 16

_LETTERS = str.maketrans(
    {
        "\u0131": "i",
        "\u03d0": "f",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
    }
)
#: Inside a word these are no border, and people leave them out or type one for another.
_APOSTROPHES = re.compile(r"(?<=\w)['`\u2018\u2019\u00b4\u02bb\u02bc\u2032](?=\w)")
_WORDS = re.compile(r"[^\W_]+")
_NICKNAME = re.compile(r"[\"“”(][^\"“”()]*[\"“”)]")
_LOST = re.compile(r"[?\ufffd]+")
#: Stands for lost characters while a name is folded: a letter that occurs in one manuscript and in no name.
_GAP = "\ua66e"


def normalize(name: str) -> str:
    """One key for all spellings of a name: `Last, First` turned round, case, accents and marks folded away.

    Never empty for a name with any character but blanks, and at most MAX_KEY characters.
    """
    last, comma, first = name.partition(",")
    key = _fold(f"{first} {last}" if comma else name) or " ".join(name.casefold().split())
    if len(key) <= MAX_KEY:
        return key
    digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST).hexdigest()
    return f"{key[: MAX_KEY - len(digest) - 1]}-{digest}"


def without_initials(name: str) -> str:
    """The key of a printed name without its middle initials and nickname; the name's own key if it has none."""
    last, comma, first = _NICKNAME.sub(" ", name).partition(",")
    if not comma:
        words = _fold(last).split()
        return " ".join([*words[:1], *(word for word in words[1:-1] if len(word) > 1), *words[-1:]])
    given = _fold(first).split()
    return _fold(" ".join([*given[:1], *(word for word in given[1:] if len(word) > 1), last]))


def damaged_pattern(name: str) -> re.Pattern[str] | None:
    """What keys a printed name may stand for whose characters were lost or doubled on their way into the PDF.

    `Re?ut` lost some, and fonts print `Jhoë` as `Jhoeë`. None for a name without such damage.
    """
    mended = _LOST.sub(_GAP, name if name.isascii() else _undouble(name))
    if mended == name:
        return None
    last, comma, first = mended.partition(",")
    return re.compile(re.escape(_fold(f"{first} {last}" if comma else mended)).replace(_GAP, r"[^\W_]{0,3}"))


def _fold(text: str) -> str:
    text = _APOSTROPHES.sub("", text)
    if not text.isascii():  # most names are, and need none of this
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
        text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(text.casefold()))


def _undouble(name: str) -> str:
    """Drop a plain letter before the same letter with a mark on it."""
    kept = [
        letter
        for letter, following in zip(name, [*name[1:], ""], strict=True)
        if not (letter.isalpha() and following != letter and _fold(following) == _fold(letter) != following.casefold())
    ]
    return "".join(kept)
