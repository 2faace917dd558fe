"""Liquidations by venue and coin, summed to USD per full UTC day: known in full, or not known."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from dcaguard.adapters.sources.ccxt_source import CcxtSource
from dcaguard.adapters.sources.content import checked_text, exact_json
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.liquidation_lists import Forced, Gate, Htx, WindowedList, inside
from dcaguard.adapters.sources.liquidation_pages import Bitfinex, Deribit
from dcaguard.adapters.sources.source import Context, Found
from dcaguard.core.errors import (
    DataInvalidError,
    DcaguardError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.core.source_params import LiquidationsParams

_DAY = timedelta(days=1)
_DAYS_BACK = 3  # older days are not asked for: nobody says how long they are kept
# Longer than one request may take: a source that is late loses what it has read.
_SECONDS_SPARED = 9.0
_BUSY = frozenset({418, 429})
_SERVER_ERROR = 500
_SIDES = ("long", "short")

_WINDOWED: Final[Mapping[str, WindowedList]] = {"htx": Htx(), "gate": Gate()}
_BITFINEX, _DERIBIT = Bitfinex(), Deribit()
_PATHS: Final = {
    **{venue: listed.paths for venue, listed in _WINDOWED.items()},
    "bitfinex": _BITFINEX.paths,
    "deribit": _DERIBIT.paths,
}


class Liquidations(CcxtSource):
    """Each venue's own list, which is a part of all: compare it with its own past alone."""

    name = "liquidations"
    group = "liquidations"
    updates_utc = "days are complete at 00:00"
    licence = "the venues' API terms: own use"

    def __init__(self, params: LiquidationsParams, context: Context) -> None:
        """Take the venues and their coins."""
        super().__init__(params, context)
        self._venues: Mapping[str, tuple[str, ...]] = {
            str(venue): coins for venue, coins in params.venues.items()
        }
        self._replies: list[str] = []  # of the job under way
        self._waiting: set[tuple[str, str]] = set()  # venue and coin whose next day was not read
        self._cut_off: list[str] = []  # coins and days that a page shows in part

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        return tuple(
            _series(venue, coin, side)
            for venue, coins in self._venues.items()
            if venue != "deribit"
            for coin in coins
            for side in _SIDES
        )

    def _paths(self, exchange: str) -> tuple[str, ...]:
        return _PATHS[exchange]

    def _jobs(self, since: Mapping[str, datetime]) -> Iterator[Callable[[], Found]]:
        """Yield the single pages first, then day after day: what is not reached follows later."""
        self._waiting.clear()
        self._cut_off.clear()
        today = self._context.clock.now().astimezone(UTC).date()
        if "bitfinex" in self._venues:
            yield partial(self._newest, self._venues["bitfinex"], since, today)
            if self._cut_off:
                yield self._tell_cut_off
        for coin in self._venues.get("deribit", ()):
            yield partial(self._refused, coin, today)
        for venue in _WINDOWED:
            for coin in self._venues.get(venue, ()):
                for day in _wanted(venue, coin, since, today):
                    if (venue, coin) not in self._waiting:
                        yield partial(self._day, venue, coin, day)

    def _newest(self, coins: tuple[str, ...], since: Mapping[str, datetime], today: date) -> Found:
        """Return the days that bitfinex' one page shows in full."""
        wanted = {coin: _wanted("bitfinex", coin, since, today) for coin in coins}
        first = min((day for days in wanted.values() for day in days), default=None)
        if first is None:
            return Found([])
        # The day before proves that the first is complete.
        start, end = _midnight(first) - _DAY, _midnight(today)
        self._replies.clear()
        listed, complete = _BITFINEX.page(partial(self._ask_venue, "bitfinex"), coins, start, end)
        rows = []
        for coin, days in wanted.items():
            own = [forced for name, forced in listed if name == coin]
            for day in days:
                if complete <= _midnight(day):
                    rows += self._sums("bitfinex", coin, day, own).rows
                else:
                    self._cut_off.append(f"{coin} {day}")
        return Found(rows)

    def _tell_cut_off(self) -> Found:
        days = ", ".join(self._cut_off)
        raise self._cut("bitfinex", f"its page does not reach back to the start of {days}")

    def _refused(self, coin: str, today: date) -> Found:
        self._replies.clear()
        why = _DERIBIT.refuse(partial(self._ask_venue, "deribit"), coin, _midnight(today) - _DAY)
        raise DataInvalidError(f"{self.name}: {why}")

    def _day(self, venue: str, coin: str, day: date) -> Found:
        """Return both sums of one day; when it has to wait, the later days wait too."""
        self._replies.clear()
        try:
            forced = self._listed(venue, coin, day)
        except (TryAgainError, VenueUnavailableError):
            self._waiting.add((venue, coin))
            raise
        if not forced:
            raise self._cut(f"{venue} {coin}", f"nothing is listed for {day}, which is not zero")
        return self._sums(venue, coin, day, forced)

    def _listed(self, venue: str, coin: str, day: date) -> list[Forced]:
        listed, start = _WINDOWED[venue], _midnight(day)
        size = listed.size(partial(self._ask_venue, venue), coin)
        found: list[Forced] = []
        windows = int(_DAY / listed.window)
        for number in range(windows):
            begin = start + number * listed.window
            found += self._window(venue, coin, size, (begin, begin + listed.window))
        return found

    def _window(
        self, venue: str, coin: str, size: Decimal, window: tuple[datetime, datetime]
    ) -> list[Forced]:
        """Return what is listed from start on and before end; a full page is asked in halves."""
        listed, (start, end) = _WINDOWED[venue], window
        if self._context.client.seconds_left() < _SECONDS_SPARED:
            msg = f"{self.name}: {venue} {coin}: no time left: the rest follows with the next fetch"
            raise TryAgainError(msg)
        rows = listed.rows(partial(self._ask_venue, venue), coin, start, end)
        if listed.full(len(rows)):
            middle = (start + (end - start) / 2).replace(microsecond=0)
            if middle == start:
                raise self._cut(f"{venue} {coin}", f"the list of {start} is longer than its page")
            return [
                *self._window(venue, coin, size, (start, middle)),
                *self._window(venue, coin, size, (middle, end)),
            ]
        forced = [listed.forced(row, coin, size) for row in rows]
        for one in forced:
            inside(one.at, start, end, venue)
        return [one for one in forced if one.at < end]

    def _sums(self, venue: str, coin: str, day: date, forced: Sequence[Forced]) -> Found:
        text = "\n".join(self._replies)
        digest = hashlib.sha256(text.encode()).hexdigest()
        page = Page(f"{venue} {coin}", text.encode(), text, digest)
        of_day = [one for one in forced if one.at.date() == day]
        return Found([
            self._dated(page, _series(venue, coin, side), day,
                        sum((one.usd for one in of_day if one.side == side), Decimal(0)))
            for side in _SIDES
        ])  # fmt: skip

    def _ask_venue(self, venue: str, method: str, asked: Mapping[str, object]) -> object:
        """Return the venue's own words, exact; ccxt only carries them."""
        reply = self._call(venue, partial(_reply, method, asked))
        where = f"{self.name}: {venue}"
        _refuse_busy(where, reply.status)
        told = reply.headers.get("content-type", "")
        text = checked_text(where, "json", told, reply.text.encode())
        if reply.status != HTTPStatus.OK:
            raise self._cut(venue, f"HTTP {reply.status}, refused")
        self._replies.append(text)
        return exact_json(where, text)

    def _cut(self, where: str, what: str) -> DataInvalidError:
        return DataInvalidError(f"{self.name}: {where}: {what}: not used")


