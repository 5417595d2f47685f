from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schema.plain import CONTROLS, TURNS, plain


def shown(text: str) -> str:
    """What of a text is seen. Raises ValueError where that is nothing."""
    if not (said := plain(text).strip()):
        raise ValueError("must have something that can be seen")
    return said


#: PostgreSQL stores no NUL in TEXT or JSONB, so no message may carry one.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
#: BLAKE2b with a 16-byte digest, in hex: the key of a PDF's bytes everywhere.
Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
#: A swimmer as a person types it: one line, 1 to 255 characters, not only blanks.
SwimmerName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]*$")
]
Filename = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^https?://[^\x00-\x20]+$")]
Email = Annotated[str, StringConstraints(max_length=255, pattern=r"^[^@\x00-\x20]+@[^@\x00-\x20]+\.[^@\x00-\x20]+$")]
#: The same as a command brings them. Facts are read by what stands above: old ones stay what they were.
GivenEmail = Annotated[
    str,
    StringConstraints(
        max_length=255,
        pattern=rf"^[^@\x20{CONTROLS}{TURNS}]+@[^@\x20{CONTROLS}{TURNS}]+\.[^@\x20{CONTROLS}{TURNS}]+$",
    ),
]
GivenName = Annotated[SwimmerName, AfterValidator(shown)]
ShortCode = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
#: What fits PostgreSQL's INTEGER and counts something.
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Model(BaseModel):
    """A frozen value of the contract. An unknown field is an error: a changed shape needs a new version."""

    # Errors say where and what, never the value: it may be a child's name on its way into a log.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)
