"""Cases of tokens and proofs (Solid-OIDC, RFC 9449)."""

from __future__ import annotations

import httpx

from tests.contract.case import case
from tests.contract.world import World, payload

_SMALL, _LARGE = 100, 310  # seconds; servers draw the line between


def _get(world: World, address: str, *, skew: int = 0, bound: bool = True, kind: str = "DPoP", proof: str = "") -> str:
    """The status of a GET that is signed by hand."""
    token = world.owner.token()
    made = proof or world.owner.proof("GET", address, skew=skew, bound=bound)
    return str(world.stranger.get(address, headers={"authorization": f"{kind} {token}", "dpop": made}).status_code)


@case("A token with its proof", "200")
def proved(world: World) -> str:
    return _get(world, world.folder() + "a.ttl")


@case("A token's lifetime in seconds", "600")
def lifetime(world: World) -> str:
    claims = payload(world.owner.token())
    return str(int(str(claims["exp"])) - int(str(claims["iat"])))


@case("A token says for whom it is", "webid, solid, its key")
def claims(world: World) -> str:
    found = payload(world.owner.token())
    audience = found.get("aud")
    named = {
        "webid": found.get("webid") == world.owner.webid,
        "solid": "solid" in (audience if isinstance(audience, list) else [audience]),
        "its key": found.get("cnf") == {"jkt": world.owner.key.thumbprint()},
    }
    return ", ".join(name for name, right in named.items() if right)


@case("A proof that was used before", "200, then 401")
def replayed(world: World) -> str:
    address = world.folder() + "a.ttl"
    world.owner.token()
    proof = world.owner.proof("GET", address)
    return f"{_get(world, address, proof=proof)}, then {_get(world, address, proof=proof)}"


@case("A bound token sent as Bearer", "401")
def as_bearer(world: World) -> str:
    address = world.folder() + "a.ttl"
    token = world.owner.token()
    return str(world.stranger.get(address, headers={"authorization": f"Bearer {token}"}).status_code)


@case("A token without a proof", "401")
def unproved(world: World) -> str:
    headers = {"authorization": f"DPoP {world.owner.token()}"}
    return str(world.stranger.get(world.folder() + "a.ttl", headers=headers).status_code)


@case("A proof for another address", "401")
def other_address(world: World) -> str:
    address = world.folder() + "a.ttl"
    world.owner.token()
    return _get(world, address, proof=world.owner.proof("GET", world.owner.storage))


@case("A proof for another method", "401")
def other_method(world: World) -> str:
    address = world.folder() + "a.ttl"
    world.owner.token()
    return _get(world, address, proof=world.owner.proof("PUT", address))


@case("A proof with another person's key", "401")
def other_key(world: World) -> str:
    address = world.folder() + "a.ttl"
    world.friend.token()
    return _get(world, address, proof=world.friend.proof("GET", address, bound=False))


@case("A proof without the token's hash", "200")
def unbound(world: World) -> str:
    return _get(world, world.folder() + "a.ttl", bound=False)


@case("A clock that is off by 100 seconds", "slow 200, fast 200")
def small_skew(world: World) -> str:
    address = world.folder() + "a.ttl"
    return f"slow {_get(world, address, skew=-_SMALL)}, fast {_get(world, address, skew=_SMALL)}"


@case("A clock that is off by 310 seconds", "slow 401, fast 401")
def large_skew(world: World) -> str:
    address = world.folder() + "a.ttl"
    return f"slow {_get(world, address, skew=-_LARGE)}, fast {_get(world, address, skew=_LARGE)}"


@case("A clock that is off by 310 seconds, at the token endpoint", "slow 400, fast 400")
def large_skew_of_request(world: World) -> str:
    said = []
    for name, skew in (("slow", -_LARGE), ("fast", _LARGE)):
        proof = world.owner.proof("POST", world.owner.token_address, skew=skew, bound=False)
        said.append(f"{name} {world.owner.ask_token(proof).status_code}")
    return ", ".join(said)


@case("A token that was changed", "401")
def changed_token(world: World) -> str:
    address = world.folder() + "a.ttl"
    head, body, signature = world.owner.token().split(".")
    forged = f"{head}.{body}.{signature[:-8]}AAAAAAAA"
    headers = {"authorization": f"DPoP {forged}", "dpop": world.owner.proof("GET", address, bound=False)}
    return str(world.stranger.get(address, headers=headers).status_code)


@case("Proofs need a nonce", "no")
def nonce(world: World) -> str:
    address = world.folder() + "a.ttl"
    asked = world.owner.ask_token(world.owner.proof("POST", world.owner.token_address, bound=False))
    got = world.owner.send("GET", address)
    return "yes" if any("dpop-nonce" in answer.headers for answer in (asked, got)) else "no"


@case("401 says how to log in", "Bearer")
def challenge(world: World) -> str:
    response: httpx.Response = world.anonymous("GET", world.folder() + "a.ttl")
    offered = response.headers.get("www-authenticate", "")
    return ", ".join(kind for kind in ("DPoP", "Bearer") if kind in offered) or "nothing"


@case("401 and 403 tell the server's clock (Date)", "yes")
def date(world: World) -> str:
    address = world.folder() + "a.ttl"
    answers = (world.anonymous("GET", address), world.friend.send("GET", address))
    return "yes" if all("date" in answer.headers for answer in answers) else "no"
