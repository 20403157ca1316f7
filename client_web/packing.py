"""Documents as one zip file to download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from flask import Response

__all__ = ["as_zip"]

DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every member, so that the same documents make the same file."""


def as_zip(documents: Mapping[str, bytes], name: str) -> Response:
    """A download of these documents, by their paths, byte for byte."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, content in sorted(documents.items()):
            archive.writestr(zipfile.ZipInfo(path, DATE), content, zipfile.ZIP_DEFLATED)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.getvalue(), mimetype="application/zip", headers=headers)
