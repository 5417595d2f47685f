from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from schema.events import AiFile
    from schema.states import Stage


class Enter(Protocol):
    """Called with a stage and a sentence for people; returns when the world knows, and the stage may begin.

    `ai_file` is what an upload made, in the stage behind it.
    """

    async def __call__(self, stage: Stage, sentence: str, ai_file: AiFile | None = None) -> None: ...
