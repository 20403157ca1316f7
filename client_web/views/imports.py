"""Imports: what each one read, wrote and left out."""

from __future__ import annotations

from flask import Blueprint, render_template

from client_web.views.common import the_agent

__all__ = ["page"]

page = Blueprint("imports", __name__, url_prefix="/imports")


@page.get("/")
def show() -> str:
    """Every import, newest first, with its counts."""
    return render_template("imports.html", imports=list(reversed(the_agent().imports())))


@page.get("/<name>")
def one(name: str) -> str:
    """One import: every file with its counts, and every row that was rejected."""
    return render_template("import.html", report=the_agent().import_entry(name))
