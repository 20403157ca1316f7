"""Changing a few statements of a document that other programs write too, in whichever way its server takes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodConflictError, PodDamagedError, PodError
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session

__all__ = ["Statement", "patch", "read_statements"]

Statement = tuple[str, str, str]
"""Subject, predicate and object, all of them IRIs."""

_N3 = "text/n3"
_SPARQL = "application/sparql-update"
_TRIES = 4


def read_statements(session: Session, address: str) -> list[ox.Triple] | None:
    """All statements of a document, None where there is none; PodDamagedError where it is no Turtle."""
    response = session.send("GET", address, {"accept": TURTLE})
    return None if response.status_code == HTTPStatus.NOT_FOUND else _parsed(response.content, address)


def patch(
    session: Session, address: str, *, insert: Iterable[Statement] = (), delete: Iterable[Statement] = ()
) -> None:
    """Add and take away statements of a document that exists, and leave the others alone.

    By N3 Patch (Solid Protocol section 5.3.1) or by SPARQL Update, whichever the server names in ``Accept-Patch``; by
    reading and writing the whole where it names or takes neither, on the condition that nobody wrote meanwhile.
    Statements to delete must be there. PodAccessError where the login may not change it.
    """
    insert, delete = list(insert), list(delete)
    if not insert and not delete:
        return
    offered = session.send("HEAD", address, {"accept": TURTLE}).headers.get("accept-patch", "")
    for media_type, written in ((_N3, _n3), (_SPARQL, _sparql)):
        if media_type in offered and _sent(session, address, media_type, written(insert, delete)):
            return
    _rewrite(session, address, insert, delete)


def _sent(session: Session, address: str, media_type: str, content: bytes) -> bool:
    """Whether the server took the patch; False where it cannot read it after all."""
    try:
        response = session.send("PATCH", address, {"content-type": media_type}, content)
    except (PodAccessError, PodConflictError):
        raise
    except PodError:  # also where no answer came: the next way ends in the same statements, however often it runs
        return False
    return response.is_success


def _rewrite(session: Session, address: str, insert: Sequence[Statement], delete: Sequence[Statement]) -> None:
    for last in (False,) * (_TRIES - 1) + (True,):
        response = session.send("GET", address, {"accept": TURTLE})
        etag = response.headers.get("etag")
        if response.status_code == HTTPStatus.NOT_FOUND or etag is None:
            raise PodError(f"{address} cannot be changed safely: the server has no ETag for it")
        gone = {_triple(statement) for statement in delete}
        kept = [triple for triple in _parsed(response.content, address) if triple not in gone]
        statements = dict.fromkeys([*kept, *map(_triple, insert)])  # the order that was read, each once
        content = ox.serialize(statements, format=ox.RdfFormat.TURTLE)
        try:
            session.send("PUT", address, {"content-type": TURTLE, "if-match": etag}, content)
        except PodConflictError:
            if last:
                raise
            continue
        return


def _parsed(content: bytes, address: str) -> list[ox.Triple]:
    try:
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=address)]
    except SyntaxError as error:
        raise PodDamagedError(
            f"{address} is not readable Turtle", hint="Repair it with your pod's own pages."
        ) from error


def _n3(insert: Sequence[Statement], delete: Sequence[Statement]) -> bytes:
    parts = [("solid:inserts", insert), ("solid:deletes", delete)]
    clauses = "".join(f" ;\n  {name} {{ {_text(statements)} }}" for name, statements in parts if statements)
    prefix = "@prefix solid: <http://www.w3.org/ns/solid/terms#> .\n"
    return f"{prefix}<#patch> a solid:InsertDeletePatch{clauses} .\n".encode()


def _sparql(insert: Sequence[Statement], delete: Sequence[Statement]) -> bytes:
    parts = [("DELETE DATA", delete), ("INSERT DATA", insert)]
    return " ;\n".join(f"{name} {{ {_text(statements)} }}" for name, statements in parts if statements).encode()


def _text(statements: Sequence[Statement]) -> str:
    return " ".join(f"{_triple(statement)} ." for statement in statements)


def _triple(statement: Statement) -> ox.Triple:
    return ox.Triple(*map(ox.NamedNode, statement))
