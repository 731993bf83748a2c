"""HTTP over aiohttp, as one sender."""

from typing import TYPE_CHECKING

from alphastrike.transport.wire import HttpReply, HttpRequest, SendFailed

if TYPE_CHECKING:
    import aiohttp

_LONGEST_BODY = 64 * 1024 * 1024


class AiohttpSender:
    """Keeps connections open between requests; opens none before the first."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: HttpRequest, timeout_s: float) -> HttpReply:
        """Answer, or `SendFailed`. No redirect is followed: a signed request goes where it was signed for."""
        import aiohttp  # noqa: PLC0415
        from yarl import URL  # noqa: PLC0415

        session = self._session or aiohttp.ClientSession(auto_decompress=True)
        self._session = session
        try:
            async with session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body or None,
                headers=dict(request.headers),
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(_LONGEST_BODY)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return HttpReply(answer.status, body, headers)
        except aiohttp.ClientConnectorError as error:
            raise SendFailed(f"cannot connect: {type(error).__name__}", was_sent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SendFailed(f"no answer: {type(error).__name__}", was_sent=True) from error

    async def close(self) -> None:
        """Let go of connections; safe to call twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
