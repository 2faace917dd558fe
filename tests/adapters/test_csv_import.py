import gzip
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from dcaguard.adapters.csv_import import read_import
from dcaguard.core.errors import DataInvalidError, NoInputError
from dcaguard.core.reading import Reading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "as_of,value\n"


def write(folder: Path, body: str | bytes, name: str = "flows.csv") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def read(folder: Path, body: str | bytes, series: str = "us2y") -> list[Reading]:
    return read_import(write(folder, body), series, now=NOW).readings


def test_a_row_becomes_a_reading_with_its_file_and_the_default_lag(tmp_path: Path) -> None:
    body = HEAD + "2025-02-25,-1113700000\n"
    [found] = read(tmp_path, body, "etf.btc.flow_usd")
    assert found == Reading(
        "etf.btc.flow_usd",
        datetime(2025, 2, 25, tzinfo=UTC),
        datetime(2025, 2, 26, 12, 30, tzinfo=UTC),
        Decimal(-1113700000),
        "import:flows.csv",
        sha256(body.encode()).hexdigest(),
    )


def test_a_lag_of_ones_own_overrides_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "2025-02-25,4.1\n")
    [found] = read_import(path, "us2y", now=NOW, lag=timedelta(hours=40)).readings
    assert found.observed_at == datetime(2025, 2, 26, 16, tzinfo=UTC)


def test_an_observed_at_column_wins_and_may_be_empty(tmp_path: Path) -> None:
    body = "as_of,value,observed_at\n2025-02-25,4.1,2025-02-25T23:00:00+01:00\n2025-02-26,4.2,\n"
    first, second = read(tmp_path, body)
    assert first.observed_at == datetime(2025, 2, 25, 22, tzinfo=UTC)
    assert second.observed_at == datetime(2025, 2, 27, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfas_of,value\r\n2025-02-25,4.10\r\n2025-02-26,4.2\r\n",
        b"as_of,value\r2025-02-25,4.10\r2025-02-26,4.2",
        b'"as_of","value"\n"2025-02-25","4.10"\n\n"2025-02-26", 4.2 \n',
        b"As_Of, Value\n2025-02-26T00:00:00Z,4.2\n2025-02-25 00:00,4.10\n",
        gzip.compress(b"as_of,value\n2025-02-25,4.10\n2025-02-26,4.2\n", mtime=0),
        b"as_of,value\n2025-02-25,4.10\n2025-02-25,4.1\n2025-02-26,4.2\n",
    ],
)
def test_marks_line_ends_quotes_order_and_packing_do_not_matter(
    tmp_path: Path, body: bytes
) -> None:
    found = read(tmp_path, body)
    assert [(r.as_of.day, r.value) for r in found] == [(25, Decimal("4.1")), (26, Decimal("4.2"))]


