"""What each pod does otherwise than expected, and why: the tests assert exactly this, the reference page prints it.

A server case has one outcome in a few words. A check of ``pod_agent.testing`` fails on the pod with a sentence that
holds ``outcome``. ``tries`` is how often a check may be run until it fails, where that is a matter of timing;
``also`` is what it may say as well. ``sometimes`` marks a check that the pod now and then passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.naming import ACP, JSS, WAC

__all__ = ["CHECK_DIFFERENCES", "DIFFERENCES", "Difference"]


@dataclass(frozen=True)
class Difference:
    """What comes of a case on one pod, and why."""

    outcome: str
    why: str
    tries: int = 1
    also: str = ""
    sometimes: bool = False


_NO_CONTENT = "RFC 9110 leaves the server to choose how it says that all went well"
_CONVERTED = "it turns Turtle and JSON into JSON-LD of its own and back"
_UNPATCHED = "it answers with success and changes nothing in a document with relative names"
_UNLOCKED = "it compares the ETag and writes in two steps"
_FAILS = "the pod's server answers with 500"
_NO_CHANNEL = "it speaks the older protocol only"
_NO_HEADER = "the header belongs to WAC"
_ATOMIC = "with the atomic storage that we configure a change renames a file, which touches the folder"
_GHOST = "it holds every If-Match for true where nothing is"


def _both(difference: Difference) -> dict[str, Difference]:
    return {WAC: difference, ACP: difference}


DIFFERENCES: dict[str, dict[str, Difference]] = {
    "put_again": {JSS: Difference("204", _NO_CONTENT)},
    "put_on_container_name": {JSS: Difference("500", "it does not look for a container first")},
    "put_without_type": {JSS: Difference("201", "it goes by the name")},
    "put_broken": {JSS: Difference("400, 404", "it parses Turtle, to convert it")},
    "turtle_as_sent": {JSS: Difference("rewritten", _CONVERTED)},
    "decimal_zeros": {JSS: Difference("12", "its JSON-LD holds numbers; a whole decimal comes back as an integer")},
    "json_as_sent": {JSS: Difference("rewritten", _CONVERTED)},
    "get_as_json_ld": {JSS: Difference("200 text/turtle", "a name that ends in .ttl is served as Turtle")},
    "get_without_slash": {JSS: Difference("200", "it gives the container under both names")},
    "head_like_get": {JSS: Difference("other content-length", "HEAD tells the length of what is stored")},
    "listing_details": {JSS: Difference("neither", "it lists names only")},
    "delete": {JSS: Difference("204", _NO_CONTENT)},
    "delete_container": {JSS: Difference("204", _NO_CONTENT)},
    "delete_full_container": {JSS: Difference("204, members are gone", "it removes whole trees")},
    "put_matching": {JSS: Difference("204, another ETag", _NO_CONTENT)},
    "put_match_missing": _both(Difference("201", _GHOST)),
    "patch_match_missing": {
        **_both(Difference("201", _GHOST)),
        JSS: Difference("201", "it compares ETags of what is there only"),
    },
    "get_unmodified": {JSS: Difference("200", "it knows ETags only")},
    "container_etag_of_changed_member": _both(Difference("another", _ATOMIC)),
    "etag_of_each_type": {JSS: Difference("one ETag", "its ETag is a hash of time and size of the file")},
    "put_race": {JSS: Difference("several win", _UNLOCKED)},
    "create_race": {JSS: Difference("several win", _UNLOCKED)},
    "n3_insert": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_delete": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_replace": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_where": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_where_not": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_delete_not": {JSS: Difference("204: kopi", _UNPATCHED)},
    "n3_create": {JSS: Difference("201: nothing", "what a patch makes is stored, but not served as Turtle")},
    "n3_nonsense": {JSS: Difference("204", "it takes a patch without clauses")},
    "n3_on_broken": {JSS: Difference("201", "it refused the broken document, so the patch makes one")},
    "n3_on_bytes": {JSS: Difference("409", "it says that this is no JSON-LD")},
    "n3_race": {JSS: Difference("some lost", _UNPATCHED)},
    "sparql_insert": {JSS: Difference("204: kopi", _UNPATCHED)},
    "sparql_where": {JSS: Difference("204: kopi", _UNPATCHED)},
    "friend_appends": {JSS: Difference("post", "only POST counts as appending")},
    "friend_reads_and_appends": {JSS: Difference("read, list, post", "only POST counts as appending")},
    "friend_writes": {
        JSS: Difference("put new, post, patch in, patch out, put, delete", "a patch that deletes needs no Read there")
    },
    "owner_left_out": {
        ACP: Difference("owner's data yes, owner's rules yes", "ACP adds the rules of the containers above"),
        JSS: Difference("owner's data 403, owner's rules 403", "its owners have no right that rules cannot take away"),
    },
    "wac_allow_owner": {
        ACP: Difference("no header", _NO_HEADER),
        JSS: Difference('user="control read write"', "it does not count Append as a part of Write"),
    },
    "wac_allow_friend": {ACP: Difference("no header", _NO_HEADER)},
    "wac_allow_public": {ACP: Difference("no header", _NO_HEADER)},
    "new_pod": {JSS: Difference("200", "anyone may read what lies in a new pod outside of private/")},
    "profile_names_indexes": {
        JSS: Difference("publicTypeIndex, privateTypeIndex", "it makes both for a new pod"),
    },
    "walk_up": {JSS: Difference("no storage", "it marks no storage; only the profile names it")},
    "storage_description": {JSS: Difference("no link", "it describes no storage")},
    "root_description": {JSS: Difference("404", "it describes no storage")},
    "solid_oidc": {JSS: Difference("yes", "the specification asks for it")},
    "subscribe": {JSS: Difference("no such service", _NO_CHANNEL)},
    "subscribe_stranger": {JSS: Difference("no such service", _NO_CHANNEL)},
    "subscribe_friend": {JSS: Difference("no such service", _NO_CHANNEL)},
    "wakes_up": {JSS: Difference("no such service", _NO_CHANNEL)},
    "stale_state": {JSS: Difference("no such service", _NO_CHANNEL)},
    "container_hears_new": {JSS: Difference("no such service", _NO_CHANNEL)},
    "container_hears_change": {JSS: Difference("no such service", _NO_CHANNEL)},
    "withdrawn_subscription": {JSS: Difference("no such service", _NO_CHANNEL)},
    "older_protocol": {
        JSS: Difference("protocol solid-0.1, stranger told err it forbidden", "it speaks solid-0.1 over a web socket")
    },
    "older_protocol_wakes": {JSS: Difference("ack it, pub it", "it speaks solid-0.1 over a web socket")},
    "lifetime": {JSS: Difference("3600", "its tokens come from an e-mail address and a password")},
    "as_bearer": {JSS: Difference("200", "it does not ask for the proof that the token is bound to")},
    "challenge": {JSS: Difference("DPoP, Bearer", "it takes both")},
}
"""By case, by server."""

CHECK_DIFFERENCES: dict[str, dict[str, Difference]] = {
    "keeps_json": {JSS: Difference("d.json comes back byte for byte", _CONVERTED)},
    "keeps_media_types": {
        JSS: Difference("b.csv.gz comes back as application/gzip", "it knows the types of some endings only")
    },
    "takes_every_name_of_the_rule": {JSS: Difference("all names are listed", "it strikes two dots out of a name")},
    "keeps_a_name_for_one_kind": {
        JSS: Difference("a container is no resource", "it gives the container under both names")
    },
    "lets_one_of_several_make_it": {JSS: Difference("exactly one wins", _UNLOCKED, tries=5, also=_FAILS)},
    "lets_one_of_several_win": {JSS: Difference("exactly one wins", _UNLOCKED, tries=5, also=_FAILS)},
    "lets_a_removal_or_a_write_win": {
        JSS: Difference("a write that went through is kept", _UNLOCKED, tries=8, also=_FAILS)
    },
    "takes_writes_of_others_at_once": {
        JSS: Difference(_FAILS, "it counts the bytes of a pod in a file that two writers spoil", sometimes=True)
    },
    "shows_readers_whole_documents": {
        JSS: Difference(
            "a reader sees the old document or the new one", "it overwrites a file in place", tries=5, sometimes=True
        )
    },
}
"""By check of ``POD_CHECKS``, by pod."""
