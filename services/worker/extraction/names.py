from __future__ import annotations

import functools
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
#: Nothing but words, and initials at most.
_PLAIN = re.compile(r"(?!.* or )[A-Za-z ]+(,[A-Za-z ]+)?")
#: A name has no digits: these are an age.
_AGE = re.compile(r"\d+")
#: More are no name any more, and would take long to compare.
_MOST_GAPS = 4
_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"}
)
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


def other_keys(name: str, key: str = "") -> tuple[str, ...]:
    """Further keys that a printed name answers to where nobody has them exactly; its own `key` is not among them.

    Without middle initials; without a nickname, or by it (`Sven "svenne"`); by each of `Bo or Bodil`; without an age
    that ran into an initial (`Dag R15`); and with marked letters spelled out (`Mueller`).
    """
    key = key or normalize(name)
    if _PLAIN.fullmatch(name):  # as most are; a sheet has thousands
        words = key.split()
        count = len(name.partition(",")[2].split()) or len(words) - 1
        bare = [word for place, word in enumerate(words) if len(word) > 1 or not 0 < place < count]
        return () if len(bare) == len(words) else (" ".join(bare),)
    last, comma, first = _AGE.sub("", _NICKNAME.sub(" ", name)).partition(",")
    words = _fold(first if comma else last).split()
    given, family = (words, _fold(last)) if comma else (words[:-1], "".join(words[-1:]))
    firsts = {" ".join(given), " ".join([*given[:1], *(word for word in given[1:] if len(word) > 1)])}
    firsts |= {_fold(nickname) for nickname in _NICKNAME.findall(name)}
    if "or" in given[1:-1]:
        at = given.index("or", 1)
        firsts |= {" ".join(given[:at]), " ".join(given[at + 1 :])}
    keys = {f"{first} {family}".strip() for first in firsts if first} | {normalize(spelled_out(name))}
    return tuple(sorted(keys - {key, ""}))


def spelled_out(name: str) -> str:
    """The name as people type it who have no such keys: `Müller` as `Mueller`."""
    return name if name.isascii() else unicodedata.normalize("NFC", name).translate(_SPELLED)


def unordered(key: str) -> str:
    """The words of a key in one order for all orders, without initials; for comparing, never shown."""
    words = sorted(key.split())
    return " ".join([word for word in words if len(word) > 1] or words)


def mended(name: str) -> tuple[str, ...]:
    """The keys, with gaps, of a printed name whose characters were lost or doubled on their way into the PDF.

    `Re?ut` lost some, and fonts print `Jhoë` as `Jhoeë`. Empty for a name without such damage, and for one with so many
    gaps that it could be anybody.
    """
    whole = _LOST.sub(_GAP, name if name.isascii() else _undouble(name))
    if whole == name or whole.count(_GAP) > _MOST_GAPS:
        return ()
    return (normalize(whole), *other_keys(whole))


def stands_for(gapped: str, key: str) -> bool:
    """Whether a mended key may be this one: up to three characters were lost in each gap."""
    head, gap, _ = gapped.partition(_GAP)
    if not gap:
        return gapped == key
    return key.startswith(head) and bool(re.fullmatch(re.escape(gapped).replace(_GAP, r"[^\W_]{0,3}"), key))


def _fold(text: str) -> str:
    text = _APOSTROPHES.sub("", text)
    if not text.isascii():  # most names are, and need none of this
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
        text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(text.casefold()))


def _undouble(name: str) -> str:
    """Drop a plain letter before the same letter with a mark on it."""
    return "".join(
        letter
        for letter, following in zip(name, [*name[1:], ""], strict=True)
        if following.isascii() or letter == following or not letter.isalpha() or not _marks(following, letter)
    )


@functools.cache
def _marks(marked: str, plain: str) -> bool:
    return _fold(marked) == _fold(plain) != marked.casefold()