@pytest.mark.parametrize(
    ("series", "body", "line", "what"),
    [
        ("us2y", HEAD + "2025-02-25,\n", 2, "value is missing"),
        ("us2y", HEAD + "2025-02-25,-\n", 2, "value is missing"),
        ("us2y", HEAD + "2025-02-25,n/a\n", 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,NaN\n", 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,inf\n", 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,1_0\n", 2, "not a number"),
        ("us2y", HEAD + '2025-02-25,"1,113.7"\n', 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,1e400\n", 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,\u0664\n", 2, "not a number"),
        ("us2y", HEAD + "2025-02-25,1,113.7\n", 2, "3 cells"),
        ("us2y", HEAD + "2025-02-25,4.1\n2025-02-30,4.1\n", 3, "not a date"),
        ("us2y", HEAD + "25/02/2025,4.1\n", 2, "not a date"),
        ("us2y", HEAD + "20250225,4.1\n", 2, "not a date"),
        ("us2y", HEAD + "0001-01-01T00:00:00+14:00,4.1\n", 2, "not a date"),
        ("us2y", HEAD + "2026-11-21,4.1\n", 2, "future"),
        ("us2y", HEAD + "2025-02-25,4.1\n2025-02-25,4.2\n", 3, "two values"),
        ("us2y", HEAD + "2025-02-25,410\n", 2, "above"),
        ("us2y", "date,value\n2025-02-25,4.1\n", 1, "header"),
        ("us2y", "as_of;value\n2025-02-25;4.1\n", 1, "header"),
        ("us2y", "2025-02-25,4.1\n", 1, "header"),
        ("us2y", "<html><body>Just a moment...</body></html>", 1, "header"),
        ("us2y", "", 1, "empty"),
        ("us2y", "\n\n", 1, "empty"),
        ("us2y", HEAD, 1, "no row"),
        ("us2y", HEAD + '"2025-02-25,4.1\n', 2, "CSV"),
        ("px.BTC", HEAD + "2025-02-25,60000\n2025-02-26,0\n", 3, "cannot be zero"),
        ("px.BTC", HEAD + "2025-02-25,60000\n2025-02-26,61000000\n", 3, "times away"),
        ("px.BTC", HEAD + "2025-02-25,60000\n2025-02-27,61000\n", 3, "2025-02-26"),
        ("etf.btc.flow_usd", HEAD + "2025-02-25,-1113.7\n", 2, "too small"),
        ("etf.btc.flow_usd", HEAD + "2025-02-28,1e8\n2025-03-01,2e8\n", 3, "no session"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_a_remedy(
    tmp_path: Path, series: str, body: str, line: int, what: str
) -> None:
    with pytest.raises(DataInvalidError) as refused:
        read(tmp_path, body, series)
    message = str(refused.value)
    assert message.startswith(f"flows.csv:{line}: ")
    assert what in message
    assert message.count(": ") >= 2


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        (b"as_of,value\n2025-02-25,4\x001\n", 2, "NUL"),
        (b"as_of,value\n2025-02-25,4.1\n2025-02-26,\xe9\n", 3, "UTF-8"),
        ("as_of,value\n2025-02-25,4.1\n".encode("utf-16"), 1, "UTF-16"),
        (gzip.compress(b"as_of,value\n" + b"2025-02-25,4.1\n" * 900, mtime=0)[:-30], 1, "gzip"),
    ],
)
def test_bytes_that_are_not_clean_text_are_refused(
    tmp_path: Path, body: bytes, line: int, what: str
) -> None:
    with pytest.raises(DataInvalidError, match=rf"flows\.csv:{line}: .*{what}"):
        read(tmp_path, body)


def test_a_claimed_observation_in_the_future_is_refused(tmp_path: Path) -> None:
    body = "as_of,value,observed_at\n2025-02-25,4.1,2026-11-20T12:00:01Z\n"
    with pytest.raises(DataInvalidError, match="observed_at lies in the future"):
        read(tmp_path, body)


def test_a_row_of_today_counts_only_once_its_day_is_over(tmp_path: Path) -> None:
    [found] = read(tmp_path, HEAD + "2026-11-20,60000\n", "px.BTC")
    assert found.observed_at == datetime(2026, 11, 21, tzinfo=UTC)


def test_monthly_means_are_known_on_the_fifth_of_the_next_month(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "2025-01-01,4.33\n2025-02-01,4.33\n", "effr")
    assert [r.observed_at.isoformat() for r in found] == [
        "2025-02-05T00:00:00+00:00",
        "2025-03-05T00:00:00+00:00",
    ]


def effr(days: list[str]) -> list[Reading]:
    at = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days]
    return [Reading("effr", t, t + timedelta(days=1), Decimal("4.33"), "s", "") for t in at]


@pytest.mark.parametrize(
    ("known", "observed"),
    [
        (["2025-03-27", "2025-03-28", "2025-03-31"], datetime(2025, 4, 2, 13, 30, tzinfo=UTC)),
        (["2025-02-01", "2025-03-01"], datetime(2025, 5, 5, 0, tzinfo=UTC)),
    ],
)
def test_a_first_of_a_month_alone_is_what_the_journal_holds(
    tmp_path: Path, known: list[str], observed: datetime
) -> None:
    path = write(tmp_path, HEAD + "2025-04-01,4.33\n")
    [found] = read_import(path, "effr", now=NOW, history=effr(known)).readings
    assert found.observed_at.date() == observed.date()


def test_a_first_of_a_month_alone_is_refused_where_nothing_tells_what_it_is(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, HEAD + "2025-04-01,4.33\n")
    for history in ([], effr(["2024-10-01"])):
        with pytest.raises(DataInvalidError, match=r"flows.csv:2: .*add observed_at"):
            read_import(path, "effr", now=NOW, history=history)
    assert len(read_import(path, "effr", now=NOW, lag=timedelta(hours=40)).readings) == 1
    assert read(tmp_path, "as_of,value,observed_at\n2025-04-01,4.33,2025-05-05\n", "effr")


def test_a_file_of_vintages_may_have_gaps_and_a_plain_one_may_not(tmp_path: Path) -> None:
    rows = ["2025-02-03,14.1", "2025-02-05,14.2"]
    claimed = [f"{row},2025-02-10" for row in rows]
    body = "as_of,value,observed_at\n" + "\n".join(claimed) + "\n"
    assert len(read(tmp_path, body, "vix")) == 2
    for plain in (HEAD + "\n".join(rows), body.replace("14.2,2025-02-10", "14.2,")):
        with pytest.raises(DataInvalidError, match="no value for 2025-02-04"):
            read(tmp_path, plain, "vix")


def test_a_month_that_a_file_of_means_lacks_is_told(tmp_path: Path) -> None:
    months = [f"2024-{month:02},4.3".replace(",", "-01,") for month in range(1, 13)]
    assert len(read(tmp_path, HEAD + "\n".join(months), "effr")) == 12
    with pytest.raises(DataInvalidError, match="no value for 2024-03 to 2024-10") as refused:
        read(tmp_path, HEAD + "\n".join([*months[:2], *months[10:]]), "effr")
    assert "begin the file after them" in str(refused.value)


def test_an_unknown_series_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DataInvalidError, match=r"etf\.btc\.flow_usd"):
        read(tmp_path, HEAD + "2025-02-25,4.1\n", "etf.btc.flows_usd")


def test_a_missing_file_and_a_folder_are_no_input(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="no such file"):
        read_import(tmp_path / "none.csv", "us2y", now=NOW)
    with pytest.raises(NoInputError, match="is a directory"):
        read_import(tmp_path, "us2y", now=NOW)


def test_a_file_beyond_64_mib_is_refused_also_when_it_is_small_packed(tmp_path: Path) -> None:
    bomb = gzip.compress(b"0" * (64 * 1024 * 1024 + 1), compresslevel=1)
    with pytest.raises(DataInvalidError, match="64 MiB"):
        read(tmp_path, bomb)


def test_five_thousand_rows_take_well_under_a_second(tmp_path: Path) -> None:
    start = datetime(2010, 1, 1, tzinfo=UTC)
    rows = (f"{start + timedelta(days=n):%Y-%m-%d},{1000 + n % 90}.5\n" for n in range(5000))
    path = write(tmp_path, HEAD + "".join(rows))
    began = time.process_time()
    found = read_import(path, "px.BTC", now=NOW).readings
    assert len(found) == 5000
    assert time.process_time() - began < 1.0
