"""Coinbase spot orders: our id goes out as client_order_id and is looked for in the order list."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from dcaguard.adapters.venues.egress import Rule
from dcaguard.adapters.venues.line import Answer, Line
from dcaguard.adapters.venues.orders.checking import (
    UnclearError,
    as_found,
    as_uuid,
    checked,
    demand,
    from_uuid,
    number,
    one_of_each,
    rows,
    table,
    word,
)
from dcaguard.adapters.venues.orders.coinbase_words import (
    STATUS,
    fill_of,
    refused_as,
    rejection,
    size_and_limit,
)
from dcaguard.adapters.venues.orders.path import (
    LOOK_BACK,
    PAGES_MAX,
    Instruction,
    NoAnswerError,
    OrderPath,
    answered,
    settled,
)
from dcaguard.core.money import ZERO, plain
from dcaguard.core.order import Fill, Order, Placed, Status, VenueReport

_PAGE = 250
_WITNESS_DAYS = 35
_BATCH = "GET orders/historical/batch"
_FILLS = "GET orders/historical/fills"


class CoinbaseOrders(OrderPath):
    """Order path of coinbase advanced trade, as its REST documentation states it."""

    order_types: ClassVar[frozenset[str]] = frozenset({"limit-ioc", "post-only"})
    # No knob bounds how late coinbase may take a request; its token lives 120 seconds.
    receive_window_seconds: ClassVar[int] = 120
    free: ClassVar[tuple[Rule, ...]] = (
        Rule("GET", "/api/v3/brokerage/orders/historical/batch"),
        Rule("GET", "/api/v3/brokerage/orders/historical/fills"),
        Rule("GET", "/api/v3/brokerage/orders/historical/[0-9A-Za-z-]+"),
        Rule("GET", "/api/v3/brokerage/accounts"),
        Rule("POST", "/api/v3/brokerage/orders/batch_cancel"),
    )
    order: ClassVar[tuple[Rule, ...]] = (Rule("POST", "/api/v3/brokerage/orders"),)

    def instruction(self, line: Line, order: Order) -> Instruction:
        """Return a sor_limit_ioc order, or a post-only limit_limit_gtc."""
        name = as_uuid(order.client_order_id)
        fields = {
            "client_order_id": name,
            "product_id": line.market_id(order.symbol),
            "side": "BUY",
            "base_size": plain(order.amount),
            "limit_price": plain(order.limit_price),
        }
        # ccxt ignores clientOrderId here and would send an id of its own.
        params: dict[str, object] = {"client_order_id": name}
        if order.type == "post-only":
            params["postOnly"] = True
            fields["post_only"] = "true"
        else:
            params["timeInForce"] = "IOC"
        return Instruction("limit", params, fields, frozenset())

    def accepted(self, line: Line, order: Order, body: object) -> VenueReport:
        """Read the acceptance, then what became of the order: the reply itself does not say."""
        reply = table(body, "the reply")
        if reply.get("success") is not True:
            msg = "neither a success nor a proven refusal"
            raise UnclearError(msg)
        told = table(reply.get("success_response"), "success_response")
        order_id = word(told, "order_id")
        demand(word(told, "side") == "BUY", "not a purchase")
        demand(word(told, "product_id") == line.market_id(order.symbol), "another product")
        echoed = from_uuid(told.get("client_order_id"))
        demand(echoed == order.client_order_id, "another client_order_id")
        row = self._settled(line, order, order_id)
        size, _ = size_and_limit(row)
        demand(size == order.amount, "another amount")
        return self._report(line, order, row)

    def rejection(self, answer: Answer) -> Placed | None:
        """Return the proof by coinbase's own words, or None."""
        return rejection(answer)

    def reports(self, line: Line, order: Order) -> tuple[list[VenueReport], list[str]]:
        """Scan the order list of this product for our client_order_id."""
        sent = order.sent_at - LOOK_BACK if order.sent_at else None
        since = sent or order.created_at - timedelta(days=_WITNESS_DAYS)
        listed = self._orders(line, order.symbol, since)
        ours = {
            word(row, "order_id"): row
            for row in listed
            if from_uuid(row.get("client_order_id")) == order.client_order_id
        }
        evidence = [f"{_BATCH}: {len(listed)} orders, {len(ours)} with our id"]
        if order.venue_order_id and order.venue_order_id not in ours:
            ours[order.venue_order_id] = self._one(line, order.venue_order_id)
        said = []
        for row in ours.values():
            size, limit = size_and_limit(row)
            said.append(self._report(line, as_found(order, size, limit), row))
        return said, evidence

    def unexplained(self, line: Line, order: Order, since: datetime) -> list[str]:
        """Compare the fills since then with the listed orders, and read the quote balance."""
        listed = {word(row, "order_id") for row in self._orders(line, order.symbol, since)}
        fills = self._fill_rows(line, order.symbol, {"start_sequence_timestamp": _text(since)})
        for fill in fills:
            if word(fill, "order_id") not in listed:
                msg = f"{_FILLS}: trade {word(fill, 'trade_id')} belongs to no listed order"
                raise UnclearError(msg)
        quote = line.exchange.market(order.symbol)["quoteId"]
        answer = line.ask("v3PrivateGetBrokerageAccounts", {"limit": _PAGE})
        body = table(answered("GET accounts", answer), "accounts")
        held = [
            number(table(row.get("available_balance"), "available_balance"), "value")
            for row in rows(body.get("accounts"), "accounts")
            if row.get("currency") == quote
        ]
        return [
            f"{_BATCH}: {len(listed)} orders, none with our id",
            f"{_FILLS}: {len(fills)} trades, all of other orders",
            f"GET accounts: {quote} {plain(sum(held, ZERO))}",
        ]

    def cancel(self, line: Line, order: Order) -> Answer:
        """Ask to cancel by the venue's own id, looked up when it is not known."""
        venue_order_id = order.venue_order_id
        if venue_order_id is None:
            found, _ = self.reports(line, order)
            if not found:
                return Answer(None, None, "no such order")
            venue_order_id = found[0].venue_order_id
        asked = {"order_ids": [venue_order_id]}
        return line.ask("v3PrivatePostBrokerageOrdersBatchCancel", asked)

    def trades(self, line: Line, account: str, symbol: str, since: datetime) -> list[Fill]:
        """Read the fills of this product since then."""
        found = self._fill_rows(line, symbol, {"start_sequence_timestamp": _text(since)})
        return list(one_of_each([fill_of(account, symbol, None, row) for row in found]))

    def _settled(self, line: Line, order: Order, order_id: str) -> Mapping[str, object]:
        """Return the order's row, asking again while an IOC still looks alive."""

        def alive(row: Mapping[str, object]) -> bool:
            return STATUS.get(str(row.get("status"))) is Status.OPEN

        return settled(line, order, lambda: self._one(line, order_id), alive)

    def _one(self, line: Line, order_id: str) -> Mapping[str, object]:
        answer = line.ask("v3PrivateGetBrokerageOrdersHistoricalOrderId", {"order_id": order_id})
        body = table(answered("GET orders/historical/{order_id}", answer), "the reply")
        row = table(body.get("order"), "the order")
        demand(word(row, "order_id") == order_id, "another order")
        return row

    def _orders(self, line: Line, symbol: str, since: datetime) -> list[Mapping[str, object]]:
        asked: dict[str, object] = {
            "product_ids": [line.market_id(symbol)],
            "start_date": _text(since),
            "limit": _PAGE,
        }
        found = self._pages(line, "v3PrivateGetBrokerageOrdersHistoricalBatch", asked, "orders")
        product = line.market_id(symbol)
        return [row for row in found if word(row, "product_id") == product]

    def _fill_rows(
        self, line: Line, symbol: str, wanted: Mapping[str, object]
    ) -> list[Mapping[str, object]]:
        product = line.market_id(symbol)
        asked: dict[str, object] = {"product_ids": [product], "limit": _PAGE, **wanted}
        found = self._pages(line, "v3PrivateGetBrokerageOrdersHistoricalFills", asked, "fills")
        return [row for row in found if word(row, "product_id") == product]

    def _pages(
        self, line: Line, method: str, asked: dict[str, object], key: str
    ) -> list[Mapping[str, object]]:
        question = _BATCH if key == "orders" else _FILLS
        found: list[Mapping[str, object]] = []
        for _ in range(PAGES_MAX):
            answer = line.ask(method, asked)
            body = table(answered(question, answer), "the reply")
            if "error" in body:
                raise NoAnswerError(question, Answer(answer.status, None, "an error"))
            found += rows(body.get(key), key)
            cursor = body.get("cursor")
            if not isinstance(cursor, str) or not cursor or body.get("has_next") is False:
                return found
            asked = {**asked, "cursor": cursor}
        raise NoAnswerError(question, Answer(200, None, "too many pages"))

    def _report(self, line: Line, order: Order, row: Mapping[str, object]) -> VenueReport:
        echoed = from_uuid(row.get("client_order_id"))
        demand(echoed == order.client_order_id, "another client_order_id")
        demand(word(row, "product_id") == line.market_id(order.symbol), "another product")
        demand(word(row, "side") == "BUY", "not a purchase")
        demand(row.get("leverage") in (None, "", "1", "1.0"), "it was placed with leverage")
        status = STATUS.get(word(row, "status"))
        if status is None:
            msg = "its status is not known"
            raise UnclearError(msg)
        order_id, filled = word(row, "order_id"), number(row, "filled_size")
        fills: list[Fill] = []
        if filled > ZERO:
            found = self._fill_rows(line, order.symbol, {"order_ids": [order_id]})
            fills = [
                fill_of(order.account, order.symbol, order.client_order_id, fill)
                for fill in found
                if word(fill, "order_id") == order_id
            ]
        return checked(
            order,
            VenueReport(
                client_order_id=order.client_order_id,
                venue_order_id=order_id,
                status=status,
                filled=filled,
                cost=number(row, "filled_value"),
                fills=tuple(fills),
                refused_as=refused_as(row) if status is Status.REJECTED else None,
            ),
        )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
