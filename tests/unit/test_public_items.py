"""What everyone knows of public items: departments, descriptions, and which are alike by text."""

from __future__ import annotations

import numpy as np
import pytest

from pod_agent.embedding import KeptEmbedder, MiniLM
from pod_agent.federation.measuring.public import DICTIONARIES
from pod_agent.suggesting.public_items import CATEGORY_TEXTS, alike, public_items
from vocab.errors import UnknownNameError, VocabularyError
from vocab.products import PUBLIC_GROUPS
from vocab.taxonomy import CATEGORIES


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> KeptEmbedder:
    return KeptEmbedder(MiniLM(), tmp_path_factory.mktemp("vectors") / "minilm.npz")


@pytest.mark.parametrize("dimension", ["category", "group", "merchant"])
def test_the_items_are_what_studies_may_name(dimension: str) -> None:
    items = public_items(dimension)
    assert len(items.names) == len(items.departments) == len(items.texts) == len(set(items.names))
    assert all(map(DICTIONARIES[dimension], items.names))
    assert all(items.departments)


def test_items_come_in_the_order_asked_for() -> None:
    names = ("milk", "bananas", "yoghurt")
    items = public_items("group", names)
    assert items.names == names
    assert items.departments == ("dairy-eggs", "fresh", "dairy-eggs")
    assert CATEGORY_TEXTS.keys() == CATEGORIES.keys()


def test_what_is_not_public_has_no_text() -> None:
    for dimension, name in (("group", "medicines"), ("merchant", "Bob's stall"), ("category", "milk")):
        with pytest.raises(UnknownNameError):
            public_items(dimension, (name,))
    with pytest.raises(VocabularyError):
        public_items("account")


def test_like_goods_are_near_by_their_texts(model: KeptEmbedder) -> None:
    items = public_items("group")
    near = alike(items.texts, model)
    assert near.shape == (len(PUBLIC_GROUPS),) * 2
    assert np.allclose(near, near.T)
    assert (near.diagonal() == 0).all()
    assert 0 <= near.min() <= near.max() <= 1
    place = {name: number for number, name in enumerate(items.names)}
    for one, other, far in (
        ("cat-food", "dog-food", "stationery"),
        ("beer-cider", "wine", "nappies"),
        ("phones", "phone-accessories", "leafy-vegetables"),
    ):
        assert near[place[one], place[other]] > near[place[one], place[far]] + 0.2


def test_most_departments_hang_together_by_text(model: KeptEmbedder) -> None:
    items = public_items("group")
    departments = np.array(items.departments)
    nearest = alike(items.texts, model).argmax(axis=1)
    assert np.mean(departments[nearest] == departments) > 0.6
