"""PDFs that were made to hurt who opens them. Each is small; what it asks for is not."""

from __future__ import annotations

import io
import random
import zlib
from typing import TYPE_CHECKING

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.samples.hytek import sample
from tests.samples.meet import Options

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = sample(Options(seed=3, events=3, heats=1))
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_MEGABYTE = 1024 * 1024


def written(objects: dict[int, bytes], more: bytes = b"") -> bytes:
    """A file of these objects, the first of which is the catalogue; `more` goes into the trailer."""
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, content in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 %b \n" % (offsets.get(number, 0), b"n" if number in offsets else b"f")
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, more, start)
    return bytes(out)


def stream(data: bytes, head: bytes = b"", times: int = 1) -> bytes:
    """A stream object, packed so many times."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    filters = b"/FlateDecode " * times
    return b"<< %b /Length %d /Filter [ %b] >>\nstream\n%b\nendstream" % (head, len(data), filters, data)


def one_page(content: bytes, more: dict[int, bytes] | None = None, resources: bytes = b"", page: bytes = b"") -> bytes:
    """A page that shows object 4; `more` objects are numbered from 6 on."""
    head = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: head + b" /Resources << /Font << /F 5 0 R >> " + resources + b" >> " + page + b" >>",
            4: content,
            5: _FONT,
            **(more or {}),
        }
    )


def locked() -> bytes:
    return _encrypted(StandardEncryption("secret", strength=128))


def locked_for_changes_only() -> bytes:
    return _encrypted(StandardEncryption("", ownerPassword="secret", strength=128))


def _encrypted(lock: StandardEncryption) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, encrypt=lock)
    canvas.drawString(50, 800, "Event 1 Girls 50 Free")
    canvas.save()
    return file.getvalue()


def ten_thousand_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [%b] /Count 10000 >>" % kids,
            **dict.fromkeys(range(3, 10_003), page),
        }
    )


def more_pages_said_than_there_are() -> bytes:
    return GOOD.pdf.replace(b"/Count 1 ", b"/Count 299 ")


def deep_page_tree() -> bytes:
    depth = 20_000
    node = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>"
    tree = {number: node % (number + 1) for number in range(2, depth)}
    return written({1: b"<< /Type /Catalog /Pages 2 0 R >>", **tree, depth: b"<< /Type /Page >>"})


def page_tree_in_a_ring() -> bytes:
    node = b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 200 >>"
    return written({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: node, 3: node})


def nested_arrays() -> bytes:
    return one_page(stream(b"BT"), page=b"/A " + b"[" * 500_000)


def nested_dictionaries() -> bytes:
    return one_page(stream(b"BT"), page=b"/A " + b"<< /A " * 200_000)


def nested_arrays_to_show() -> bytes:
    return one_page(stream(b"BT /F 9 Tf " + b"[" * 2_000_000 + b" TJ ET"))


def references_in_a_ring() -> bytes:
    return written({1: b"2 0 R", 2: b"3 0 R", 3: b"1 0 R"})


def tables_in_a_ring() -> bytes:
    content = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}
    plain = written(content)
    return written(content, more=b"/Prev %d" % plain.rindex(b"xref\n0"))


def length_of_itself() -> bytes:
    return one_page(b"<< /Length 4 0 R >>\nstream\nBT /F 9 Tf (a) Tj ET\nendstream")


def form_in_itself() -> bytes:
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>")
    return one_page(stream(b"/X Do"), {6: form}, b"/XObject << /X 6 0 R >>")


def text_for_ever() -> bytes:
    """Ten forms deep, each draws the next ten times: a text of ten thousand million characters."""
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 600 700] /Resources << %b >>"
    forms = {
        number: stream(b"/X Do " * 10, head % (b"/XObject << /X %d 0 R >>" % (number + 1))) for number in range(6, 16)
    }
    forms[16] = stream(b"BT /F 9 Tf 9 9 Td (a) Tj ET", head % b"/Font << /F 5 0 R >>")
    return one_page(stream(b"/X Do " * 10), forms, b"/XObject << /X 6 0 R >>")


def a_sea_of_text() -> bytes:
    """A million lines on a page, packed well."""
    return one_page(stream(b"BT /F 9 Tf 50 700 Td " + b"0 -9 Td (1 Somebody, Nobody 12 TEAM 1:02.03) Tj " * 1_000_000))


def a_full_page() -> bytes:
    """More lines than fit a page, in a layout that nobody knows."""
    return one_page(stream(b"BT /F 9 Tf 50 700 Td " + b"0 -9 Td (A line of an epic poem.) Tj " * 4_000))


def long_text_of_one_letter() -> bytes:
    """A font that says of its one letter that it stands for five hundred."""
    meaning = b"/CMapName /A def 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <61> <%b> endbfchar"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>"
    content = stream(b"BT /G 9 Tf 50 700 Td " + b"(aaaaaaaaaaaaaaaa) Tj " * 20_000)
    more = {6: font, 7: stream(meaning % (b"0061" * 500))}
    return one_page(content, more).replace(b"/F 5 0 R", b"/G 6 0 R")


def vast_picture() -> bytes:
    size = b"/Width 200000 /Height 200000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    picture = stream(bytes(_MEGABYTE), b"/Type /XObject /Subtype /Image " + size)
    return one_page(stream(b"600 0 0 700 0 0 cm /X Do"), {6: picture}, b"/XObject << /X 6 0 R >>")


def packed_picture() -> bytes:
    """Two gigabytes of black in some kilobytes, packed thrice."""
    size = b"/Width 46000 /Height 46000 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    picture = _bomb(b"/Type /XObject /Subtype /Image " + size)
    return one_page(stream(b"600 0 0 700 0 0 cm /X Do"), {6: picture}, b"/XObject << /X 6 0 R >>")


def packed_page() -> bytes:
    """Two gigabytes of blanks that a page shows, in some kilobytes."""
    return one_page(_bomb(b""))


def _bomb(head: bytes) -> bytes:
    """Two gigabytes, packed thrice, out of one megabyte that was packed once and is repeated."""
    pack = zlib.compressobj(9)
    start = pack.compress(b"") + pack.flush(zlib.Z_FULL_FLUSH)
    again = pack.compress(b" " * _MEGABYTE) + pack.flush(zlib.Z_FULL_FLUSH)
    data = zlib.compress(zlib.compress(start + again * 2048 + pack.flush(), 9), 9)
    filters = b"/FlateDecode /FlateDecode /FlateDecode"
    return b"<< %b /Length %d /Filter [ %b ] >>\nstream\n%b\nendstream" % (head, len(data), filters, data)


def vast_page() -> bytes:
    return one_page(stream(b"BT /F 9 Tf (a) Tj ET")).replace(b"[0 0 612 792]", b"[-9e9 -9e9 9e9 9e9]")


def vast_table() -> bytes:
    return GOOD.pdf.replace(b"xref\n0 ", b"xref\n0 4294967295", 1)


def nothing_but_noise() -> bytes:
    return random.Random(1).randbytes(_MEGABYTE)  # noqa: S311 - noise, no secret


def noise_with_a_head() -> bytes:
    return b"%PDF-1.7\n" + nothing_but_noise()


def nothing_but_zeros() -> bytes:
    return bytes(_MEGABYTE)


def cut(at: float) -> Callable[[], bytes]:
    def make() -> bytes:
        return GOOD.pdf[: int(len(GOOD.pdf) * at)]

    make.__name__ = f"cut_at_{at:.0%}"
    return make
