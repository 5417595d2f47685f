"""A machine of its own for look-ups: run under `unshare --net --mount`, so that it sees nothing but itself.

There the system's resolver asks our name server, public and private addresses are all this machine's, and one web
server listens on each of them and notes where it was reached. A line of JSON in is one download, a line out is what
came of it. Nothing of the machine around it is touched: its resolver's files are covered in this mount namespace only.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dnslib import QTYPE, RCODE, RR, DNSRecord

from schema.errors import JobFault
from services.worker.download import Downloader, DownloadLimits
from tests.integration.web import Web, response

NAME_SERVER = "127.0.0.53"
#: Of the machine beside 127.0.0.0/8 and ::1.
PUBLIC, ADDRESSES = "11.22.33.44", ("11.22.33.44", "10.1.2.3", "169.254.169.254", "168.63.129.16")
PDF = b"%PDF-1.7\n" + b"lane 4 " * 10
PAGES = {
    "/sheet.pdf": response(PDF),
    "/again": response(status="302 Found", location="/sheet.pdf"),
}
_SET_FLAGS, _SET_ADDRESS, _UP = 0x8914, 0x8916, 0x1 | 0x40


class NameServer(asyncio.DatagramProtocol):
    """Answers by type and name, each question with the next of its answers, the last of which stays.

    An answer is records as a zone file has them, the name of an error, or None for silence.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[str | None]] = {}
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        question = DNSRecord.parse(data)
        asked = f"{QTYPE[question.q.qtype]} {question.q.qname.idna().rstrip('.')}"
        self.asked.append(asked)
        left = self.answers.get(asked, [""])
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer is None:
            return
        reply = question.reply()
        if answer in RCODE.reverse:
            reply.header.rcode = RCODE.reverse[answer]
        else:
            reply.add_answer(*RR.fromZone(answer))
        self._transport.sendto(reply.pack(), sender)  # type: ignore[attr-defined]  # a datagram's


class Notes(Web):
    """The web server, and at which of the machine's addresses it was reached."""

    def __init__(self) -> None:
        super().__init__()
        self.pages |= PAGES
        self.reached: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached.append(writer.get_extra_info("sockname")[0])
        await super().answer(reader, writer)


def settle(files: Path) -> None:
    """Bring the network up, and give the resolver its files."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
        for number, address in enumerate(ADDRESSES):
            name, where = f"lo:{number}".encode(), socket.inet_aton(address)
            fcntl.ioctl(control, _SET_ADDRESS, struct.pack("16sHH4s8x", name, socket.AF_INET, 0, where))
    for path, text in {"resolv.conf": f"nameserver {NAME_SERVER}\n", "nsswitch.conf": "hosts: dns\n"}.items():
        (files / path).write_text(text)
        subprocess.run(["mount", "--bind", files / path, f"/etc/{path}"], check=True)  # noqa: S607 - of the system


async def download(asked: dict[str, Any], names: NameServer, web: Notes) -> dict[str, Any]:
    names.answers, names.asked, web.reached = asked["answers"], [], []
    limits = DownloadLimits(100_000, connect_seconds=5, read_seconds=5, total_seconds=asked["seconds"])
    try:
        pdf = await Downloader(limits, allowed_hosts=frozenset(asked["allowed"])).fetch(asked["link"])
        outcome = "whole" if pdf == PDF else "damaged"
    except JobFault as fault:
        outcome = fault.code
    return {"outcome": outcome, "asked": sorted(names.asked), "reached": web.reached}


async def live() -> None:
    loop, names, web, orders = asyncio.get_running_loop(), NameServer(), Notes(), asyncio.StreamReader()
    await loop.create_datagram_endpoint(lambda: names, (NAME_SERVER, 53))
    await asyncio.start_server(web.answer, "0.0.0.0", 80)  # noqa: S104 - of a network with nobody else
    if socket.has_dualstack_ipv6():
        await asyncio.start_server(web.answer, "::", 80)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("settled", flush=True)  # noqa: T201 - how it talks
    while line := await orders.readline():
        print(json.dumps(await download(json.loads(line), names, web)), flush=True)  # noqa: T201


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settle(Path(folder))
        asyncio.run(live())
