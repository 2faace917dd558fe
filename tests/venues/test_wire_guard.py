"""The account reads of each exchange: clean at first, each violation where it belongs."""

from typing import Any

import ccxt
import pytest

from tests.venues.wire import BinanceWire, CoinbaseWire, KrakenWire, connect

BINANCE_READS = [
    "privateGetAccount",
    "sapiGetAccountApiRestrictions",
    "sapiGetAssetWalletBalance",
    "sapiGetMarginAccount",
    "sapiGetMarginIsolatedAccount",
    "sapiPostAssetGetFundingAsset",
    "fapiPrivateV3GetAccount",
    "fapiPrivateV3GetPositionRisk",
    "dapiPrivateGetAccount",
    "dapiPrivateGetPositionRisk",
    "eapiPrivateGetAccount",
    "eapiPrivateGetPosition",
    "papiGetAccount",
    "papiGetBalance",
    "sapiGetLoanOngoingOrders",
    "sapiGetLoanFlexibleOngoingOrders",
    "sapiV2GetLoanFlexibleOngoingOrders",
    "sapiGetLoanVipOngoingOrders",
    "sapiGetSimpleEarnFlexiblePosition",
    "sapiGetSimpleEarnLockedPosition",
    "privateGetOpenOrders",
    "sapiGetMarginOpenOrders",
    "fapiPrivateGetOpenOrders",
    "dapiPrivateGetOpenOrders",
    "sapiGetAlgoSpotOpenOrders",
    "sapiGetAlgoFuturesOpenOrders",
    "fapiPrivateGetOpenAlgoOrders",
    "fapiPrivateGetMultiAssetsMargin",
    "eapiPrivateGetOpenOrders",
]


def test_every_binance_read_answers_once_its_wallet_is_open() -> None:
    with BinanceWire().start() as server:
        for wallet in ("margin", "usdm", "coinm", "options", "pm"):
            server.access(wallet, "open")
        client = connect(server)
        for name in BINANCE_READS:
            assert isinstance(getattr(client, name)(), dict | list), name
        assert {x["headers"]["x-mbx-apikey"] for x in server.requests} == {"<set>"}


def test_a_binance_wallet_that_is_not_there_or_not_readable_says_so() -> None:
    with BinanceWire().start() as server:
        client = connect(server)
        with pytest.raises(ccxt.ExchangeError, match="-3003"):
            client.sapiGetMarginAccount()
        with pytest.raises(ccxt.BaseError, match="-2015"):
            client.fapiPrivateV3GetAccount()
        overview = {x["walletName"]: x["activate"] for x in client.sapiGetAssetWalletBalance()}
        assert overview["Spot"] is True
        assert not any(overview[x] for x in overview if x not in {"Spot", "Funding"})


def test_binance_shows_debt_positions_loans_and_earnings() -> None:
    with BinanceWire().start() as server:
        server.debt("margin", "USDT", "200.5", "0.5")
        server.debt("isolated", "ETH", "0.08")
        server.debt("loan-flexible", "USDT", "100")
        server.position("usdm", "BTCUSDT", "-0.01")
        server.fund("earn-flexible", "BTC", "0.3")
        server.rights(withdraw=True, futures=True)
        client = connect(server)
        (row,) = client.sapiGetMarginAccount()["userAssets"]
        assert (row["borrowed"], row["interest"]) == ("200.50000000", "0.50000000")
        legs = client.sapiGetMarginIsolatedAccount()["assets"][0]
        assert "0.08000000" in {legs["baseAsset"]["borrowed"], legs["quoteAsset"]["borrowed"]}
        assert client.sapiV2GetLoanFlexibleOngoingOrders()["rows"][0]["totalDebt"] == "100"
        assert client.fapiPrivateV3GetPositionRisk()[0]["positionAmt"] == "-0.01"
        assert client.sapiGetSimpleEarnFlexiblePosition()["rows"][0]["totalAmount"] == "0.30000000"
        rights = client.sapiGetAccountApiRestrictions()
        assert (rights["enableWithdrawals"], rights["enableFutures"]) == (True, True)


def test_kraken_shows_suffixes_margin_state_positions_and_rights() -> None:
    with KrakenWire().start() as server:
        server.fund("spot", "BTC.M", "0.1")
        server.fund("spot", "USD", "-12.5")
        server.debt("credit", "EUR", "50")
        server.position("margin", "ETH/USD", "0.02", leverage="5")
        server.rights(withdraw=True)
        client = connect(server)
        rows = client.privatePostBalanceEx()["result"]
        assert rows["XBT.M"]["balance"] == "0.1000000000"
        assert rows["ZUSD"]["balance"] == "-12.5000"
        assert rows["ZEUR"]["credit_used"] == "50"
        assert float(client.privatePostTradeBalance()["result"]["m"]) > 0
        assert client.fetch_positions()[0]["symbol"] == "ETH/USD"
        assert "withdraw-funds" in client.privatePostGetApiKeyInfo()["result"]["permissions"]
        assert client.privatePostEarnAllocations()["result"]["items"] == []


def test_a_kraken_key_without_a_right_is_refused() -> None:
    with KrakenWire().start() as server:
        server.fund("spot", "USD", 1000)
        server.book("BTC/USD", [["1", "1"]], [["2", "1"]])
        server.rights(trade=False)
        client = connect(server)
        with pytest.raises(ccxt.PermissionDenied):
            client.create_order("BTC/USD", "limit", "buy", "1", "2")
        assert server.orders() == []


def test_coinbase_shows_vaults_staking_futures_perpetuals_and_rights() -> None:
    with CoinbaseWire().start() as server:
        server.fund("spot", "USD", "10", held="4")
        server.fund("vault", "BTC", "0.5")
        server.fund("staked", "ETH", "2")
        server.fund("cfm", "USD", "8000")
        server.position("cfm", "BIT-26APR24-CDE", "2")
        server.position("intx", "BTC-PERP-INTX", "0.1")
        server.rights(transfer=True)
        client = connect(server)
        rows = client.v3PrivateGetBrokerageAccounts()["accounts"]
        usd = next(x for x in rows if x["currency"] == "USD")
        assert (usd["available_balance"]["value"], usd["hold"]["value"]) == ("6", "4")
        assert "ACCOUNT_TYPE_VAULT" in {x["type"] for x in rows}
        names = {x["name"] for x in client.v2PrivateGetAccounts()["data"]}
        assert "Staked ETH" in names
        summary = client.v3PrivateGetBrokerageCfmBalanceSummary()["balance_summary"]
        assert summary["initial_margin"]["value"] == "1000"
        assert client.v3PrivateGetBrokerageCfmPositions()["positions"][0]["side"] == "LONG"
        assert client.v3PrivateGetBrokerageKeyPermissions()["can_transfer"] is True
        assert len(client.v3PrivateGetBrokeragePortfolios()["portfolios"]) == 2


@pytest.mark.parametrize("kind", [BinanceWire, KrakenWire])
def test_maintenance_shows_in_the_status_and_stops_private_calls(kind: Any) -> None:
    with kind().start() as server:
        client = connect(server)
        client.load_markets()
        server.maintenance()
        assert client.fetch_status()["status"] == "maintenance"
        with pytest.raises(ccxt.ExchangeNotAvailable):
            client.fetch_balance()
