"""What a person finds in an export who has nothing but the folder."""

from __future__ import annotations

from typing import Final

__all__ = ["README", "readme"]

README: Final = "README.txt"

_HEAD: Final = """Your data, as your pod held it
==============================

This folder was written by pod-agent. It holds {what}.
Nobody else has a copy of it unless you give it away: keep it where only you can read it.

export.json   what is here: number of records by kind, and size and SHA-256 of every file
"""

_TURTLE: Final = """pod-agent/    the container of your pod, byte for byte

The documents are Turtle (https://www.w3.org/TR/turtle/). Names in them are relative: <2026-10.ttl#abc> means the
record abc of the document 2026-10.ttl beside it, wherever the folder lies. So you can open a document where it is, put
the folder on any Solid server, or into a program for linked data, and the records are named by their new address.
manifest.ttl says how many records each document of data/ holds, and its SHA-256.
"""

_NTRIPLES: Final = """pod.nt        every statement of the pod, one a line, in order (https://www.w3.org/TR/n-triples/)
pod-agent/    what is no statement: dense series (compressed CSV) and notes of imports

Names begin with {base}
"""

_JSONLD: Final = """\
pod-agent/    every document of your pod as JSON-LD (https://www.w3.org/TR/json-ld11/); what is no statement lies
              beside them: dense series (compressed CSV) and notes of imports

The context, which says what the short names mean, is inside each document: nothing has to be fetched to read it.
Names begin with {base}
"""

_CSV: Final = """*.csv         one table for each kind of record, as you see them: with your own categories and names
series/       dense series such as heart rates: time in UTC, value, device
rules.csv, corrections.csv, feedback.csv  what you said about records, suggestions and offers
imports.csv   what each import read
pod-agent/    everything else that your pod holds, as it is

The tables are UTF-8 with commas, and open in any spreadsheet. "date" and "time" are local, with the offset to UTC.
Money is in units with its currency beside it. A text that a spreadsheet would run as a formula (one that begins with
= + - or @) has a ' before it; take that away and you have the text. Long numbers, such as those of orders, are texts:
a spreadsheet that guesses may round them, so import the file with that column as text.
"""

_TEXTS: Final = {"turtle": _TURTLE, "ntriples": _NTRIPLES, "jsonld": _JSONLD, "csv": _CSV}


def readme(form: str, base: str, *, complete: bool) -> bytes:
    """The text for an export of this form, whose names begin with ``base``."""
    what = "everything that was in your pod, but for copies made for others" if complete else "a part of your pod"
    return f"{_HEAD.format(what=what)}{_TEXTS[form].format(base=base)}".encode()
