"""Cases of N3 Patch (Solid Protocol section 5.3.1) and SPARQL Update."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.contract.case import case
from tests.contract.world import World, objects

_N3 = {"content-type": "text/n3"}
_SPARQL = {"content-type": "application/sparql-update"}
_NAME = "http://schema.org/name"
_HEAD = "@prefix solid: <http://www.w3.org/ns/solid/terms#>.\n_:p a solid:InsertDeletePatch"


def _names(world: World, address: str) -> str:
    found = world.owner.send("GET", address, headers={"accept": "text/turtle"})
    return ", ".join(objects(found.content, address, _NAME)) or "nothing"


def _patch(world: World, clauses: str) -> str:
    address = world.folder() + "a.ttl"
    said = world.owner.send("PATCH", address, f"{_HEAD}; {clauses} .", _N3).status_code
    return f"{said}: {_names(world, address)}"


@case("N3 Patch that inserts", "205: kopi, teh")
def n3_insert(world: World) -> str:
    return _patch(world, f'solid:inserts {{ <#a> <{_NAME}> "teh". }}')


@case("N3 Patch that deletes", "205: nothing")
def n3_delete(world: World) -> str:
    return _patch(world, f'solid:deletes {{ <#a> <{_NAME}> "kopi". }}')


@case("N3 Patch that deletes and inserts", "205: teh")
def n3_replace(world: World) -> str:
    return _patch(world, f'solid:deletes {{ <#a> <{_NAME}> "kopi". }}; solid:inserts {{ <#a> <{_NAME}> "teh". }}')


@case("N3 Patch with a variable", "205: teh")
def n3_where(world: World) -> str:
    where = f"solid:where {{ ?x <{_NAME}> ?name. }}; solid:deletes {{ ?x <{_NAME}> ?name. }}"
    return _patch(world, f'{where}; solid:inserts {{ ?x <{_NAME}> "teh". }}')


@case("N3 Patch whose condition does not hold", "409: kopi")
def n3_where_not(world: World) -> str:
    return _patch(world, f'solid:where {{ ?x <{_NAME}> "milo". }}; solid:inserts {{ ?x <{_NAME}> "teh". }}')


@case("N3 Patch that deletes what is not there", "409: kopi")
def n3_delete_not(world: World) -> str:
    return _patch(world, f'solid:deletes {{ <#a> <{_NAME}> "milo". }}; solid:inserts {{ <#a> <{_NAME}> "teh". }}')


@case("N3 Patch that makes a document", "201: teh")
def n3_create(world: World) -> str:
    address = world.folder() + "b.ttl"
    said = world.owner.send("PATCH", address, f'{_HEAD}; solid:inserts {{ <#a> <{_NAME}> "teh". }} .', _N3).status_code
    return f"{said}: {_names(world, address)}"


@case("N3 Patch that is no patch", "422")
def n3_nonsense(world: World) -> str:
    return str(world.owner.send("PATCH", world.folder() + "a.ttl", "<#a> <#b> <#c> .", _N3).status_code)


@case("N3 Patch of broken Turtle", "400")
def n3_on_broken(world: World) -> str:
    address = world.folder() + "b.ttl"
    world.owner.send("PUT", address, "<#a> <#b> ")
    patch = f'{_HEAD}; solid:inserts {{ <#a> <{_NAME}> "teh". }} .'
    return str(world.owner.send("PATCH", address, patch, _N3).status_code)


@case("N3 Patch of bytes that are no RDF", "501")
def n3_on_bytes(world: World) -> str:
    address = world.folder() + "b.bin"
    world.owner.send("PUT", address, b"\x00\x01", {"content-type": "application/octet-stream"})
    patch = f'{_HEAD}; solid:inserts {{ <#a> <{_NAME}> "teh". }} .'
    return str(world.owner.send("PATCH", address, patch, _N3).status_code)


@case("SPARQL INSERT DATA", "205: kopi, teh")
def sparql_insert(world: World) -> str:
    address = world.folder() + "a.ttl"
    said = world.owner.send("PATCH", address, f'INSERT DATA {{ <#a> <{_NAME}> "teh" }}', _SPARQL).status_code
    return f"{said}: {_names(world, address)}"


@case("SPARQL DELETE and INSERT with a variable", "205: teh")
def sparql_where(world: World) -> str:
    address = world.folder() + "a.ttl"
    update = f'DELETE {{ ?x <{_NAME}> ?n }} INSERT {{ ?x <{_NAME}> "teh" }} WHERE {{ ?x <{_NAME}> ?n }}'
    said = world.owner.send("PATCH", address, update, _SPARQL).status_code
    return f"{said}: {_names(world, address)}"


@case("Twelve patches of one document at once", "all kept")
def n3_race(world: World) -> str:
    address = world.folder() + "a.ttl"

    def add(number: int) -> bool:
        patch = f'{_HEAD}; solid:inserts {{ <#r{number}> <#n> "{number}". }} .'
        return world.owner.send("PATCH", address, patch, _N3).is_success

    with ThreadPoolExecutor(6) as threads:
        taken = sum(threads.map(add, range(12)))
    found = world.owner.send("GET", address, headers={"accept": "text/turtle"})
    kept = len(objects(found.content, address, f"{address}#n"))
    return "all kept" if taken == kept == 12 else "some lost"
