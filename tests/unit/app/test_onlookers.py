"""Messages to a person go out by the services their addresses name, and numbers where a port is given."""

import json
import threading
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from alphastrike.app.onlookers import URLS, onlookers
from alphastrike.app.paper_session import open_session
from alphastrike.domain.errors import ConfigError
from tests.markets import configured
from tests.unit.live.test_view import PICTURE

# The library's own imports.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def webhook():
    """A service on this machine that keeps what it is sent."""
    got = []

    def answer(environ, start):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        got.append(json.loads(body))
        start("200 OK", [])
        return [b""]

    server = make_server("127.0.0.1", 0, answer, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()
    thread.join()


def nothing(_):
    pass


def looked_at(tmp_path, environment, act, *, port=None, **notify):
    session = open_session(tmp_path, is_fresh=False)
    said = []
    config = configured(notify=notify)
    with onlookers(config, session, (nothing, said.append), port, environment) as (watch, say):
        act(watch, say, said, session)
    return said


def test_alerts_and_orders_arrive_where_the_address_says(webhook, tmp_path):
    address, got = webhook

    def act(watch, say, said, session):
        say("warming up on the market's past")
        say("UNPROTECTED BTCUSDT +1: stops at the venue cover 0")
        watch(PICTURE)

    looked_at(tmp_path, {URLS: address}, act, events=["alert", "order"])

    told = [(each["title"], each["message"]) for each in got]
    assert told[0] == ("alphastrike: alert", "UNPROTECTED BTCUSDT +1: stops at the venue cover 0")
    assert {title for title, _ in told[1:]} == {"alphastrike: order"}
    assert all(order in "".join(text for _, text in told) for order in PICTURE.orders[:1])


def test_a_message_that_does_not_arrive_is_said_and_stops_nothing(tmp_path):
    said = looked_at(
        tmp_path,
        {URLS: "json://127.0.0.1:9"},
        lambda watch, say, said, session: say("alert (critical): look"),
    )

    assert any("did not arrive" in line for line in said)


def test_an_address_nobody_knows_is_named_by_its_place_and_never_shown(tmp_path):
    with pytest.raises(ConfigError, match="address 1 is none") as fault:
        looked_at(tmp_path, {URLS: "nosuch://secret-token"}, lambda *_: None)

    assert "secret-token" not in str(fault.value)


def test_numbers_are_served_where_a_port_is_given(tmp_path):
    def act(watch, say, said, session):
        watch(PICTURE)
        session.obey()
        port = said[0].rpartition(":")[2].partition("/")[0]
        with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200

    looked_at(tmp_path, {}, act, port=0)
