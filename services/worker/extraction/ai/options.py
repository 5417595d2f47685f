from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class AiOptions:
    """Which AI is asked, at an endpoint that speaks OpenAI's API.

    `takes` says what its model is given: the PDF itself, or pictures of the first `pages` pages. `seconds` bound an
    upload, and an answer; uploads are kept there for `file_hours`.
    """

    base_url: str
    model: str
    key: SecretStr
    takes: Literal["pdf", "pictures"] = "pdf"
    seconds: float = 120
    pages: int = 40
    file_hours: int = 24
