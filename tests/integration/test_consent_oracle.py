"""Our signatures checked by other people's code: Digital Bazaar's eddsa-rdfc-2022 and eddsa-jcs-2022."""

from __future__ import annotations

import re

from consent.codec import sign_study
from tests.support.consents import START, Key
from tests.support.signature_oracle import in_json, in_rdf, verified
from tests.support.studies import histogram_study, update_study
from tests.unit.test_consent_vocabulary import whole_pod


def test_every_kind_of_signed_document_is_verified_and_no_changed_one_is() -> None:
    whole = whole_pod()
    kinds = {re.sub(r"[0-9a-f]{8,}[^/]*|\d+", "*", path): content for path, content in sorted(whole.items())}
    kinds |= {path: content for path, content in whole.items() if "-withdrawn" in path or "-renewed" in path}
    assert len(kinds) >= 9
    changed = [content.replace(b"T08:00:00Z", b"T08:00:01Z") for content in kinds.values()]
    assert all(new != old for new, old in zip(changed, kinds.values(), strict=True))
    studies = [histogram_study(title="Ausgaben für Lebensmittel, 食品 \U0001f6d2"), update_study()]
    signed = [in_json(each.to_json(), sign_study(each, Key(2), START)) for each in studies]
    forged = [{"json": {**each["json"], "min_batch": 4}} for each in signed]
    documents = [*map(in_rdf, kinds.values()), *map(in_rdf, changed), *signed, *forged]
    good, bad = [True] * len(kinds), [False] * len(changed)
    assert verified(documents) == [*good, *bad, True, True, False, False]
