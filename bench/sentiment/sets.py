"""Labelled texts that packages ship, fetched by their ordinary clients into a folder; none lies in the repository.

- ``amazon``, ``imdb``, ``yelp``: 1,000 sentences each, of npm's ``sentiment`` 5.0.2 (MIT; the sentences are those of
  D. Kotzias et al., From Group to Individual Labels Using Deep Features, KDD 2015, CC BY 4.0);
- ``tweets``: of the source package of vaderSentiment 3.3.2 (MIT; C. J. Hutto and E. Gilbert, ICWSM 2014), those that
  people scored beyond 0.5 on average, from -4 to 4. They are the ones VADER was made with.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

__all__ = ["DOMAINS", "Labelled", "labelled"]

NPM: Final = "sentiment@5.0.2"
PIP: Final = "vaderSentiment==3.3.2"
DOMAINS: Final = ("amazon", "imdb", "yelp")
CLEAR: Final = 0.5

Labelled = tuple[list[str], list[str]]
"""Texts, and for each ``negative`` or ``positive``."""


def labelled(name: str, cache: Path) -> Labelled:
    """The texts of a set, fetched where the folder lacks them."""
    return _tweets(cache) if name == "tweets" else _reviews(name, cache)


def _reviews(name: str, cache: Path) -> Labelled:
    archive = cache / "sentiment-5.0.2.tgz"
    if not archive.exists():
        _run("npm", "pack", NPM, "--silent", folder=cache)
    with tarfile.open(archive) as opened:
        member = opened.extractfile(f"package/test/fixtures/{name}.json")
        rows = json.loads(member.read()) if member else []
    return [row["text"] for row in rows], ["positive" if row["class"] else "negative" for row in rows]


def _tweets(cache: Path) -> Labelled:
    archive = cache / "vaderSentiment-3.3.2.tar.gz"
    if not archive.exists():
        _run(sys.executable, "-m", "pip", "download", "--no-binary", ":all:", "--no-deps", "-q", PIP, folder=cache)
    with tarfile.open(archive) as opened:
        inner = opened.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
        with tarfile.open(fileobj=io.BytesIO(inner.read() if inner else b"")) as resources:
            member = resources.extractfile("hutto_ICWSM_2014/tweets_GroundTruth.txt")
            text = member.read().decode("utf-8", "replace") if member else ""
    rows = [row for row in csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) == 3]
    clear = [(row[2], float(row[1])) for row in rows if abs(float(row[1])) > CLEAR]
    return [said for said, _ in clear], ["positive" if score > 0 else "negative" for _, score in clear]


def _run(*command: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which(command[0])
    if program is None:
        raise SystemExit(f"{command[0]} is needed to fetch the labelled texts")
    subprocess.run([program, *command[1:]], cwd=folder, check=True)
