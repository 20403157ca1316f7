"""Models at addresses: what is asked, what is refused of a reply, and that nothing leaves this machine unallowed."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from consent.errors import ConsentError, ExpiredError, NoGrantError, WithdrawnError, WrongDataError, WrongRecipientError
from consent.message_gate import MessageGate, MessagePermit
from consent.messages import QUESTION_READING
from pod_agent.assistant.language_models.allowing import allowance, standing, withdraw_all
from pod_agent.assistant.language_models.endpoint import DATA, EndpointModel, ThisMachine, checked_address
from pod_agent.assistant.language_models.model import Message, whole
from pod_agent.assistant.language_models.store import Entry
from pod_agent.errors import EndpointError, LanguageModelError, UsageError
from pod_agent.federation.message_grants import MessageGrants
from pod_agent.testing import check_language_model
from tests.support.chat_server import Network, chunk, stream
from tests.support.consents import PERSON, START, Key, MemoryDocuments, MemoryMarks

ELSEWHERE = "https://models.example/v1"
HERE = "http://127.0.0.1:8080/v1"
ASKED = (Message("user", "How much at SHOP_1?"),)


class Desk:
    """A gate in memory with a clock that the test sets."""

    def __init__(self) -> None:
        self.now = START
        self.documents, self.marks = MemoryDocuments(), MemoryMarks()
        self.gate = MessageGate(self.documents, self.marks, Key(), lambda: self.now)

    def allow(self, address: str = ELSEWHERE, **options: Any) -> str:
        entry = Entry(name="far", kind="endpoint", address=address)
        given = {"webid": PERSON, "zone": ZoneInfo("Asia/Singapore"), "jurisdiction": "SG", **options}
        shown = allowance(entry, self.gate, **given)
        self.gate.give(shown.grant)
        return shown.grant.identifier

    def model(self, network: Network, address: str = ELSEWHERE) -> EndpointModel:
        return EndpointModel("far", address, gate=lambda: self.gate, transport=network)

    def log(self) -> list[tuple[str, str, int, str, str]]:
        entries = self.gate._log.entries()
        return [(entry.action, entry.recipient, entry.size, entry.sha256, entry.outcome) for entry in entries]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def said(model: EndpointModel) -> str:
    return "".join(model.complete(ASKED, max_tokens=5))


def test_a_model_on_this_machine_is_asked_freely_and_nothing_is_logged(desk: Desk) -> None:
    network = Network()
    assert said(desk.model(network, HERE)) == "Hello"
    [(url, body, headers)] = network.got
    assert url == f"{HERE}/chat/completions"
    asked = json.loads(body)
    assert asked["messages"] == [{"role": "user", "content": "How much at SHOP_1?"}]
    assert (asked["max_tokens"], asked["temperature"], asked["stream"]) == (5, 0, True)
    assert {"cookie", "authorization", "referer"}.isdisjoint(headers)
    assert headers["user-agent"] == "pod-agent"
    assert desk.log() == []


def test_elsewhere_nothing_is_sent_without_a_grant_and_the_refusal_is_logged_once(desk: Desk) -> None:
    network = Network()
    for _ in range(3):
        with pytest.raises(NoGrantError, match="no grant allows messages"):
            said(desk.model(network))
    assert network.got == []
    assert desk.log() == [("deny", ELSEWHERE, 0, "", "no_grant")]
    with pytest.raises(UsageError, match="another machine"):
        said(EndpointModel("far", ELSEWHERE, transport=network))


def test_under_a_grant_each_message_is_in_the_log_with_its_size_and_digest(desk: Desk) -> None:
    network = Network()
    desk.allow()
    assert said(desk.model(network)) == "Hello"
    [(_, body, _)] = network.got
    assert desk.log()[1:] == [("message", ELSEWHERE, len(body), network.digests()[0], "permitted")]


def test_a_grant_is_for_one_address_and_until_its_day(desk: Desk) -> None:
    network = Network()
    desk.allow()
    for other in ("https://models.example/v2", "https://models.example:444/v1", "https://evil.example/v1"):
        with pytest.raises(NoGrantError):
            said(desk.model(network, other))
    desk.now = START + timedelta(days=92)
    with pytest.raises(ExpiredError):
        said(desk.model(network))
    assert network.got == []
    assert {entry[0] for entry in desk.log()} == {"give", "deny"}


def test_a_withdrawal_stops_the_next_message_also_where_the_pod_is_away(desk: Desk) -> None:
    network = Network()
    grant = desk.allow()
    desk.documents.offline = True
    assert desk.gate.withdraw(grant) is False
    desk.documents.offline = False
    with pytest.raises(WithdrawnError):
        said(desk.model(network))
    desk.gate.sync()
    assert [entry[0] for entry in desk.log()] == ["give", "deny", "withdraw"]
    assert desk.gate.read().states[0].status(desk.now) == "withdrawn"
    assert network.got == []


def test_withdrawing_again_tells_a_pod_that_was_away(desk: Desk) -> None:
    far = Entry(name="far", kind="endpoint", address=ELSEWHERE, grants=(desk.allow(),))
    desk.documents.offline = True
    assert withdraw_all(far, desk.gate) == (list(far.grants), False)
    desk.documents.offline = False
    assert [entry[0] for entry in desk.log()] == ["give"]
    assert withdraw_all(far, desk.gate) == ([], True)
    assert [entry[0] for entry in desk.log()] == ["give", "withdraw"]


def test_a_grant_that_is_withdrawn_among_all_others_while_the_pod_is_away_is_told_to_it_later(desk: Desk) -> None:
    grants, grant = MessageGrants(desk.documents, desk.marks, Key(), lambda: desk.now), desk.allow()
    assert [each["grant"] for each in grants.listed()] == [grant]
    desk.documents.offline = True
    assert (grants.holds(grant), grants.withdraw(grant), grants.sync()) == (False, False, False)
    network = Network()
    desk.documents.offline = False
    with pytest.raises(WithdrawnError):
        said(desk.model(network))
    assert network.got == []
    assert grants.sync()
    assert [entry[0] for entry in desk.log()] == ["give", "deny", "withdraw"]
    assert grants.listed()[0]["status"] == "withdrawn"


def test_a_withdrawal_ends_a_reply_that_is_coming(desk: Desk) -> None:
    grant = desk.allow()

    def withdraw(number: int) -> None:
        if number == 2:
            desk.gate.withdraw(grant)

    pieces = desk.model(Network(parts=stream("a", "b", "c"), before=withdraw)).complete(ASKED)
    assert next(pieces) == "a"
    with pytest.raises(WithdrawnError):
        list(pieces)


def test_a_permit_is_for_its_bytes_and_its_address_and_made_by_the_gate_alone(desk: Desk) -> None:
    grant = desk.allow()
    permit = desk.gate.permit(ELSEWHERE, QUESTION_READING, DATA, b"bytes")
    with pytest.raises(WrongDataError), permit.sending(ELSEWHERE, b"other"):
        pytest.fail("opened")
    with pytest.raises(WrongRecipientError), permit.sending("https://evil.example/v1", b"bytes"):
        pytest.fail("opened")
    with permit.sending(ELSEWHERE, b"bytes") as pieces:
        assert b"".join(pieces) == b"bytes"
    desk.gate.withdraw(grant)
    with pytest.raises(WithdrawnError), permit.sending(ELSEWHERE, b"bytes"):
        pytest.fail("opened")
    with pytest.raises(TypeError):
        MessagePermit(object(), desk.gate, permit.grant, permit.asked, "")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        ThisMachine(ELSEWHERE)
    with pytest.raises(ConsentError):
        desk.gate.permit(ELSEWHERE, "https://example.org/other", DATA, b"bytes")
    with pytest.raises(ConsentError):
        desk.gate.permit(ELSEWHERE, QUESTION_READING, frozenset({"https://w3id.org/dpv/pd#Income"}), b"bytes")


def test_a_grant_that_was_changed_in_the_pod_allows_nothing(desk: Desk) -> None:
    network = Network()
    grant = desk.allow()
    path = f"consent/models/{grant}.ttl"
    desk.documents.files[path] = desk.documents.files[path].replace(b"models.example/v1", b"models.example/v2")
    with pytest.raises(ConsentError):
        said(desk.model(network, "https://models.example/v2"))
    assert network.got == []
    assert desk.gate.read().damaged == (grant,)


def test_what_is_shown_names_who_reads_what_and_until_when(desk: Desk) -> None:
    entry = Entry(name="far", kind="endpoint", address=ELSEWHERE)
    shown = allowance(entry, desk.gate, webid="", zone=ZoneInfo("Asia/Singapore"), jurisdiction="SG")
    assert shown.grant.subject.startswith("did:key:z")
    assert shown.grant.recipient == "https://models.example/"
    assert ELSEWHERE in shown.lines[0]
    assert "until 2027-02-19" in shown.lines[0]
    assert standing(entry, desk.gate) == ("none", None)
    desk.allow()
    assert standing(entry, desk.gate)[0] == "given"
    with pytest.raises(UsageError, match="needs no grant"):
        desk.allow(HERE)


@pytest.mark.parametrize(
    "address",
    [
        "http://models.example/v1",
        "https://user:key@models.example/v1",
        "https://models.example/v1?key=1",
        "https://models.example/v1#x",
        "ftp://models.example",
        "models.example",
        "https://mo\u200bdels.example/v1",
        "http://127.0.0.1.evil.example/v1",
    ],
)
def test_an_address_that_carries_secrets_or_is_open_to_eavesdroppers_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        checked_address(address)


def test_an_address_is_kept_up_to_its_version() -> None:
    assert checked_address(" HTTPS://Models.example/v1/chat/completions ") == "https://models.example/v1"
    assert checked_address("http://localhost:11434/v1/") == "http://localhost:11434/v1"


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "redirect": ({"status": 307, "headers": {"location": "https://evil.example"}}, "answered 307"),
    "key": ({"status": 401}, "answered 401"),
    "page": ({"headers": {"content-type": "text/html"}}, "form that was not asked"),
    "compressed": (
        {"headers": {"content-type": "text/event-stream", "content-encoding": "gzip"}, "parts": [gzip.compress(b"x")]},
        "form that was not asked",
    ),
    "no json": ({"parts": [b"data: {\n"]}, "cannot be read"),
    "no text": ({"parts": [b'data: {"choices":[{"delta":{"content":5}}]}\n']}, "cannot be read"),
    "no choices": ({"parts": [b'data: {"error":"x"}\n']}, "cannot be read"),
    "a list": ({"parts": [b"data: []\n"]}, "cannot be read"),
    "bytes": ({"parts": [b"data: \xff\xfe\n"]}, "cannot be read"),
    "deep": ({"parts": [b"data: " + b"[" * 60_000 + b"\n"]}, "cannot be read"),
    "long line": ({"parts": [b"data: " + b"x" * 70_000]}, "cannot be read"),
    "long": ({"parts": [chunk("x" * 10_000)] * 200}, "without end"),
}


@pytest.mark.parametrize(("reply", "reason"), ODD.values(), ids=ODD)
def test_a_reply_that_is_not_as_agreed_is_an_error(desk: Desk, reply: dict[str, Any], reason: str) -> None:
    network = Network(**reply)
    with pytest.raises(EndpointError, match=reason):
        said(desk.model(network, HERE))
    assert len(network.got) == 1


def test_a_server_that_does_not_stream_is_understood_and_one_that_is_away_is_an_error(desk: Desk) -> None:
    whole_answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello"}}]}).encode()
    network = Network(parts=[whole_answer[:9], whole_answer[9:]], headers={"content-type": "application/json"})
    assert said(desk.model(network, HERE)) == "Hello"
    with pytest.raises(EndpointError, match="does not answer"):
        said(EndpointModel("near", "http://127.0.0.1:9/v1"))
    with pytest.raises(LanguageModelError, match="too long"):
        list(desk.model(network, HERE).complete([Message("user", "x" * 70_000)]))


def test_events_are_read_wherever_the_network_cuts_them(desk: Desk) -> None:
    content = b"".join(stream("caf\u00e9", " 1", "\n", "2"))
    for size in (1, 2, 3, 7, 64):
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        assert said(desk.model(Network(parts=parts), HERE)) == "caf\u00e9 1\n2"


def test_stop_ends_an_answer_of_which_nothing_comes(desk: Desk) -> None:
    silent = threading.Event()
    try:
        network = Network(before=lambda _: (silent.wait(60), None)[1])
        began = time.monotonic()
        assert whole(desk.model(network, HERE), ASKED, seconds=0.2) is None
        assert time.monotonic() - began < 30
    finally:
        silent.set()


class Chat(BaseHTTPRequestHandler):
    """A small server that keeps to the protocol."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts = ['{"fruit":', '"pear"}'] if "response_format" in asked else ["one "] * min(asked["max_tokens"], 50)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        try:
            for part in stream(*texts):
                self.wfile.write(part)
        except ConnectionError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_model_behind_a_real_server_on_this_machine_keeps_the_protocol() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        check_language_model(EndpointModel("near", f"http://127.0.0.1:{server.server_port}/v1"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_key_goes_to_its_address_as_a_header_and_into_no_error(desk: Desk) -> None:
    network = Network(status=401)
    key: Callable[[], str] = lambda: "sk-secret"  # noqa: E731
    model = EndpointModel("near", HERE, key=key, transport=network)
    with pytest.raises(EndpointError) as caught:
        said(model)
    assert network.got[0][2]["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value) + str(caught.value.hint)
