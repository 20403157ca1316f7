"""A program written against solid-file runs over the agent's login, on a real Community Solid Server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pod_agent.agent import Agent
from pod_agent.errors import PodConflictError, PodUnreachableError, UsageError
from pod_agent.pods.compat import MERGE, FolderData, Item, ReadFolderOptions, SolidAPI, WriteOptions
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.webid.public import is_public
from tests.support.solid_server import fresh_owner

TURTLE = "text/turtle"
BODY = "<#a> <#b> 1 ."


@pytest.fixture(scope="module")
def pod() -> Iterator[tuple[SolidAPI, str]]:
    owner = fresh_owner()
    opened = owner.open()
    yield SolidAPI(opened.session), owner.storage
    opened.close()


@pytest.fixture
def folder(pod: tuple[SolidAPI, str], request: pytest.FixtureRequest) -> str:
    name = f"{pod[1]}program/{request.node.name}/"
    assert pod[0].create_folder(name).status_code == 201
    return name


@pytest.fixture
def api(pod: tuple[SolidAPI, str]) -> SolidAPI:
    return pod[0]


def names(items: list[Item]) -> list[str]:
    return sorted(item.name for item in items)


@pytest.mark.solid
def test_a_file_is_written_read_changed_and_removed(api: SolidAPI, folder: str) -> None:
    url = folder + "a.ttl"
    assert not api.item_exists(url)
    assert api.put_file(url, BODY, TURTLE).status_code == 201
    assert api.item_exists(url)
    assert api.get(url).text == BODY
    assert api.head(url).headers["content-type"] == TURTLE
    api.patch_file(url, "INSERT DATA { <#a> <#b> 2 }", "application/sparql-update")
    assert "2" in api.get(url, {"headers": {"Accept": TURTLE}}).text
    api.put(url, {"headers": {"content-type": TURTLE}, "content": BODY})
    api.patch(url, {"headers": {"content-type": "application/sparql-update"}, "content": "DELETE DATA { <#a> <#b> 1 }"})
    assert api.delete(url).is_success
    assert not api.item_exists(url)


@pytest.mark.solid
def test_a_folder_is_made_with_those_above_it_and_read(api: SolidAPI, folder: str) -> None:
    api.create_folder(folder + "x/y/")
    api.post_file(folder + "x/a.txt", b"one", "text/plain")
    api.create_file(folder + "x/b.txt", "two", "text/plain", WriteOptions(create_path=False))
    found = api.read_folder(folder + "x")
    assert isinstance(found, FolderData)
    assert (found.url, found.name, found.parent, found.type) == (folder + "x/", "x", folder, "folder")
    assert names(found.folders) == ["y"]
    assert names(found.files) == ["a.txt", "b.txt"]
    [inner] = found.folders
    assert (inner.url, inner.parent, inner.itemType) == (folder + "x/y/", folder + "x/", "Container")
    assert {item.itemType for item in found.files} == {"Resource"}
    assert inner.links is None
    assert api.post(folder, {"headers": {"content-type": "text/plain", "slug": "c"}, "content": "3"}).status_code == 201


@pytest.mark.solid
def test_links_of_items_are_read_where_they_are_asked_for(api: SolidAPI, folder: str) -> None:
    api.put_file(folder + "a.txt", "one", "text/plain")
    options = ReadFolderOptions()
    options.links = "include"
    found = api.read_folder(folder, options)
    assert found.links is not None
    assert found.links.acl == folder + ".acl"
    [item] = found.files
    assert item.links == api.get_item_links(folder + "a.txt")
    assert (item.links.acl, item.links.meta) == (folder + "a.txt.acl", folder + "a.txt.meta")


@pytest.mark.solid
def test_the_servers_refusal_is_the_error_that_programs_know(api: SolidAPI, folder: str) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        api.get(folder + "none.ttl")
    assert caught.value.response.status_code == 404
    api.put_file(folder + "a.txt", "one", "text/plain")
    with pytest.raises(httpx.HTTPStatusError) as caught:
        api.delete(folder)
    assert caught.value.response.status_code == 409
    with pytest.raises(httpx.HTTPStatusError) as caught:
        api.item_exists(fresh_owner().storage + "private.ttl")
    assert caught.value.response.status_code == 403
    assert not is_public(folder + "a.txt")


@pytest.mark.solid
def test_what_fails_there_works_here(api: SolidAPI, folder: str) -> None:
    url = folder + "a.txt"
    api.put_file(url, "one", "text/plain")
    etag = api.head(url).headers["etag"]
    assert api.get(url, {"headers": {"if-none-match": etag}}).status_code == 304
    assert "PUT" in api.option(url).headers["access-control-allow-methods"]


@pytest.mark.solid
def test_what_is_there_is_kept_or_replaced_as_the_options_say(api: SolidAPI, folder: str) -> None:
    url = folder + "x/a.txt"
    api.put_file(url, "one", "text/plain")
    with pytest.raises(PodConflictError):
        api.put_file(url, "two", "text/plain", WriteOptions(merge=MERGE.KEEP_TARGET))
    api.put_file(folder + "x/b.txt", "one", "text/plain", WriteOptions(merge=MERGE.KEEP_TARGET))
    assert api.create_folder(folder + "x/").status_code == 200
    assert api.get(url).text == "one"
    api.create_folder(folder + "x/", WriteOptions(merge=MERGE.REPLACE))
    assert api.read_folder(folder + "x/").files == []


@pytest.mark.solid
def test_folders_are_copied_moved_renamed_and_removed_whole(api: SolidAPI, folder: str) -> None:
    for name in ("from/a.ttl", "from/in/b.ttl", "from/in/deep/c.ttl"):
        api.put_file(folder + name, f"{BODY} # {name}", TURTLE)
    api.copy(folder + "from/", folder + "to/")
    assert api.get(folder + "to/in/deep/c.ttl").text.endswith("# from/in/deep/c.ttl")
    assert api.get(folder + "to/a.ttl").headers["content-type"] == TURTLE
    api.rename(folder + "to/in/b.ttl", "d.ttl")
    assert names(api.read_folder(folder + "to/in/").files) == ["d.ttl"]
    api.rename(folder + "to/in/", "out")
    assert names(api.read_folder(folder + "to/out/").files) == ["d.ttl"]
    api.move(folder + "from/", folder + "gone/to/")
    assert not api.item_exists(folder + "from/")
    assert names(api.read_folder(folder + "gone/to/in/deep/").files) == ["c.ttl"]
    assert len(api.delete_folder(folder, recursive=True)) == 14  # what lies in it, and itself
    assert not api.item_exists(folder)


@pytest.mark.solid
def test_nothing_is_moved_where_the_copy_fails(api: SolidAPI, folder: str) -> None:
    api.put_file(folder + "a.txt", "one", "text/plain")
    with pytest.raises(httpx.HTTPStatusError):
        api.move(folder + "a.txt", fresh_owner().storage + "a.txt")
    assert api.get(folder + "a.txt").text == "one"


@pytest.mark.solid
def test_the_example_of_the_how_to_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner = fresh_owner()
    credentials = owner.credentials
    Agent.link(tmp_path, owner.webid, credentials.client_id, credentials.client_secret).close()
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "use-solid-file-programs.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(example, {"HOME": str(tmp_path)})  # noqa: S102 - the page's own text
    assert capsys.readouterr().out == "Hello\nhello.txt Resource\n"


def test_a_call_without_sense_is_refused_unsent() -> None:
    session = Session(open_client("http://127.0.0.1:9/"))
    api = SolidAPI(session)
    root = "http://127.0.0.1:9/"
    for call in (
        lambda: api.create_folder(root + "a"),
        lambda: api.put_file(root + "a/", "", TURTLE),
        lambda: api.post_file(root + "a/", "", TURTLE),
        lambda: api.patch_file(root + "a/", "", TURTLE),
        lambda: api.delete_folder(root, recursive=True),
        lambda: api.delete_folder(root + "a", recursive=True),
        lambda: api.copy_folder(root + "a/", root + "a/b/"),
        lambda: api.get("http://pod.example/"),
        lambda: api.get(root, {"auth": None}),
    ):
        with pytest.raises(UsageError):
            call()
    with pytest.raises(PodUnreachableError):
        api.get(root)
    session.close()
