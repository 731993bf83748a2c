"""What was written is what is read, or the reader says so."""

import json
import resource
import subprocess
import sys

import pytest

from alphastrike.domain.errors import DataError
from alphastrike.live.journal import Journal, read_journal


def written(path, count=5):
    journal = Journal.opened(path)
    for number in range(count):
        journal.append("note", {"number": number, "value": number / 3})
    journal.close()
    return path


def numbers(path):
    return [record.data["number"] for record in read_journal(path)]


def test_lines_come_back_in_order_with_their_kind(tmp_path):
    path = written(tmp_path / "journal.jsonl")

    records = list(read_journal(path))

    assert [record.number for record in records] == [0, 1, 2, 3, 4]
    assert {record.kind for record in records} == {"note"}
    assert records[1].data == {"number": 1, "value": 1 / 3}


def test_every_line_is_standard_json_behind_its_checksum(tmp_path):
    path = written(tmp_path / "journal.jsonl", 1)

    line = path.read_text().rstrip("\n")

    assert json.loads(line[9:]) == {"kind": "note", "number": 0, "value": 0.0}


def test_a_reopened_journal_goes_on_where_it_was(tmp_path):
    path = written(tmp_path / "journal.jsonl", 3)

    journal = Journal.opened(path)
    journal.append("note", {"number": 3}, durable=True)
    journal.close()

    assert numbers(path) == [0, 1, 2, 3]
    assert journal.torn_bytes == 0


@pytest.mark.parametrize("kept", range(1, 20))
def test_a_line_cut_short_by_a_crash_is_set_aside(tmp_path, kept):
    path = written(tmp_path / "journal.jsonl", 3)
    content = path.read_bytes()
    last = content.splitlines(keepends=True)[-1]
    path.write_bytes(content[: -len(last)] + last[:kept])

    before = numbers(path)
    journal = Journal.opened(path)
    journal.append("note", {"number": 9})
    journal.close()

    assert before == [0, 1]
    assert numbers(path) == [0, 1, 9]
    assert journal.torn_bytes == kept
    torn = tmp_path / f"journal.jsonl.torn-{len(content) - len(last)}"
    assert torn.read_bytes() == last[:kept]


@pytest.mark.parametrize("damage", ["changed", "lost", "swapped"])
def test_a_damaged_line_in_the_middle_is_never_read_over(tmp_path, damage):
    path = written(tmp_path / "journal.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    if damage == "changed":
        lines[2] = lines[2].replace(b'"number":2', b'"number":7')
    elif damage == "lost":
        del lines[2]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    path.write_bytes(b"".join(lines))

    with pytest.raises(DataError, match="is not what was written"):
        numbers(path)
    with pytest.raises(DataError, match="is not what was written"):
        Journal.opened(path)


def test_a_journal_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.jsonl: no such file"):
        numbers(tmp_path / "nowhere.jsonl")


def test_a_full_disk_leaves_no_half_line(tmp_path):
    path = written(tmp_path / "journal.jsonl", 2)
    journal = Journal.opened(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append("note", {"number": 2, "text": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.append("note", {"number": 3})
    journal.close()

    assert numbers(path) == [0, 1, 3]


def test_a_killed_writer_loses_nothing_it_had_finished(tmp_path):
    path = tmp_path / "journal.jsonl"
    program = (
        "import sys; from pathlib import Path; from alphastrike.live.journal import Journal\n"
        "journal = Journal.opened(Path(sys.argv[1]))\n"
        "number = 0\n"
        "while True:\n"
        "    journal.append('note', {'number': number}); print(number, flush=True); number += 1\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as writer:
        said = [int(writer.stdout.readline()) for _ in range(200)]
        writer.kill()

    assert numbers(path)[:200] == said


def test_only_its_owner_can_read_a_journal(tmp_path):
    path = written(tmp_path / "deep" / "journal.jsonl")

    assert path.stat().st_mode & 0o777 == 0o600
