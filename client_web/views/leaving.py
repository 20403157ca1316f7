"""Taking everything along, and removing it: exports as one file, one source or the whole pod erased, with the proof."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError, NotHeldError
from client_web.views.common import attempt, begin, go, pages, required, the_agent
from client_web.works import Work

__all__ = ["page"]

page = Blueprint("leaving", __name__, url_prefix="/leaving")
FORMATS = {
    "csv": "Tables (CSV), for a spreadsheet",
    "jsonld": "JSON-LD, for programs",
    "turtle": "Turtle, exactly as in the pod",
    "ntriples": "N-Triples, one long file",
}
WORD = "erase"
CHUNK = 256 * 1024
KEPT = 900.0
"""Seconds for which a finished export waits to be downloaded."""
SOON = 3.0
"""Seconds after the last page in which its style sheet is fetched; then the server ends."""


@page.get("/source/<name>")
def source(name: str) -> str:
    """One source: what is held of it, the files it came from, taking it along and erasing it."""
    agent = the_agent()
    held = [item for item in agent.coverage() if item.source == name]
    if not held:
        raise NotHeldError(f"nothing is held from {name[:40]}")
    files = agent.origins(name)
    left, _ = attempt(pages().keeping.home.left_copies)
    return render_template(
        "source.html", name=name, held=held, files=files, formats=FORMATS, word=WORD, left=left or []
    )


@page.get("/")
def show() -> str:
    """Everything taken along, or everything erased."""
    return render_template(
        "leaving.html", formats=FORMATS, word=WORD, pod=the_agent().settings.pod, exports=pages().keeping.home.exports()
    )


@page.post("/export")
def export() -> Response:
    """Build one zip file of everything, or of one source."""
    form, wanted = required("format"), request.form.get("source", "")
    if form not in FORMATS:
        raise BadAddressError("there is no such format")
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.used() as agent:
            archive = keeping.home.export(agent, form, source=wanted, progress=work.tell)
        later = threading.Timer(KEPT, archive.remove)
        later.daemon = True
        later.start()
        return archive

    return begin(Work("export", "Building your export", url_for("pod.show", done="export") + "#export"), run)


@page.post("/download")
def download() -> Response:
    """Send the export that was built; its file is removed when the browser has it."""
    work = pages().works.last.get("export")
    archive = work.result if work and work.is_over else None
    if archive is None:
        raise NotHeldError("there is no export to download", hint="Build it again.")
    try:
        stream = archive.path.open("rb")
    except FileNotFoundError:
        raise NotHeldError("that export was downloaded or is too old", hint="Build it again.") from None

    def sent() -> Iterator[bytes]:
        with stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    response = Response(sent(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{archive.name}"'
    response.content_length = archive.size
    response.call_on_close(archive.remove)
    response.call_on_close(stream.close)
    return response


@page.post("/erase-source")
def erase_source() -> Response:
    """Remove one source for good."""
    name, keeping = required("source"), pages().keeping
    _require_word()

    def run(work: Work) -> object:
        with keeping.closed():
            work.tell(f"Removing what came from {name}")
            done = keeping.home.erase_source(name)
            work.tell("Making the index anew")
        return done

    return begin(Work("erase-source", "Erasing one source", url_for("pod.show", done="erase-source")), run)


@page.post("/erase")
def erase() -> Response:
    """Remove everything for good."""
    _require_word()
    keeping, ticked = (
        pages().keeping,
        {name: bool(request.form.get(name)) for name in ("leave_behind", "keep_exported")},
    )

    def run(work: Work) -> object:
        with keeping.closed():
            return keeping.home.erase(**ticked, progress=work.tell)

    return begin(Work("erase", "Erasing everything", url_for("leaving.goodbye")), run)


@page.get("/goodbye")
def goodbye() -> Response | str:
    """What was removed, and the proof. Where all is gone these pages end."""
    work = pages().works.last.get("erase")
    if work is None or work.result is None:
        return go(url_for("pod.show"))
    if work.result.is_complete:
        later = threading.Timer(SOON, pages().end)
        later.daemon = True
        later.start()
        return render_template("goodbye.html", erased=work.result, csrf="")
    return render_template("goodbye.html", erased=work.result, word=WORD)


def _require_word() -> None:
    if request.form.get("word", "").strip().lower() != WORD:
        raise BadAddressError(f"nothing was erased: the word was not {WORD}", hint="Go back and type it.")
