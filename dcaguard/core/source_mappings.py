"""How a person maps a column of any CSV, or the rows of any JSON document, to a series."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from dcaguard.core.money import parse_decimal
from dcaguard.core.source_values import SeriesName, SourceTable, Url

Pointer = Annotated[str, Field(pattern=r"^(/[^/]*)*$")]


def checked_multiplier(text: str) -> str:
    """Return `text` when it is a finite number other than zero; else ValueError."""
    if not parse_decimal(text):
        msg = f"{text[:40]!r} is not a number to multiply by: write it like 1000000 or 0.01"
        raise ValueError(msg)
    return text


class _Mapped(SourceTable):
    enabled: bool = True
    series: SeriesName
    url: Url | None = None
    path: str | None = Field(default=None, description="A local file, relative to the config.")
    multiplier: Annotated[str, AfterValidator(checked_multiplier)] = Field(
        default="1", description="Brings the value to the series' unit."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            msg = "needs exactly one of url and path"
            raise ValueError(msg)
        return self


class CsvMapping(_Mapped):
    """`[sources.csv.NAME]`: one column of any CSV becomes a series."""

    as_of: str = Field(default="as_of", description="Column of the date.")
    value: str = Field(default="value", description="Column of the value.")


class JsonMapping(_Mapped):
    """`[sources.json.NAME]`: values of any JSON document become a series, by JSON pointers."""

    items: Pointer = Field(default="", description="Pointer to the list of rows; '' is the top.")
    as_of: Pointer = Field(default="/as_of", description="Pointer inside a row: date, s or ms.")
    value: Pointer = Field(default="/value", description="Pointer inside a row.")
