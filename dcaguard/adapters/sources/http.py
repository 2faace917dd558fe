"""One polite client: bounded in time and size, to named hosts only, and it says who it is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3

from dcaguard import __version__
from dcaguard.adapters.sources.cache import CachedPage, PageCache
from dcaguard.adapters.sources.content import NotThereError, checked_text
from dcaguard.core.errors import (
    DataInvalidError,
    DcaguardError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.ports import Clock

USER_AGENT = f"dcaguard/{__version__} (+planned buying; contact in config)"
SIZE_MAX_BYTES = 8 * 1024 * 1024
BUDGET_SECONDS = 20.0

_CHUNK_BYTES = 64 * 1024
_CONNECT_SECONDS = 5.0
_REDIRECTS_MAX = 3
_ATTEMPTS_MAX = 3
_CLIENT_ERROR = 400
_BUSY = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask, where it may lead, and what must come back."""

    source: str
    url: str
    kind: Literal["json", "csv", "html"]
    hosts: frozenset[str]  # the only hosts this may touch
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold a key
    post: Mapping[str, str] | None = None  # sent as JSON
    fresh_seconds: float = 0  # a kept page younger than this is not asked for again

    @property
    def where(self) -> str:
        """How errors name it: source and address without its query."""
        return f"{self.source}: {self.url.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Page:
    """What came: bytes, checked text and the bytes' digest."""

    url: str
    body: bytes
    text: str
    sha256: str


def rebased(url: str, base_url: str | None) -> str:
    """Return `url` with scheme and host of `base_url`; its own path and query stay."""
    if base_url is None:
        return url
    own, base = urlsplit(url), urlsplit(base_url)
    path = base.path.rstrip("/") + own.path
    return urlunsplit((base.scheme, base.netloc, path, own.query, ""))


class PoliteClient:
    """GET and POST for sources of series. Not for venues: it knows no signatures."""

    def __init__(self, clock: Clock, cache: PageCache) -> None:
        """Take time and the cache from outside; environment and netrc are not consulted."""
        self._clock = clock
        self._cache = cache
        self._session = requests.Session()
        # Proxies and logins of the environment are not ours to use.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._deadline = clock.monotonic() + BUDGET_SECONDS

    def start(self, budget_seconds: float) -> None:
        """Begin a fetch: all requests together may last this long."""
        self._deadline = self._clock.monotonic() + budget_seconds

    def seconds_left(self) -> float:
        """Return what is left of the budget."""
        return self._deadline - self._clock.monotonic()

    def distrust(self, source: str) -> None:
        """Ask again next time although a page is kept: it could not be read."""
        self._cache.distrust(source)

    def page(self, request: Request) -> Page:
        """Return the page asked for.

        DataInvalidError (65) for a page that is not what was asked for, VenueUnavailableError
        (69) for no answer, TryAgainError (75) for a rate limit or the time limit.
        """
        key = _key(request)
        kept = self._cache.get(request.source, key)
        now = self._clock.now().timestamp()
        if kept and 0 <= now - kept.fetched_at < request.fresh_seconds:
            return _page(request, kept)
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            reply = self._once(request, kept)
            if reply.status == requests.codes.not_modified and kept:
                return _page(request, kept)
            refusal = _refusal(request, reply)
            if refusal is None:
                fresh = CachedPage(
                    reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", ""),
                    reply.headers.get("Content-Type", ""), reply.body, now,
                )  # fmt: skip
                page = _page(request, fresh)
                self._cache.put(request.source, key, fresh)
                return page
            wait = _wait_seconds(reply, attempt, self._clock.now())
            last = attempt == _ATTEMPTS_MAX
            if reply.status not in _BUSY or last or wait >= self.seconds_left():
                raise refusal
            self._clock.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, request: Request, kept: CachedPage | None) -> "_Reply":
        url, seen = request.url, [request.url]
        while True:
            reply = self._send(request, url, kept)
            target = reply.headers.get("Location")
            if not requests.codes.moved_permanently <= reply.status < _CLIENT_ERROR or not target:
                return reply
            if reply.status == requests.codes.not_modified:
                return reply
            url = urljoin(url, target)
            loops = url in seen or len(seen) > _REDIRECTS_MAX
            if loops or request.post is not None or not _same_place(url, request.url):
                what = "redirects in a loop" if loops else f"redirects to {urlsplit(url).hostname}"
                raise _invalid(request, what, "look at the page in a browser; set base_url")
            seen.append(url)

    def _send(self, request: Request, url: str, kept: CachedPage | None) -> "_Reply":
        if urlsplit(url).hostname not in request.hosts:
            raise _invalid(request, "is not a host of this source", "check base_url")
        left = self.seconds_left()
        if left <= 0:
            raise TryAgainError(f"{request.where}: no time left in this fetch: try again")
        timeout = (min(left, _CONNECT_SECONDS), left)
        try:
            with self._session.request(
                "GET" if request.post is None else "POST", url,
                headers=_headers(request, kept), json=request.post, timeout=timeout,
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                return _Reply(response.status_code, response.headers, self._body(request, response))
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            msg = f"{request.where}: no answer in time: try again later"
            raise VenueUnavailableError(msg) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The error's own text may repeat headers and long addresses: its class is enough.
            msg = f"{request.where}: cannot be reached ({type(error).__name__}): try again later"
            raise VenueUnavailableError(msg) from error

    def _body(self, request: Request, response: requests.Response) -> bytes:
        body = bytearray()
        # read1 returns what one receive gave, so that a slow drip meets the deadline.
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > SIZE_MAX_BYTES:
                raise _invalid(request, "more than 8 MiB came", "check base_url; not used")
            if self.seconds_left() <= 0:
                msg = f"{request.where}: the answer came too slowly: try again later"
                raise VenueUnavailableError(msg)
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def _key(request: Request) -> str:
    posted = "" if request.post is None else json.dumps(request.post, sort_keys=True)
    return f"{request.url} {posted}".strip()


def _headers(request: Request, kept: CachedPage | None) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **request.headers}
    if kept and kept.etag:
        headers["If-None-Match"] = kept.etag
    if kept and kept.last_modified:
        headers["If-Modified-Since"] = kept.last_modified
    return headers


