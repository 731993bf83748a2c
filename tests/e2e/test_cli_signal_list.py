"""`alphastrike signals list` as a person types it."""

import json

from typer.testing import CliRunner

from alphastrike.cli.main import application


def test_the_list_is_one_document_or_lines_with_a_count():
    runner = CliRunner()

    lines = runner.invoke(application, ["signals", "list", "--symbols", "BTCUSDT"])
    document = runner.invoke(application, ["signals", "list", "--symbols", "BTCUSDT", "--json"])

    rows = json.loads(document.stdout)
    assert lines.exit_code == document.exit_code == 0
    assert {"signal", "category", "votes_share", "reason"} <= set(rows[0])
    assert lines.stdout.splitlines()[-1].endswith("of 12 categories")
