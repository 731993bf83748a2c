"""A run's numbers over HTTP, and whether it lives and is ready."""

from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from alphastrike.live.metrics import MetricsServer, Vitals
from tests.unit.live.test_view import PICTURE


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self):
        return self.now_s


def asked(server, path):
    try:
        with urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


@pytest.fixture
def scene():
    clock = Clock()
    vitals = Vitals(clock)
    server = MetricsServer(vitals, 0)
    yield clock, vitals, server
    server.close()


def test_a_run_is_ready_from_its_first_close_on(scene):
    _, vitals, server = scene

    before = asked(server, "/healthz")[0], asked(server, "/readyz")[0]
    vitals.take(PICTURE)

    assert before == (200, 503)
    assert asked(server, "/readyz") == (200, "yes\n")


def test_a_loop_that_hangs_is_neither_alive_nor_ready(scene):
    clock, vitals, server = scene
    vitals.take(PICTURE)
    clock.now_s += 11.0

    hanging = asked(server, "/healthz")[0], asked(server, "/readyz")[0]
    vitals.beat()

    assert hanging == (503, 503)
    assert asked(server, "/readyz")[0] == 200


def test_the_numbers_are_those_of_the_latest_picture(scene):
    _, vitals, server = scene
    vitals.take(PICTURE)

    status, text = asked(server, "/metrics")

    assert status == 200
    assert f"alphastrike_equity_quote {PICTURE.equity}" in text
    assert f'alphastrike_breaker{{state="{PICTURE.breaker.state}"}} 1.0' in text


def test_any_other_path_names_those_there_are(scene):
    assert asked(scene[2], "/admin") == (404, "/metrics /healthz /readyz\n")
