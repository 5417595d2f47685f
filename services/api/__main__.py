from __future__ import annotations

import gc

from services.api.gateway import gateway
from services.api.settings import ApiSettings
from services.runtime import lifecycle, log

#: Rarer than by default: a full collection looks at all that thousands of open streams are made of, and all of them
#: wait for it: 0.4 s and more were seen with 5,000, which left some hundred objects behind that need it.
COLLECTIONS = (10_000, 20, 100)


async def serve() -> None:
    settings = ApiSettings()
    log.configure("api", settings.log_level)
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
    async with gateway(settings):
        await lifecycle.stop_signal()


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
