"""The registry: a model starts in shadow, and its vote is given and taken."""

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.registry import ACTIVE

UNPROVEN = Evidence(100, 5, 48, 0.5, 0.26, -0.01, 0.49, 0.45, 0.05, ())


def test_a_new_model_is_in_shadow(registry, entry):
    assert entry.status == "shadow"
    assert entry.folder.name == entry.record.model_id[:12]
    assert registry.entries() == (entry,)


def test_the_same_model_twice_is_one(registry, entry, a_record, trained_text):
    assert registry.add(a_record(), trained_text, b"reference") == entry
    assert len(registry.entries()) == 1


def test_promotion_and_rollback_walk_back_to_the_signals_alone(registry, a_record, trained_text):
    first = registry.add(a_record(learnt_until_ms=1), trained_text, b"reference")
    second = registry.add(a_record(learnt_until_ms=2), trained_text, b"reference")

    registry.promote(first.folder.name)
    registry.promote(second.folder.name)
    statuses = [entry.status for entry in registry.entries()]
    back = registry.rollback()

    assert statuses == ["retired", ACTIVE]
    assert back.record == first.record
    assert back.status == ACTIVE
    assert registry.find(second.folder.name).status == "retired"
    assert registry.rollback() is None
    with pytest.raises(ConfigError, match="no model is active"):
        registry.find(ACTIVE)


def test_promoting_the_active_model_again_changes_nothing(registry, a_record, trained_text):
    first = registry.add(a_record(learnt_until_ms=1), trained_text, b"reference")
    second = registry.add(a_record(learnt_until_ms=2), trained_text, b"reference")
    registry.promote(first.folder.name)
    registry.promote(second.folder.name)

    registry.promote(ACTIVE)

    assert registry.rollback().record == first.record


def test_without_evidence_there_is_no_promotion_and_every_reason_is_named(registry, a_record, trained_text):
    entry = registry.add(a_record(evidence=UNPROVEN), trained_text, b"reference")

    with pytest.raises(ConfigError, match=r"rows 100 in 5 blocks.*brier.*auc.*calibration error"):
        registry.promote(entry.folder.name)
    assert registry.find(entry.folder.name).status == "shadow"


def test_nothing_active_cannot_be_rolled_back(registry):
    with pytest.raises(ConfigError, match="nothing to roll back"):
        registry.rollback()
    assert registry.entries() == ()


def test_an_unknown_model_is_named_with_those_there_are(registry, entry):
    with pytest.raises(ConfigError, match=f"observed model 'ffff'.*{entry.folder.name}"):
        registry.find("ffff")


def test_a_renamed_folder_is_refused(registry, entry):
    entry.folder.rename(entry.folder.with_name("something"))

    with pytest.raises(ConfigError, match="give it its name back"):
        registry.entries()


@pytest.mark.parametrize("text", ["{", "[]", '{"promoted": 3}', '{"promoted": [1]}'])
def test_a_broken_state_is_refused(registry, entry, text):
    (entry.folder.parent / "registry.json").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"registry\.json"):
        registry.entries()


def test_research_that_is_not_registered_is_not_promoted(registry, a_record, trained_text):
    stranger = registry.add(a_record(origin={"trial_sha256": "f" * 64}), trained_text, b"reference")

    with pytest.raises(ConfigError, match=r"not in the register of what was tried, .*trials\.jsonl"):
        registry.promote(stranger.folder.name)
