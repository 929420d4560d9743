"""Every setting, its default, and what is allowed. An empty file is valid.

Paths come out absolute: `~` and environment variables expanded, relative ones taken from the configuration file's
folder (validation context `folder`). What only makes sense together is checked in `together.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from ocrwatch.config import paths
from ocrwatch.config.profiles import FieldData, built_in
from ocrwatch.ports import DateOrder

RESERVED = ("Folder", "Check", "File", "Received", "Pages", "Engine", "Document ID")
"""The ledger's own columns: no field may be named so."""

_SHEETS = {"train-ticket": "Tickets", "receipt": "Receipts", "invoice": "Invoices"}
_PLACE = re.compile(r"\{([^{}]*)\}")


def _absolute(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str | Path):
        return value
    path = Path(os.path.expandvars(str(value))).expanduser()
    folder = (info.context or {}).get("folder") or Path.cwd()
    return Path(os.path.normpath(folder / path))


def _pattern(value: str) -> str:
    unknown = [place for place in _PLACE.findall(value) if place not in ("year", "month")]
    if unknown or not value.strip():
        raise ValueError("only {year} and {month} may stand in braces, and a folder must be named")
    return os.path.expandvars(value)


AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]
FolderPattern = Annotated[str, AfterValidator(_pattern)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, str_strip_whitespace=True)


class Reader(_Table):
    """Who reads the pictures."""

    engine: Literal["auto", "endpoint", "local"] = "auto"


class Endpoint(_Table):
    """The reading service."""

    base_url: str = "https://www.dmxapi.cn/v1"
    model: str = Field(default="qwen-vl-ocr-latest", min_length=1)
    timeout_seconds: float = Field(default=310, gt=0, le=3600)
    concurrency: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    min_pixels: int = Field(default=3072, ge=3072)
    max_pixels: int = Field(default=8_388_608, ge=3072, le=30_720_000)
    pixel_fields: Literal["auto"] | bool = "auto"
    api_key_file: AbsolutePath | None = None

    @field_validator("base_url")
    @classmethod
    def _has_host(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError("it must begin with https:// (or http:// for a server of your own)")
        return value.rstrip("/")


class Inbox(_Table):
    """A watched folder, what its scans are, and where their rows go."""

    folder: AbsolutePath = Path("~/OCRWatch/Receipts")
    profile: str = ""
    fields: tuple[FieldData, ...] | None = None
    prompt: str | None = None
    ledger: AbsolutePath = Path("~/OCRWatch/Ledger.xlsx")
    sheet: str = ""
    done: FolderPattern = "done"
    failed: FolderPattern = "failed"
    settle_seconds: float = Field(default=1.0, ge=0, le=600)
    give_up_seconds: float = Field(default=3600, ge=1)
    date_order: Literal["auto"] | DateOrder = "auto"
    watch: Literal["auto", "native", "poll"] = "auto"
    recursive: bool = False
    after: Literal["move", "keep"] = "move"
    existing: Literal["ask", "read", "skip"] = "ask"

    @field_validator("profile")
    @classmethod
    def _is_built_in(cls, value: str) -> str:
        if value and value not in built_in():
            raise ValueError(f"there is {', '.join(built_in())}")
        return value

    @field_validator("fields")
    @classmethod
    def _are_columns(cls, value: tuple[FieldData, ...] | None) -> tuple[FieldData, ...] | None:
        if value is None:
            return None
        names = [field.name for field in value]
        folded = [name.strip().casefold() for name in names]
        if not names or "" in folded:
            raise ValueError("name at least one field, each with a text")
        for name, fold in zip(names, folded, strict=True):
            if folded.count(fold) > 1:
                raise ValueError(f"the field {name} is named twice")
            if fold in (reserved.casefold() for reserved in RESERVED):
                raise ValueError(f"{name} is a column of ocrwatch's own: choose another name")
        return value

    @field_validator("ledger")
    @classmethod
    def _is_workbook(cls, value: Path) -> Path:
        if value.suffix.lower() not in (".xlsx", ".xlsm"):
            raise ValueError("the name must end in .xlsx or .xlsm")
        return value

    @field_validator("sheet")
    @classmethod
    def _is_sheet_name(cls, value: str) -> str:
        if len(value) > 31 or re.search(r"[\[\]:*?/\\]", value) or value.startswith("'") or value.endswith("'"):
            raise ValueError("Excel allows 31 characters, and none of [ ] : * ? / \\")
        return value

    def profile_name(self) -> str:
        """The built-in profile in force, "" where the fields are all the person's own."""
        return self.profile or ("" if self.fields else "receipt")

    def sheet_name(self) -> str:
        """The sheet in force."""
        return self.sheet or _SHEETS.get(self.profile_name(), "Scans")


class Settings(_Table):
    """The whole configuration."""

    state_dir: AbsolutePath = Field(default_factory=paths.default_state)
    language: Literal["auto", "en", "zh_CN"] = "auto"
    reader: Reader = Reader()
    endpoint: Endpoint = Endpoint()
    inbox: tuple[Inbox, ...] = (Inbox(profile="receipt"),)
