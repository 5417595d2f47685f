from __future__ import annotations

from typing import NamedTuple

#: Darker is ink.
_DARK = 140
_INK = bytes(1 if grey < _DARK else 0 for grey in range(256))


class Bitmap(NamedTuple):
    """Rows of grey bytes from the top; 0 is black."""

    width: int
    height: int
    grey: bytes

    def ink(self) -> bytes:
        """1 for each dot that is dark."""
        return self.grey.translate(_INK)

    def cut(self, left: int, top: int, right: int, bottom: int) -> Bitmap:
        starts = range(top * self.width, bottom * self.width, self.width)
        return Bitmap(right - left, bottom - top, b"".join(self.grey[start + left : start + right] for start in starts))

    def pgm(self) -> bytes:
        """A file of the kind of pictures that needs no packing."""
        return b"P5 %d %d 255\n" % (self.width, self.height) + self.grey
