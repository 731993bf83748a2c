"""Orders to a session are taken at any time and carried out when somebody listens."""

from alphastrike.app.paper_session import open_session
from alphastrike.live.state_folder import drop_order


def test_an_order_waits_until_the_session_listens(tmp_path):
    session, heard = open_session(tmp_path, is_fresh=False), []
    drop_order(tmp_path, "veto i000001")

    session.obey()
    waiting = list(session.waiting)
    session.listen = lambda: heard.extend(session.waiting)
    session.obey()

    assert waiting == heard == ["veto i000001"]
    assert not session.stopping.is_asked


def test_a_stop_among_other_orders_is_obeyed(tmp_path):
    session = open_session(tmp_path, is_fresh=False)
    for order in ("veto i000001", "stop", "expire i000002"):
        drop_order(tmp_path, order)

    session.obey()

    assert session.stopping.is_asked
    assert session.waiting == ["veto i000001", "expire i000002"]
