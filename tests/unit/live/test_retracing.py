"""The past must come out as it was journaled; only then is anything new written."""

import pytest

from alphastrike.domain.errors import DataError
from alphastrike.live.journal import Journal, read_journal
from alphastrike.live.retracing import RetracedJournal


@pytest.fixture
def retraced(tmp_path):
    journal = Journal.opened(tmp_path / "journal.jsonl")
    for number in range(2):
        journal.append("step", {"number": number, "value": float("nan")})
    earlier = list(read_journal(journal.path))
    return RetracedJournal(journal, earlier)


def test_the_same_again_writes_nothing_and_what_follows_is_appended(retraced, tmp_path):
    for number in range(3):
        retraced.append("step", {"number": number, "value": float("nan")}, durable=True)
    retraced.sync()

    assert not retraced.is_retracing
    assert [record.data["number"] for record in read_journal(tmp_path / "journal.jsonl")] == [0, 1, 2]


def test_another_record_is_named_with_both_sides(retraced):
    retraced.append("step", {"number": 0, "value": float("nan")})

    with pytest.raises(DataError, match=r"line 2 cannot be repeated: observed .*7.* journaled .*1"):
        retraced.append("step", {"number": 7, "value": float("nan")})
