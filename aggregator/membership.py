"""The leader's door for nodes: who may take part in training is asked and answered over HTTP."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from flask import Flask, Response, request

from aggregator.config import LeaderConfig
from aggregator.registry import Registry
from aggregator.solid_oidc import TokenCheck
from aggregator.web import json_response, no_content, url_bytes
from aggregator.whereabouts import running_server
from vocab.errors import VocabularyError
from vocab.membership import Admission, decode_document, encode_document, node_name, node_path

__all__ = ["add_node_routes"]


def add_node_routes(app: Flask, home: Path, config: LeaderConfig) -> None:
    """Serve ``nodes/{name}`` as ``vocab.membership`` says."""
    tokens = TokenCheck(config.url)

    @app.put("/nodes/<name>")
    def admit(name: str) -> Response:
        node = url_bytes(name, 32)
        server = running_server(home)
        webid = tokens.webid("PUT", node_path(node), request.headers.get("Authorization"), request.headers.get("DPoP"))
        admission = decode_document(request.get_data(), Admission)
        if node_name(admission.key.encode()) != node:
            raise VocabularyError("the key belongs to another address")
        with closing(Registry(home)) as registry:
            registry.admit(webid, admission, config)
        return json_response(encode_document(server.welcome()), 201)

    @app.delete("/nodes/<name>")
    def leave(name: str) -> Response:
        node = url_bytes(name, 32)
        with closing(Registry(home)) as registry:
            registry.leave(node, request.get_data())
        return no_content(204)
