"""Cases of access rules (Solid Protocol section 11): Web Access Control and Access Control Policy answer alike."""

from __future__ import annotations

import httpx

from tests.contract.case import case
from tests.contract.world import AUTHENTICATED, PUBLIC, TURTLE, World

_N3 = {"content-type": "text/n3"}
_PATCH = "@prefix solid: <http://www.w3.org/ns/solid/terms#>.\n_:p a solid:InsertDeletePatch; "
_INSERT = _PATCH + 'solid:inserts { <#n> <http://schema.org/name> "teh". } .'
_DELETE = _PATCH + 'solid:deletes { <#a> <http://schema.org/name> "kopi". } .'


def _word(response: httpx.Response) -> str:
    return "yes" if response.is_success else str(response.status_code)


def _may(world: World, *modes: str) -> str:
    """What a friend with these modes for a container may do in it; each try has documents of its own."""
    folder = world.folder()
    for name in ("patched", "emptied", "put", "removed"):
        world.owner.send("PUT", f"{folder}{name}.ttl", TURTLE)
    world.share(folder, (world.friend.webid, modes))
    friend = world.friend
    tries = {
        "read": friend.send("GET", folder + "a.ttl"),
        "list": friend.send("GET", folder),
        "put new": friend.send("PUT", folder + "new.ttl", TURTLE),
        "post": friend.send("POST", folder, TURTLE, {"slug": "posted.ttl"}),
        "patch in": friend.send("PATCH", folder + "patched.ttl", _INSERT, _N3),
        "patch out": friend.send("PATCH", folder + "emptied.ttl", _DELETE, _N3),
        "put": friend.send("PUT", folder + "put.ttl", TURTLE),
        "delete": friend.send("DELETE", folder + "removed.ttl"),
        "rules": friend.send("GET", world.rules_address(folder)),
    }
    refused = {name: response.status_code for name, response in tries.items() if not response.is_success}
    assert set(refused.values()) <= {403}, refused
    return ", ".join(name for name, response in tries.items() if response.is_success) or "nothing"


@case("A friend with no mode may", "nothing")
def friend_without(world: World) -> str:
    folder = world.folder()
    world.share(folder)
    return ", ".join(_word(world.friend.send("GET", folder + name)) for name in ("", "a.ttl")).replace(
        "403, 403", "nothing"
    )


@case("A friend with Read may", "read, list")
def friend_reads(world: World) -> str:
    return _may(world, "Read")


@case("A friend with Append may", "put new, post, patch in")
def friend_appends(world: World) -> str:
    return _may(world, "Append")


@case("A friend with Read and Append may", "read, list, put new, post, patch in")
def friend_reads_and_appends(world: World) -> str:
    return _may(world, "Read", "Append")


@case("A friend with Write may", "put new, post, patch in, put, delete")
def friend_writes(world: World) -> str:
    return _may(world, "Write")


@case("A friend with Read and Write may", "read, list, put new, post, patch in, patch out, put, delete")
def friend_reads_and_writes(world: World) -> str:
    return _may(world, "Read", "Write")


@case("A friend with Control may", "rules")
def friend_controls(world: World) -> str:
    return _may(world, "Control")


@case("A private document for somebody who has not logged in", "401")
def stranger_is_refused(world: World) -> str:
    return str(world.anonymous("GET", world.folder() + "a.ttl").status_code)


@case("A private document for a friend", "403")
def friend_is_refused(world: World) -> str:
    return str(world.friend.send("GET", world.folder() + "a.ttl").status_code)


@case("What is not there, for a friend without access", "403")
def friend_asks_for_nothing(world: World) -> str:
    return str(world.friend.send("GET", world.folder() + "none.ttl").status_code)


@case("Read for anyone", "stranger yes, friend yes")
def public_read(world: World) -> str:
    folder = world.folder()
    world.share(folder, (PUBLIC, ("Read",)))
    stranger = world.anonymous("GET", folder + "a.ttl")
    return f"stranger {_word(stranger)}, friend {_word(world.friend.send('GET', folder + 'a.ttl'))}"


