"""What a `venue.yaml` may say: the closed set of keys, each with its meaning."""

from typing import Literal

from pydantic import Field, HttpUrl

from alphastrike.adapters.openapi.description_calls import Method, Path, WebSocket
from alphastrike.domain.settings import Settings


class SymbolSpelling(Settings):
    """How the venue spells a symbol. Placeholders: {base} {quote} {base_lower} {quote_lower}."""

    native: str = Field("{base}{quote}", description="template of the venue's spelling")
    quote: str = Field("USDT", min_length=1, description="the one quote asset of the symbols traded")


class Auth(Settings):
    """How a private request is signed. Placeholders: {key} {passphrase} {timestamp_ms} {signature}.

    `payload` knows {timestamp_ms} {METHOD} {path} {query} {?query} {body} {key} too. `query` is appended to
    the request's own query in the order given; the payload's {query} is what has been appended before the
    entry that holds {signature}.
    """

    kind: Literal["none", "api_key", "hmac"] = "none"
    digest: Literal["sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["base64", "hex"] = "hex"
    payload: str = Field("", description="what is signed")
    headers: dict[str, str] = Field({}, description="headers of a private request")
    query: dict[str, str] = Field({}, description="query parameters of a private request, in this order")


class Limit(Settings):
    """A token bucket; every call of the named operations takes one token."""

    tokens: int = Field(gt=0, description="requests")
    per_s: float = Field(gt=0, description="seconds in which they refill")
    operations: tuple[str, ...] = Field((), description="operationIds; none means every one")


class Errors(Settings):
    """When an answer is a refusal, and of which kind."""

    refused: Path = Field("`false`", description="true in an answer that refuses, whatever its status")
    code: Path = Field("code", description="the code of a refusal")
    message: Path = Field("msg", description="the words of a refusal")
    kinds: dict[str, str] = Field({}, description="code to kind: a typed error's name, or `done`")
    unknown_outcome_http: tuple[int, ...] = Field(
        (500, 502, 503, 504), description="statuses after which an order may or may not have landed"
    )


class VenueDescription(Settings):
    """A whole `venue.yaml`."""

    venue: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="name of the venue")
    openapi: str = Field(min_length=1, description="the venue's own document, beside this file")
    live: HttpUrl = Field(description="server of the live account")
    test: HttpUrl | None = Field(None, description="server of the test network")
    symbol: SymbolSpelling = SymbolSpelling()
    auth: Auth = Auth()
    limits: tuple[Limit, ...] = ()
    errors: Errors = Errors()
    methods: dict[str, Method]
    websocket: WebSocket | None = None
    client_order_id_length: int = Field(32, ge=1, description="longest client order id")
    supports_post_only: bool = False
    supports_fill_or_kill: bool = False
    supports_reduce_only: bool = False
    supports_isolated_margin: bool = False
