"""Checks of what a pod holds: every byte, its media type, and nothing that was removed."""

from __future__ import annotations

from collections.abc import Callable

from pod_agent.pods.pod import TURTLE, ETag
from pod_agent.testing.scratch import TURTLE_TEXT, OpenPod, Scratch, hold

__all__ = ["DOCUMENTS"]

_BYTES = "application/octet-stream"
_TYPES = {
    "a.ttl": TURTLE,
    "b.csv.gz": "application/gzip",
    "c.txt": "text/plain",
    "d.json": "application/json",
    "e": _BYTES,
    "f.nt": "application/n-triples",
    "g.nq": "application/n-quads",
    "h.csv": "text/csv",
    "i.jsonld": "application/ld+json",
}
_LITERALS = b"""@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<#a> <http://schema.org/price> "12.00"^^xsd:decimal , 3 , 1e0 , true ;
    <http://schema.org/orderDate> "2026-10-31T23:59:59.125+08:00"^^xsd:dateTime ; <b#c> </d> , <../e> .
"""


def _keeps_bytes(open_pod: OpenPod, bodies: dict[str, bytes]) -> None:
    with Scratch(open_pod) as scratch:
        for name, body in bodies.items():
            scratch.pod.write(scratch.path(name), body, media_type=_TYPES[name], if_match=None)
            hold(scratch.content(name) == body, f"{name} comes back byte for byte")


def _keeps_turtle(open_pod: OpenPod) -> None:
    _keeps_bytes(open_pod, {"a.ttl": TURTLE_TEXT})


def _keeps_literals_and_relative_names(open_pod: OpenPod) -> None:
    _keeps_bytes(open_pod, {"a.ttl": _LITERALS})


def _keeps_triples_and_quads(open_pod: OpenPod) -> None:
    line = b'<http://a.example/b> <http://a.example/c> "d"@en'
    _keeps_bytes(open_pod, {"f.nt": line + b" .\n", "g.nq": line + b" <http://a.example/g> .\n"})


def _keeps_json(open_pod: OpenPod) -> None:
    _keeps_bytes(open_pod, {"d.json": b'{"a" : 1.0}\r\n', "i.jsonld": b'{ "@id": "#a" }\n'})


def _keeps_bytes_that_are_no_text(open_pod: OpenPod) -> None:
    _keeps_bytes(open_pod, {"b.csv.gz": bytes(range(256)) * 4, "e": b"\xff\x00\xfe"})


def _keeps_line_ends_and_marks(open_pod: OpenPod) -> None:
    text = "\ufeffa\r\nb\rc\n\u2028d \u00e9 e\u0301 \U0001f35c\x00end".encode()
    _keeps_bytes(open_pod, {"c.txt": text, "h.csv": b"a,b\r\n1,2\r\n"})


def _keeps_nothing_as_nothing(open_pod: OpenPod) -> None:
    _keeps_bytes(open_pod, {"c.txt": b"", "a.ttl": b"", "e": b""})


def _keeps_media_types(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        for name, media_type in _TYPES.items():
            body = b"{}" if "json" in media_type else b""
            scratch.pod.write(scratch.path(name), body, media_type=media_type, if_match=None)
            found = scratch.pod.read(scratch.path(name))
            hold(found is not None, f"{name} is there after it was written")
            if found is not None:
                hold(found.media_type == media_type, f"{name} comes back as {media_type}")


def _keeps_a_megabyte(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        body = "".join(f'<#r{n}> <http://schema.org/price> "{n}.00" .\n' for n in range(25_000)).encode()
        scratch.pod.write(scratch.path("large.ttl"), body, if_match=None)
        hold(scratch.content("large.ttl") == body, "a megabyte comes back whole")


def _keeps_eight_megabytes(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        body = bytes(range(251)) * 31_873
        scratch.pod.write(scratch.path("large.gz"), body, media_type="application/gzip", if_match=None)
        hold(scratch.content("large.gz") == body, "eight megabytes come back whole")


def _treats_what_is_missing_as_missing(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        hold(scratch.pod.read(scratch.path("none.ttl")) is None, "a missing resource reads as None")
        hold(scratch.pod.remove(scratch.path("none.ttl")) is False, "removing nothing gives False")
        hold(scratch.pod.remove(scratch.path("none.ttl"), if_match=ETag('"x"')) is False, "with an ETag as well")
        hold(scratch.names("none/") == [], "a missing container has no members")


def _removes(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("c/a.ttl"), TURTLE_TEXT, if_match=None)
        hold(scratch.pod.remove(scratch.path("c/a.ttl")) is True, "removing a resource gives True")
        hold(scratch.pod.read(scratch.path("c/a.ttl")) is None, "what was removed is gone")
        hold(scratch.names("c/") == [], "a container that lost its last member is empty")
        scratch.pod.write(scratch.path("c/a.ttl"), b"", if_match=None)
        hold(scratch.content("c/a.ttl") == b"", "the name can be used again")


def _removes_nothing_else(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        for name in ("a.ttl", "a", "b/a.ttl"):
            media_type = _TYPES.get(name.rpartition("/")[2], _BYTES)
            scratch.pod.write(scratch.path(name), b"", media_type=media_type, if_match=None)
        scratch.pod.remove(scratch.path("a.ttl"))
        hold(sorted(scratch.names("")) == ["a", "b/"], "a removal leaves what lies beside it")
        hold(scratch.names("b/") == ["b/a.ttl"], "a removal leaves what has the same name elsewhere")


def _shows_changes_to_every_handle(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        other = open_pod()
        try:
            etag = scratch.pod.write(scratch.path("a.ttl"), TURTLE_TEXT, if_match=None)
            found = other.read(scratch.path("a.ttl"))
            hold(found is not None and found.etag == etag, "another handle reads what was written")
            hold(other.root == scratch.pod.root, "every handle has the same root")
            other.remove(scratch.path("a.ttl"))
            hold(scratch.content("a.ttl") is None, "what another handle removed is gone")
        finally:
            other.close()


DOCUMENTS: dict[str, Callable[[OpenPod], None]] = {
    "keeps_turtle": _keeps_turtle,
    "keeps_literals_and_relative_names": _keeps_literals_and_relative_names,
    "keeps_triples_and_quads": _keeps_triples_and_quads,
    "keeps_json": _keeps_json,
    "keeps_bytes_that_are_no_text": _keeps_bytes_that_are_no_text,
    "keeps_line_ends_and_marks": _keeps_line_ends_and_marks,
    "keeps_nothing_as_nothing": _keeps_nothing_as_nothing,
    "keeps_media_types": _keeps_media_types,
    "keeps_a_megabyte": _keeps_a_megabyte,
    "keeps_eight_megabytes": _keeps_eight_megabytes,
    "treats_what_is_missing_as_missing": _treats_what_is_missing_as_missing,
    "removes": _removes,
    "removes_nothing_else": _removes_nothing_else,
    "shows_changes_to_every_handle": _shows_changes_to_every_handle,
}
