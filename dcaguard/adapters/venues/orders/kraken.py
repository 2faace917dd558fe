"""Kraken spot orders: our id travels as cl_ord_id, is looked for in lists, and matched by us."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from dcaguard.adapters.venues.egress import Rule
from dcaguard.adapters.venues.line import Answer, Line
from dcaguard.adapters.venues.orders.checking import (
    UnclearError,
    as_uuid,
    checked,
    demand,
    from_uuid,
    number,
    one_of_each,
    table,
    word,
)
from dcaguard.adapters.venues.orders.kraken_words import (
    STATUS,
    as_held,
    by_id,
    fill_of,
    names_of,
    rejection,
    result_of,
    seconds,
)
from dcaguard.adapters.venues.orders.path import (
    LOOK_BACK,
    PAGES_MAX,
    Instruction,
    NoAnswerError,
    OrderPath,
    paged,
    settled,
)
from dcaguard.core.money import ZERO, plain
from dcaguard.core.order import Fill, Order, Placed, VenueReport

_PAGE = 50
# An order that was never sent from here is looked for this far back: longer than a slot's life.
_WITNESS_DAYS = 35


class KrakenOrders(OrderPath):
    """Order path of kraken spot, as its REST documentation states it."""

    order_types: ClassVar[frozenset[str]] = frozenset({"limit-ioc", "post-only"})
    receive_window_seconds: ClassVar[int] = 10
    free: ClassVar[tuple[Rule, ...]] = (
        Rule("POST", "/0/private/(Query|Open|Closed)Orders"),
        Rule("POST", "/0/private/(QueryTrades|TradesHistory|BalanceEx|CancelOrder)"),
    )
    order: ClassVar[tuple[Rule, ...]] = (Rule("POST", "/0/private/AddOrder"),)

    def instruction(self, line: Line, order: Order) -> Instruction:
        """Return a limit order with a deadline, its fee in quote; IOC or post-only."""
        deadline = line.clock.now() + timedelta(seconds=self.receive_window_seconds)
        until = deadline.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = as_uuid(order.client_order_id)
        fields = {
            "pair": line.market_id(order.symbol),
            "type": "buy",
            "ordertype": "limit",
            "volume": plain(order.amount),
            "price": plain(order.limit_price),
            "cl_ord_id": name,
        } | {"deadline": until, "oflags": "fciq"}
        params: dict[str, object] = {"clientOrderId": name, "deadline": until, "oflags": "fciq"}
        if order.type == "post-only":
            params["postOnly"] = True
            fields["oflags"] = "fciq,post"
        else:
            params["timeInForce"] = "IOC"
            fields["timeinforce"] = "IOC"
        return Instruction("limit", params, fields, frozenset({"nonce"}))

    def accepted(self, line: Line, order: Order, body: object) -> VenueReport:
        """Read AddOrder's txid, then what became of it: the reply itself does not say."""
        result = table(result_of("AddOrder", Answer(200, body, "")), "result")
        txids = result.get("txid")
        if not isinstance(txids, list) or len(txids) != 1 or not isinstance(txids[0], str):
            msg = "no single txid"
            raise UnclearError(msg)
        told = table(result.get("descr"), "descr").get("order")
        demand(isinstance(told, str) and told.startswith("buy "), "not a purchase")
        if result.get("cl_ord_id") is not None:
            demand(from_uuid(result["cl_ord_id"]) == order.client_order_id, "another cl_ord_id")
        row = self._settled(line, order, txids[0])
        demand(number(row, "vol") == order.amount, "another amount")
        return self._report(line, order, txids[0], row)

    def rejection(self, answer: Answer) -> Placed | None:
        """Return the proof by kraken's own words, or None."""
        return rejection(answer)

    def reports(self, line: Line, order: Order) -> tuple[list[VenueReport], list[str]]:
        """Look in open and closed orders for our cl_ord_id, and by txid when it is known."""
        sent = order.sent_at - LOOK_BACK if order.sent_at else None
        since = sent or order.created_at - timedelta(days=_WITNESS_DAYS)
        wanted = {"cl_ord_id": as_uuid(order.client_order_id)}
        opened = self._open(line, wanted)
        closed = self._closed(line, since, wanted)
        found = {
            txid: row
            for txid, row in {**opened, **closed}.items()
            if from_uuid(row.get("cl_ord_id")) == order.client_order_id
        }
        evidence = [
            f"OpenOrders: {len(opened)} answered",
            f"ClosedOrders: {len(closed)} answered, {len(found)} with our id in all",
        ]
        if order.venue_order_id and order.venue_order_id not in found:
            found[order.venue_order_id] = self._query(line, order.venue_order_id)
        return [
            self._report(line, as_held(order, row), txid, row) for txid, row in found.items()
        ], evidence

    def unexplained(self, line: Line, order: Order, since: datetime) -> list[str]:
        """List orders and trades since then without any filter, and read the quote balance."""
        listed = {**self._open(line, {}), **self._closed(line, since, {})}
        for row in listed.values():
            if from_uuid(row.get("cl_ord_id")) == order.client_order_id:
                msg = "the unfiltered order list holds our id"
                raise UnclearError(msg)
        trades = self._history(line, since)
        for trade_id, trade in trades.items():
            if str(trade.get("ordertxid")) not in listed and word(trade, "pair") in names_of(
                line, order.symbol
            ):
                msg = f"TradesHistory: trade {trade_id} belongs to no listed order"
                raise UnclearError(msg)
        quote = line.exchange.market(order.symbol)["quote"]
        held = table(result_of("BalanceEx", line.ask("privatePostBalanceEx", {})), "BalanceEx")
        free = [
            number(table(row, code), "balance")
            for code, row in held.items()
            if line.exchange.safe_currency_code(code) == quote
        ]
        return [
            f"OpenOrders, ClosedOrders: {len(listed)} orders, none with our id",
            f"TradesHistory: {len(trades)} trades, none unexplained",
            f"BalanceEx: {quote} {plain(sum(free, ZERO))}",
        ]

    def cancel(self, line: Line, order: Order) -> Answer:
        """Ask to cancel by our id."""
        return line.ask("privatePostCancelOrder", {"cl_ord_id": as_uuid(order.client_order_id)})

    def trades(self, line: Line, account: str, symbol: str, since: datetime) -> list[Fill]:
        """Read the trade history and keep this symbol's."""
        names = names_of(line, symbol)
        found = [
            fill_of(line, account, symbol, None, (trade_id, row))
            for trade_id, row in self._history(line, since).items()
            if word(row, "pair") in names
        ]
        return list(one_of_each(found))

    def _settled(self, line: Line, order: Order, txid: str) -> Mapping[str, object]:
        """Return the order's row, asking again while an IOC still looks alive."""
        alive = ("pending", "open")
        return settled(
            line, order, lambda: self._query(line, txid), lambda row: row.get("status") in alive
        )

    def _query(self, line: Line, txid: str) -> Mapping[str, object]:
        answer = line.ask("privatePostQueryOrders", {"txid": txid, "trades": True})
        found = table(result_of("QueryOrders", answer), "result").get(txid)
        return table(found, "the order")

    def _open(self, line: Line, wanted: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
        answer = line.ask("privatePostOpenOrders", {"trades": True, **wanted})
        result = table(result_of("OpenOrders", answer), "result")
        return by_id(result.get("open"), "open")

    def _closed(
        self, line: Line, since: datetime, wanted: Mapping[str, object]
    ) -> dict[str, Mapping[str, object]]:
        asked = {"trades": True, "start": seconds(since), **wanted}
        return self._pages(line, "ClosedOrders", "closed", asked)

    def _history(self, line: Line, since: datetime) -> dict[str, Mapping[str, object]]:
        return self._pages(line, "TradesHistory", "trades", {"start": seconds(since)})

    def _pages(
        self, line: Line, name: str, key: str, asked: Mapping[str, object]
    ) -> dict[str, Mapping[str, object]]:
        """Return the rows of every page once each; pages may overlap, but not disagree."""
        found: dict[str, Mapping[str, object]] = {}
        for page in range(PAGES_MAX):
            answer = line.ask(f"privatePost{name}", {**asked, "ofs": page * _PAGE})
            rows = by_id(table(result_of(name, answer), "result").get(key), key)
            for row_id, row in rows.items():
                demand(found.setdefault(row_id, row) == row, f"{row_id} is told in two ways")
            if len(rows) < _PAGE:
                return found
        raise NoAnswerError(name, Answer(200, None, "too many pages"))

    def _report(
        self, line: Line, order: Order, txid: str, row: Mapping[str, object]
    ) -> VenueReport:
        told = table(row.get("descr"), "descr")
        demand(from_uuid(row.get("cl_ord_id")) == order.client_order_id, "another cl_ord_id")
        demand(word(told, "pair") in names_of(line, order.symbol), "another symbol")
        demand(word(told, "type") == "buy", "not a purchase")
        leverage = told.get("leverage", "none")
        demand(leverage in ("none", None, ""), "it was placed with leverage")
        status = STATUS.get(word(row, "status"))
        if status is None:
            msg = "its status is not known"
            raise UnclearError(msg)
        filled = number(row, "vol_exec")
        fills = self._fills(line, order, row) if filled > ZERO else []
        return checked(
            order,
            VenueReport(
                client_order_id=order.client_order_id,
                venue_order_id=txid,
                status=status,
                filled=filled,
                cost=number(row, "cost"),
                fills=tuple(fills),
            ),
        )

    def _fills(self, line: Line, order: Order, row: Mapping[str, object]) -> list[Fill]:
        ids = row.get("trades") or []
        if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
            msg = "trades is not a list of ids"
            raise UnclearError(msg)

        def fetch(page: int) -> tuple[list[Fill], bool]:
            # QueryTrades takes twenty ids at once.
            part = ids[page * 20 : page * 20 + 20]
            if not part:
                return [], False
            answer = line.ask("privatePostQueryTrades", {"txid": ",".join(part)})
            found = by_id(result_of("QueryTrades", answer), "trades")
            fills = [
                fill_of(line, order.account, order.symbol, order.client_order_id, told)
                for told in found.items()
                if told[0] in part
            ]
            return fills, len(ids) > page * 20 + 20

        return list(paged(fetch))