def _refuse_busy(where: str, status: int) -> None:
    """Raise for a status that a later fetch may mend."""
    if status in _BUSY:
        msg = f"{where}: HTTP {status}, rate limit: try again later"
        raise TryAgainError(msg)
    if status >= _SERVER_ERROR:
        msg = f"{where}: HTTP {status}, it is down: try again later"
        raise VenueUnavailableError(msg)


def _reply(method: str, asked: Mapping[str, object], client: Any) -> Any:
    """Return the raw reply: what ccxt thinks of it differs from venue to venue."""
    client.session.last = None
    try:
        getattr(client, method)(dict(asked))
    except DcaguardError:
        raise
    except Exception:
        if client.session.last is None:
            raise
    return client.session.last


def _series(venue: str, coin: str, side: str) -> str:
    return f"liq.{venue}.{coin}.{side}_usd"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _wanted(venue: str, coin: str, since: Mapping[str, datetime], today: date) -> list[date]:
    """Return the finished days, oldest first, that are not known yet."""
    names = [_series(venue, coin, side) for side in _SIDES]
    oldest = _midnight(today) - (_DAYS_BACK + 1) * _DAY
    known = min(since.get(name, oldest) for name in names)
    days = [today - number * _DAY for number in range(_DAYS_BACK, 0, -1)]
    return [day for day in days if _midnight(day) > known]
