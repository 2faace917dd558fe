"""OKX's public list of liquidations, summed to USD per full UTC day by side."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.money import times
from dcaguard.core.source_params import OkxParams

_API = "https://www.okx.com/api/v5/public"
_DAYS_KEPT = 7  # what the provider shows at most
_PAGES_MAX = 60
_SECONDS_SPARED = 2.0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    side: str  # which side was liquidated: "long" or "short"
    usd: Decimal


class Okx(WebSource):
    """Liquidations of perpetual swaps, one exchange only: compare with its own past."""

    name = "okx"
    group = "okx"
    updates_utc = "continuous; days are complete at 00:00"
    licence = "OKX public API terms"
    hosts = frozenset({"www.okx.com"})

    def __init__(self, params: OkxParams, context: Context) -> None:
        """Take the underlyings to add up."""
        super().__init__(params, context)
        self._underlyings = params.underlyings

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("liq.long_usd", "liq.short_usd")

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        return [lambda: self._days(since)]

    def _days(self, since: Mapping[str, datetime]) -> Found:
        now = self._context.clock.now()
        midnight = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
        known = min(since.get(name, midnight - _DAYS_KEPT * _DAY) for name in self.series)
        wanted = max(known + _DAY, midnight - _DAYS_KEPT * _DAY)
        if wanted >= midnight:
            return Found([])  # No new day is over.
        sums: dict[tuple[str, date], Decimal] = {}
        complete_from, first_page = wanted, None
        for underlying in self._underlyings:
            page, events, reached = self._events(underlying, wanted)
            first_page = first_page or page
            # A day that is not covered in full by every underlying is not known.
            complete_from = max(complete_from, reached)
            for event in events:
                key = (event.side, event.at.date())
                sums[key] = sums.get(key, Decimal(0)) + event.usd
        first = complete_from.date() + (_DAY if complete_from.time() != datetime.min.time()
                                        else timedelta())  # fmt: skip
        assert first_page is not None  # there is at least one underlying
        days = [date.fromordinal(n) for n in range(first.toordinal(), midnight.toordinal())]
        return Found([
            self._dated(first_page, f"liq.{side}_usd", day, sums.get((side, day), Decimal(0)))
            for side in ("long", "short")
            for day in days
        ])  # fmt: skip

    def _events(self, underlying: str, wanted: datetime) -> tuple[Page, list[_Event], datetime]:
        """Return the newest page, events back to `wanted`, and how far back they reach."""
        sizes = self._contract_sizes(underlying)
        events: list[_Event] = []
        after, first = "", None
        oldest = self._context.clock.now()
        for _ in range(_PAGES_MAX):
            url = f"{_API}/liquidation-orders?instType=SWAP&uly={underlying}&state=filled&limit=100"
            page, data = self._data(url + after)
            first = first or page
            found = [event for row in data for event in _row_events(row, sizes)]
            events += [event for event in found if event.at < oldest]
            if not found or min(e.at for e in found) >= oldest:
                break  # No more is shown: how far it reaches is the oldest event seen.
            oldest = min(event.at for event in found)
            if oldest <= wanted:
                return first, events, wanted
            if self._context.client.seconds_left() < _SECONDS_SPARED:
                break
            after = f"&after={int(oldest.timestamp() * 1000)}"
        assert first is not None
        return first, events, oldest

    def _contract_sizes(self, underlying: str) -> Mapping[str, tuple[Decimal, bool]]:
        """Return contract value by instrument, and whether it is counted in coins (linear)."""
        page, data = self._data(f"{_API}/instruments?instType=SWAP&uly={underlying}")
        if not data:
            raise self._bad(page, f"no swap of {underlying}", "correct underlyings")
        sizes = {}
        for row in data:
            name = fields.text(fields.field(row, "instId"), "instId")
            value = fields.number(fields.field(row, "ctVal"), "ctVal")
            multiplier = fields.number(fields.mapping(row, "row").get("ctMult") or "1", "ctMult")
            linear = fields.field(row, "ctType") == "linear"
            sizes[name] = (times(value, multiplier), linear)
        return sizes

    def _data(self, url: str) -> tuple[Page, list[object]]:
        page = self._ask(url)
        document = fields.mapping(self._json(page), "the document")
        code = str(document.get("code"))
        if code != "0":
            raise self._bad(page, f"error code {fields.shown(code)}", "try again later")
        data = fields.field(document, "data")
        if not isinstance(data, list):
            raise self._bad(page, "data is not a list")
        return page, data


def _row_events(row: object, sizes: Mapping[str, tuple[Decimal, bool]]) -> list[_Event]:
    instrument = fields.text(fields.field(row, "instId"), "instId")
    if instrument not in sizes:
        message = f"the contract size of {instrument[:30]} is not known"
        raise fields.ShapeError(message)
    size, linear = sizes[instrument]
    details = fields.field(row, "details")
    if not isinstance(details, list):
        message = "details is not a list"
        raise fields.ShapeError(message)
    # One row holds many liquidations, not one.
    return [_event(detail, size, linear=linear) for detail in details]


def _event(detail: object, size: Decimal, *, linear: bool) -> _Event:
    contracts = fields.number(fields.field(detail, "sz"), "sz")
    price = fields.number(fields.field(detail, "bkPx"), "bkPx")
    usd = times(times(contracts, size), price) if linear else times(contracts, size)
    position = fields.mapping(detail, "a detail").get("posSide")
    if position not in ("long", "short"):
        # Net mode: the forced order of a long position is a sale.
        position = "long" if fields.field(detail, "side") == "sell" else "short"
    if contracts < 0 or price < 0:
        message = "sz or bkPx is negative"
        raise fields.ShapeError(message)
    return _Event(fields.instant(fields.field(detail, "ts"), "ts"), str(position), usd)
