"""Zips and pages whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date

__all__ = ["page", "zipped"]


def zipped(files: Mapping[str, bytes], day: date) -> bytes:
    """The zip of these members, each dated noon of the day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 12, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return buffer.getvalue()


def page(text: str) -> bytes:
    """A PDF of one page with a line of plain text on it, as services lay one beside their exports."""
    line = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        f"<< /Length {len(line)} >>\nstream\n{line}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    )
    content = "%PDF-1.4\n"
    starts = []
    for number, told in enumerate(objects, 1):
        starts.append(len(content))
        content += f"{number} 0 obj\n{told}\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    content += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{content.index('xref')}\n%%EOF\n"
    return content.encode("ascii")
