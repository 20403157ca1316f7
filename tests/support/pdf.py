"""Small PDFs for tests: text at places, written by hand, and PDFs that mean harm."""

from __future__ import annotations

import zlib

__all__ = ["SIDE", "endless_pdf", "locked_pdf", "pdf", "swollen_pdf"]

SIDE = "side:"
"""A text that begins with this runs up the left margin, as the codes at the edge of statements do."""

Text = tuple[float, float, str]
"""Left edge and distance from the top in points, and what stands there; right-aligned with a negative left edge."""

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
SIZE = 7
WIDTH = SIZE * 0.6
"""Of one character of Courier."""


def pdf(*pages: list[Text]) -> bytes:
    """A PDF with these texts on its pages."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        FONT,
    ]
    for number, texts in enumerate(pages):
        content = b"\n".join(map(_show, texts))
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (5 + 2 * number),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _file(objects)


def locked_pdf() -> bytes:
    """A PDF that needs a password nobody has."""
    zeros = b"<" + b"41" * 32 + b">"
    lock = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O " + zeros + b" /U " + zeros + b" >>"
    return _file(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", lock],
        b"/Encrypt 3 0 R /ID [<41> <41>]",
    )


def endless_pdf() -> bytes:
    """A PDF whose pages draw one another for ever: each form shows the next one twice."""
    depth = 60
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /N 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length 5 >>\nstream\n/N Do\nendstream",
    ]
    objects += [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /N %d 0 R >> >>"
        b" /Length 11 >>\nstream\n/N Do /N Do\nendstream" % (6 + number)
        for number in range(depth)
    ]
    return _file([*objects, b"null"])


def swollen_pdf() -> bytes:
    """A PDF of some KiB whose one page inflates to more than any memory it may have."""
    stream = zlib.compressobj(9)
    first, again = (stream.compress(b"BT ET " * 1_000_000) + stream.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    content = first + again * 199  # after a full flush the same bytes mean the same again; the end is never reached
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /Contents 4 0 R >>",
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    )


def _show(text: Text) -> bytes:
    left, top, words = text
    if left < 0:
        left = -left - len(words) * WIDTH
    matrix = b"1 0 0 1" if not words.startswith(SIDE) else b"0 1 -1 0"
    shown = (
        words.removeprefix(SIDE).encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    return b"BT /F1 %d Tf %s %.2f %.2f Tm (%s) Tj ET" % (SIZE, matrix, left, 842 - top, shown)


def _file(objects: list[bytes], more: bytes = b"") -> bytes:
    """The objects, numbered from 1, with the table of where they stand."""
    content, places = b"%PDF-1.4\n", list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, more, len(content))
    )
