"""Cases of reading, writing, making and removing (Solid Protocol section 5, RFC 9110)."""

from __future__ import annotations

from tests.contract.case import case
from tests.contract.world import TURTLE, World, objects

_BASIC = {"link": '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"'}
_BROKEN = "<#a> <#b> "
_CONTAINS = "http://www.w3.org/ns/ldp#contains"


@case("PUT of a new document", "201")
def put_new(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "b.ttl", TURTLE).status_code)


@case("PUT of a document that is there", "205")
def put_again(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "a.ttl", TURTLE).status_code)


@case("PUT makes the containers on the way", "201, container 200")
def put_deep(world: World) -> str:
    folder = world.folder()
    made = world.owner.send("PUT", folder + "x/y/z.ttl", TURTLE).status_code
    return f"{made}, container {world.owner.send('GET', folder + 'x/y/').status_code}"


@case("PUT of a container", "201")
def put_container(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "c/", "", _BASIC).status_code)


@case("PUT of a document with the name of a container", "409")
def put_on_container_name(world: World) -> str:
    folder = world.folder()
    world.owner.send("PUT", folder + "c/a.ttl", TURTLE)
    return str(world.owner.send("PUT", folder + "c", TURTLE).status_code)


@case("PUT without a media type", "400")
def put_without_type(world: World) -> str:
    address = world.folder() + "b"
    request = world.owner.client.build_request("PUT", address, content=b"x")
    request.headers.pop("content-type", None)
    return str(world.owner.client.send(request).status_code)


@case("PUT of broken Turtle", "201, read back as sent")
def put_broken(world: World) -> str:
    address = world.folder() + "b.ttl"
    made = world.owner.send("PUT", address, _BROKEN).status_code
    found = world.owner.send("GET", address, headers={"accept": "text/turtle"})
    return f"{made}, {'read back as sent' if found.text == _BROKEN else found.status_code}"


@case("Turtle comes back byte for byte", "as sent")
def turtle_as_sent(world: World) -> str:
    address = world.folder() + "b.ttl"
    text = '@prefix s: <http://schema.org/> .\n<#b> s:price "12.00"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    world.owner.send("PUT", address, text)
    return (
        "as sent" if world.owner.send("GET", address, headers={"accept": "text/turtle"}).text == text else "rewritten"
    )


@case("A decimal keeps its zeros", "12.00")
def decimal_zeros(world: World) -> str:
    address = world.folder() + "b.ttl"
    world.owner.send("PUT", address, "<#b> <http://schema.org/price> 12.00 .")
    found = world.owner.send("GET", address, headers={"accept": "text/turtle"})
    return ", ".join(objects(found.content, address, "http://schema.org/price"))


@case("JSON comes back byte for byte", "as sent")
def json_as_sent(world: World) -> str:
    address, text = world.folder() + "b.json", '{"a":1.0}\r\n'
    world.owner.send("PUT", address, text, {"content-type": "application/json"})
    return "as sent" if world.owner.send("GET", address).text == text else "rewritten"


@case("Content-Encoding of a PUT", "lost")
def content_encoding(world: World) -> str:
    address = world.folder() + "b.bin"
    headers = {"content-type": "application/octet-stream", "content-encoding": "gzip"}
    world.owner.send("PUT", address, b"\x1f\x8b", headers)
    return str(world.owner.client.head(address).headers.get("content-encoding", "lost"))


@case("GET of a part (Range)", "206 bytes 1-2/4")
def get_range(world: World) -> str:
    address = world.folder() + "b.bin"
    world.owner.send("PUT", address, b"abcd", {"content-type": "application/octet-stream"})
    found = world.owner.send("GET", address, headers={"range": "bytes=1-2"})
    return f"{found.status_code} {found.headers.get('content-range', '')}".strip()


@case("GET of Turtle as JSON-LD", "200 application/ld+json")
def get_as_json_ld(world: World) -> str:
    found = world.owner.send("GET", world.folder() + "a.ttl", headers={"accept": "application/ld+json"})
    return f"{found.status_code} {found.headers.get('content-type', '').partition(';')[0]}"


@case("GET of what is not there", "404")
def get_missing(world: World) -> str:
    return str(world.owner.send("GET", world.folder() + "none.ttl").status_code)


@case("GET of a container without its slash", "404")
def get_without_slash(world: World) -> str:
    return str(world.owner.send("GET", world.folder().removesuffix("/")).status_code)


@case("HEAD says what GET says", "same ETag, type and length")
def head_like_get(world: World) -> str:
    address = world.folder() + "a.ttl"
    head, got = (world.owner.send(method, address, headers={"accept": "text/turtle"}) for method in ("HEAD", "GET"))
    names = ("etag", "content-type", "content-length")
    other = [name for name in names if head.headers.get(name) != got.headers.get(name)]
    return f"other {', '.join(other)}" if other else "same ETag, type and length"


@case("A container lists its members", "a.ttl, c/")
def listing(world: World) -> str:
    folder = world.folder()
    world.owner.send("PUT", folder + "c/b.ttl", TURTLE)
    found = world.owner.send("GET", folder, headers={"accept": "text/turtle"})
    return ", ".join(member.removeprefix(folder) for member in objects(found.content, folder, _CONTAINS))


@case("A listing tells when members changed, and their size", "date and size")
def listing_details(world: World) -> str:
    folder = world.folder()
    found = world.owner.send("GET", folder, headers={"accept": "text/turtle"})
    dates = objects(found.content, folder, "http://purl.org/dc/terms/modified")
    sizes = objects(found.content, folder, "http://www.w3.org/ns/posix/stat#size")
    return "date and size" if len(dates) == 2 and sizes else "neither"


@case("POST with a Slug", "201 named so")
def post_slug(world: World) -> str:
    folder = world.folder()
    made = world.owner.send("POST", folder, TURTLE, {"slug": "b.ttl"})
    return f"{made.status_code} {'named so' if made.headers.get('location') == folder + 'b.ttl' else 'named otherwise'}"


@case("POST with a Slug that is taken", "201 named otherwise")
def post_slug_taken(world: World) -> str:
    folder = world.folder()
    made = world.owner.send("POST", folder, TURTLE, {"slug": "a.ttl"})
    return f"{made.status_code} {'named so' if made.headers.get('location') == folder + 'a.ttl' else 'named otherwise'}"


@case("POST of a container", "201 with a slash")
def post_container(world: World) -> str:
    made = world.owner.send("POST", world.folder(), "", {**_BASIC, "slug": "c"})
    return f"{made.status_code} {'with a slash' if made.headers.get('location', '').endswith('/') else 'without'}"


@case("DELETE of a document", "205")
def delete(world: World) -> str:
    return str(world.owner.send("DELETE", world.folder() + "a.ttl").status_code)


@case("DELETE of what is not there", "404")
def delete_missing(world: World) -> str:
    return str(world.owner.send("DELETE", world.folder() + "none.ttl").status_code)


@case("DELETE of an empty container", "205")
def delete_container(world: World) -> str:
    folder = world.folder()
    world.owner.send("DELETE", folder + "a.ttl")
    return str(world.owner.send("DELETE", folder).status_code)


@case("DELETE of a container with members", "409, members stay")
def delete_full_container(world: World) -> str:
    folder = world.folder()
    said = world.owner.send("DELETE", folder).status_code
    there = world.owner.send("GET", folder + "a.ttl").is_success
    return f"{said}, members {'stay' if there else 'are gone'}"
