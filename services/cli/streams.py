from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from services.client.following import BatchNews


def merged(streams: Mapping[str, Iterable[BatchNews]]) -> Iterator[tuple[str, BatchNews]]:
    """The events of several batches as they come, each with whose batch it is of, until all are over.

    What one of the streams raises is raised here, and the others are left.
    """
    said: SimpleQueue[tuple[str, BatchNews | BaseException | None]] = SimpleQueue()

    def listen(whose: str, stream: Iterable[BatchNews]) -> None:
        try:
            for news in stream:
                said.put((whose, news))
        except BaseException as failure:  # noqa: BLE001 - raised again by who reads
            said.put((whose, failure))
        else:
            said.put((whose, None))

    for whose, stream in streams.items():
        Thread(target=listen, args=(whose, stream), daemon=True).start()  # Ctrl-C does not wait for the lines
    left = len(streams)
    while left:
        whose, news = said.get()
        if isinstance(news, BaseException):
            raise news
        if news is None:
            left -= 1
        else:
            yield whose, news
