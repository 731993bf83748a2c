"""A wire that answers as it is told, for tests of what stands on the transport kit."""

from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.wire import HttpReply, SendFailed


class ScriptedSender:
    """Answers requests in turn; an exception in the script is raised."""

    def __init__(self, *script):
        self.script = list(script)
        self.sent = []

    async def send(self, request, timeout_s):
        self.sent.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def close(self):
        self.script.clear()


class ScriptedConnector:
    """Hands out the given sockets in turn, then refuses."""

    def __init__(self, *sockets):
        self.sockets = list(sockets)
        self.opened = 0

    async def connect(self, url, headers):
        if not self.sockets:
            raise SocketClosed("nobody there")
        self.opened += 1
        return self.sockets.pop(0)


def reply(status=200, body=b"{}", **headers):
    return HttpReply(status, body, {name.replace("_", "-"): str(value) for name, value in headers.items()})


def lost():
    return SendFailed("no answer: timeout", was_sent=True)


def refused():
    return SendFailed("cannot connect", was_sent=False)
