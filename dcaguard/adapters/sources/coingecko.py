"""CoinGecko: treasuries of companies, coins that beat BTC, and daily closes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import quote

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.money import quotient
from dcaguard.core.source_params import CoingeckoParams

_API = "https://api.coingecko.com/api/v3"
_FRESH_SECONDS = 300
_LIST_FRESH_SECONDS = 24 * 3600  # companies seldom join the list
_DAILY = timedelta(hours=20)  # mnav is asked of each company once a day
_MIDNIGHT_SLACK = timedelta(minutes=5)
_DAY = timedelta(days=1)
_COINS_MIN = 50
# Coins that follow another price say nothing about breadth.
_FOLLOWERS = ("usd", "wrapped", "staked", "bridged", "restaked", "tether", "gold", "dai", "eur")


class CoinGecko(WebSource):
    """Holdings and entry values of treasury companies, breadth, closes of coins."""

    name = "coingecko"
    group = "coingecko"
    updates_utc = "closes at 00:00; treasuries as filings appear"
    licence = "CoinGecko API terms: attribution; a free demo key raises the limit"
    hosts = frozenset({"api.coingecko.com"})

    def __init__(self, params: CoingeckoParams, context: Context) -> None:
        """Take the coins, the treasuries and the companies to read."""
        super().__init__(params, context)
        self._params = params

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        closes = tuple(f"px.{asset}" for asset in self._params.coins)
        held = tuple(
            f"dat.{ticker}.{what}"
            for ticker in self._params.tickers
            for what in ("holdings", "entry_usd", "nav_usd")
        )
        caps = tuple(f"mcap.{asset}" for asset in self._params.coins)
        if self._params.mnav:
            held += tuple(f"dat.{ticker}.mnav" for ticker in self._params.tickers)
        return closes + caps + held + (("breadth.beats_btc_7d",) if self._params.breadth else ())

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        jobs: list[Callable[[], Found]] = [
            partial(self._closes, asset, coin) for asset, coin in self._params.coins.items()
        ]
        jobs += [self._treasuries] if self._params.treasuries and self._params.tickers else []
        jobs += [self._breadth] if self._params.breadth else []
        if not self._params.mnav:
            return jobs
        old = self._context.clock.now() - _DAILY
        due = [t for t in self._params.tickers if since.get(f"dat.{t}.mnav", old) <= old]
        return jobs + [partial(self._mnav, ticker) for ticker in due]

    def _document(self, path: str, fresh: float = _FRESH_SECONDS) -> tuple[Page, object]:
        key = self._context.key
        headers = {"x-cg-demo-api-key": key} if key else {}
        page = self._ask(f"{_API}/{path}", headers=headers, fresh_seconds=fresh)
        document = self._json(page)
        if isinstance(document, dict) and ("error" in document or "status" in document):
            raise self._bad(page, "an error came in place of data", "try again later")
        return page, document

    def _closes(self, asset: str, coin: str) -> Found:
        path = f"coins/{coin}/market_chart?vs_currency=usd&days=365&interval=daily"
        page, document = self._document(path)
        rows = []
        for column, series in (("prices", f"px.{asset}"), ("market_caps", f"mcap.{asset}")):
            points = fields.mapping(document, "the chart").get(column)
            # A market value of zero means that it is not known; a price of zero is an error.
            rows += [
                self._dated(page, series, day, value)
                for day, value in _closes(fields.rows(points, column), column)
                if value or column == "prices"
            ]
        return Found(rows)

    def _treasuries(self) -> Found:
        """Add up each company's coins over all treasuries; holdings only where it is one coin."""
        totals: dict[str, list[tuple[Decimal, Decimal, Decimal]]] = {}
        page = None
        for coin in self._params.treasuries:
            page, document = self._document(f"companies/public_treasury/{coin}")
            for company in fields.rows(fields.field(document, "companies"), "companies"):
                ticker = _ticker(company)
                if ticker in self._params.tickers:
                    totals.setdefault(ticker, []).append(_company(company))
        assert page is not None  # there is at least one treasury
        rows = []
        for ticker, parts in totals.items():
            if len(parts) == 1:
                rows.append(self._live(page, f"dat.{ticker}.holdings", parts[0][0]))
            # An entry value of 0 means that it is not known: no reading, not a free lunch.
            if all(entry for _, entry, _ in parts):
                entry = sum((part[1] for part in parts), Decimal(0))
                rows.append(self._live(page, f"dat.{ticker}.entry_usd", entry))
            if all(nav for _, _, nav in parts):
                nav = sum((part[2] for part in parts), Decimal(0))
                rows.append(self._live(page, f"dat.{ticker}.nav_usd", nav))
        return Found(rows)

    def _mnav(self, ticker: str) -> Found:
        """Read a company's market value over its coins' worth, as the provider reckons it."""
        path = "entities/list?entity_type=company&per_page=250&page=1"
        _, document = self._document(path, _LIST_FRESH_SECONDS)
        companies = fields.rows(document, "the list of companies")
        ids = {_ticker(company): fields.field(company, "id") for company in companies}
        if ticker not in ids:
            return Found([])  # Not listed is not known, and not an error of the others.
        identity = fields.text(ids[ticker], "id")
        page, company = self._document(f"public_treasury/{quote(identity, safe='')}")
        if _ticker(company) != ticker:
            raise self._bad(page, f"it is not the page of {ticker}")
        value = fields.number_or_none(fields.field(company, "m_nav"), "m_nav")
        # Zero means that it is not known.
        return Found([self._live(page, f"dat.{ticker}.mnav", value)] if value else [])

    def _breadth(self) -> Found:
        path = "coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1"
        page, document = self._document(f"{path}&price_change_percentage=24h,7d,30d")
        bitcoin: Decimal | None = None
        others: list[Decimal] = []
        for coin in fields.rows(document, "the list of coins"):
            name = "price_change_percentage_7d_in_currency"
            change = fields.number_or_none(fields.field(coin, name), name)
            identity = fields.text(fields.field(coin, "id"), "id")
            if identity == "bitcoin":
                bitcoin = change
            elif change is not None and not any(mark in identity for mark in _FOLLOWERS):
                others.append(change)
        if bitcoin is None or len(others) < _COINS_MIN:
            raise self._bad(page, f"{len(others)} coins, too few for a share", "try again later")
        beating = Decimal(sum(change > bitcoin for change in others))
        share = quotient(beating, Decimal(len(others))).quantize(Decimal("0.0001"))
        return Found([self._live(page, "breadth.beats_btc_7d", share)])


def _closes(points: Iterable[object], column: str) -> Iterable[tuple[date, Decimal]]:
    for point in points:
        at = fields.instant(fields.at_pointer(point, "/0"), f"a time in {column}")
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        # The newest point is that of this moment, not a close.
        if at - midnight <= _MIDNIGHT_SLACK:
            value = fields.number(fields.at_pointer(point, "/1"), column)
            # The point at midnight is the close of the day before it.
            yield (midnight - _DAY).date(), value


def _ticker(company: object) -> str:
    """Return MSTR of MSTR.US or NASDAQ:MSTR; "" for a company without a share."""
    symbol = fields.mapping(company, "a company").get("symbol")
    text = "" if symbol is None else fields.text(symbol, "symbol")
    return text.upper().removesuffix(".US").rpartition(":")[2]


def _company(company: object) -> tuple[Decimal, Decimal, Decimal]:
    """Return coins held, entry value and current value (USD); 0 is not known."""
    names = ("total_holdings", "total_entry_value_usd", "total_current_value_usd")
    holdings, entry, nav = (
        fields.number_or_none(fields.field(company, name), name) or Decimal(0) for name in names
    )
    return holdings, entry, nav