def _page(request: Request, page: CachedPage) -> Page:
    text = checked_text(request.where, request.kind, page.content_type, page.body)
    return Page(request.url, page.body, text, hashlib.sha256(page.body).hexdigest())


def _same_place(left: str, right: str) -> bool:
    a, b = urlsplit(left), urlsplit(right)
    return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)


def _refusal(request: Request, reply: _Reply) -> DcaguardError | None:
    """Return the error that the status means, or None for 200."""
    if reply.status == requests.codes.ok:
        return None
    status = f"HTTP {reply.status}"
    challenged = "challenge" in reply.headers.get("cf-mitigated", "").lower()
    if challenged or b"<title>Just a moment" in reply.body[:4096]:
        return _invalid(request, f"{status}, a bot challenge", "import the series from a file")
    if reply.status in {401, 403}:
        return _invalid(request, f"{status}, refused", "check the key, or import the series")
    if reply.status == requests.codes.too_many_requests:
        asked = reply.headers.get("Retry-After", "")[:40]
        hint = f" after {asked}" if asked else " later"
        return TryAgainError(f"{request.where}: {status}, rate limit: try again{hint}")
    if reply.status >= requests.codes.server_error:
        return VenueUnavailableError(f"{request.where}: {status}, it is down: try again later")
    remedy = "the address has changed: set base_url or import the series"
    if reply.status == requests.codes.not_found:
        return NotThereError(f"{request.where}: {status}: {remedy}")
    return _invalid(request, status, remedy)


def _wait_seconds(reply: _Reply, attempt: int, now: datetime) -> float:
    """Return how long the server asks us to wait, else a doubling back-off."""
    asked = reply.headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        at = parsedate_to_datetime(asked)
    except ValueError:
        return float(2 ** (attempt - 1))
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _invalid(request: Request, what: str, remedy: str) -> DataInvalidError:
    return DataInvalidError(f"{request.where}: {what}: {remedy}")
