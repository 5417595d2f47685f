from __future__ import annotations

from services.api.gateway import gateway
from services.api.settings import ApiSettings
from services.runtime import lifecycle, log


async def serve() -> None:
    settings = ApiSettings()
    log.configure("api", settings.log_level)
    async with gateway(settings):
        await lifecycle.stop_signal()


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
