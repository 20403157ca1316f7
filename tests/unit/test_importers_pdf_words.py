"""PDFs that mean harm or keep their words: what a child process may take, and how each is refused."""

from __future__ import annotations

import os
import sys

import pytest

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.banks.ocbc_pdf import OcbcPdf
from pod_agent.importers.banks.pdf_words import pdf_lines
from tests.support.pdf import SIDE, endless_pdf, locked_pdf, pdf, swollen_pdf
from tests.support.rows import BytesExport

pytest.importorskip("pdfplumber")


def test_words_on_one_height_are_one_line_and_text_on_its_side_is_left_out() -> None:
    content = pdf([(50, 50, "right"), (10, 400, f"{SIDE}EDGE"), (20, 51, "left")], [(50, 50, "page two")])
    assert [(line.page, line.text) for line in pdf_lines(BytesExport(content))] == [(1, "left right"), (2, "page two")]


def test_no_pdf_is_opened_to_be_recognised() -> None:
    began = sum(os.times()[2:4])
    assert OcbcPdf().identify(BytesExport(endless_pdf(), "statement.pdf")).value > 0
    assert sum(os.times()[2:4]) == began


def test_a_locked_pdf_is_refused_with_what_to_do() -> None:
    export = BytesExport(locked_pdf(), "statement.pdf")
    assert OcbcPdf().identify(export).value > 0
    with pytest.raises(RefusedExportError, match="password") as error:
        list(OcbcPdf().extract(export))
    assert "without one" in (error.value.hint or "")


def test_a_scan_is_refused() -> None:
    with pytest.raises(RefusedExportError, match="it is a scan"):
        list(OcbcPdf().extract(BytesExport(pdf([]), "scan.pdf")))


def test_a_pdf_that_never_ends_is_stopped() -> None:
    with pytest.raises(RefusedExportError, match="may never end"):
        pdf_lines(BytesExport(endless_pdf()), seconds=2)


def test_a_pdf_that_explodes_takes_only_its_own_process() -> None:
    with pytest.raises(RefusedExportError, match="damaged, or needs more time or memory"):
        pdf_lines(BytesExport(swollen_pdf()))


@pytest.mark.parametrize("content", [b"%PDF-1.4 junk", pdf([(50, 50, "x")])[:300], b"%PDF-" + bytes(range(256)) * 20])
def test_a_damaged_pdf_is_refused_or_empty(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        list(OcbcPdf().extract(BytesExport(content, "statement.pdf")))


def test_a_pdf_without_its_reader_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(MissingExtraError) as error:
        pdf_lines(BytesExport(pdf([(50, 50, "x")])))
    assert error.value.hint == "pip install 'pod-agent[documents]'"
    opinion = OcbcPdf().identify(BytesExport(pdf([(50, 50, "x")])))
    assert opinion.value == 0
    assert error.value.hint in opinion.why
