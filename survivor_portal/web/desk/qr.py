"""The square picture an app reads a secret from, as one path. No `data:` address and no style: the page's
content policy allows neither."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode import QRCode


@dataclass(frozen=True, slots=True)
class Square:
    """`side`: how many fields wide, the empty edge included. `path`: the dark fields, as SVG draws them."""

    side: int
    path: str


def square(text: str) -> Square:
    """The picture of this text."""
    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    drawn = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return Square(len(rows), drawn)