@case("Read for anyone who has logged in", "stranger 401, friend yes")
def authenticated_read(world: World) -> str:
    folder = world.folder()
    world.share(folder, (AUTHENTICATED, ("Read",)))
    stranger = world.anonymous("GET", folder + "a.ttl")
    return f"stranger {_word(stranger)}, friend {_word(world.friend.send('GET', folder + 'a.ttl'))}"


@case("Rules without the owner", "owner's data 403, owner's rules yes")
def owner_left_out(world: World) -> str:
    folder = world.folder()
    address = world.rules_address(folder)
    world.share(folder, (world.friend.webid, ("Read",)), owner=False)
    data, rules = (world.owner.send("GET", place) for place in (folder + "a.ttl", address))
    return f"owner's data {_word(data)}, owner's rules {_word(rules)}"


@case("Rules of a container that has none of its own", "404")
def inherited_rules(world: World) -> str:
    return str(world.owner.send("GET", world.rules_address(world.folder())).status_code)


@case("Rules are named by a Link header with rel=acl", "of their own for each resource")
def rules_are_linked(world: World) -> str:
    folder = world.folder()
    places = {world.rules_address(folder), world.rules_address(folder + "a.ttl")}
    return "of their own for each resource" if len(places) == 2 else "shared"


@case("Broken rules", "400")
def broken_rules(world: World) -> str:
    folder = world.folder()
    return str(world.owner.send("PUT", world.rules_address(folder), "<#a> <#b> ").status_code)


@case("After access is withdrawn", "1st request 403, 2nd request 403, 3rd request 403")
def withdrawn(world: World) -> str:
    folder = world.folder()
    world.share(folder, (world.friend.webid, ("Read",)))
    assert world.friend.send("GET", folder + "a.ttl").is_success
    world.share(folder)
    later = [_word(world.friend.send("GET", folder + "a.ttl")) for _ in range(3)]
    return ", ".join(f"{number} request {word}" for number, word in zip(("1st", "2nd", "3rd"), later, strict=True))


@case("After the rules are removed", "friend 403, owner yes")
def rules_removed(world: World) -> str:
    folder = world.folder()
    world.share(folder, (world.friend.webid, ("Read",)))
    world.owner.send("DELETE", world.rules_address(folder))
    friend, owner = (person.send("GET", folder + "a.ttl") for person in (world.friend, world.owner))
    return f"friend {_word(friend)}, owner {_word(owner)}"


@case("A grant on a container opens what lies in it, and nothing beside", "below yes, beside 403")
def grant_reaches_down(world: World) -> str:
    folder = world.folder()
    world.owner.send("PUT", folder + "shared/b.ttl", TURTLE)
    world.share(folder + "shared/", (world.friend.webid, ("Read",)))
    below, beside = (world.friend.send("GET", folder + name) for name in ("shared/b.ttl", "a.ttl"))
    return f"below {_word(below)}, beside {_word(beside)}"


@case("WAC-Allow for the owner", 'user="append control read write"')
def wac_allow_owner(world: World) -> str:
    return _wac_allow(world.owner.send("GET", world.folder() + "a.ttl"))


@case("WAC-Allow for a friend who may read", 'user="read"')
def wac_allow_friend(world: World) -> str:
    folder = world.folder()
    world.share(folder, (world.friend.webid, ("Read",)))
    return _wac_allow(world.friend.send("GET", folder + "a.ttl"))


@case("WAC-Allow of what anyone may read", 'public="read", user="read"')
def wac_allow_public(world: World) -> str:
    folder = world.folder()
    world.share(folder, (PUBLIC, ("Read",)))
    return _wac_allow(world.friend.send("GET", folder + "a.ttl"))


@case("The root of a new pod, for somebody who has not logged in", "401")
def new_pod(world: World) -> str:
    return str(world.anonymous("GET", world.friend.storage).status_code)


def _wac_allow(response: httpx.Response) -> str:
    """The header, its parts and modes sorted; parts without modes left out."""
    parts = []
    for part in response.headers.get("wac-allow", "").split(","):
        group, _, modes = part.strip().partition("=")
        words = " ".join(sorted(modes.strip('"').split()))
        parts += [f'{group}="{words}"'] if words else []
    return ", ".join(sorted(parts)) or "no header"
