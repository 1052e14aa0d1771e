"""What the tables of the configuration are made of: bounded numbers, URLs, and a closed table."""

from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ENDS = ("/chat/completions", "/completions", "/models", "/v1")  # of the protocol's own paths


def user_path(name: str | Path) -> Path:
    """A path with the user's folder for `~`; that of an unknown user stays, as in a shell."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def split_url(url: str) -> SplitResult:
    """A server's URL ``http(s)://host[:port][/path]`` in its parts.

    The protocol's own paths at its end are left out. Raises ValueError where it is none, or has a
    password: a configuration is written down and told to trackers.
    """
    whole = url.rstrip("/")
    for end in _ENDS:
        whole = whole.removesuffix(end)
    wrong = ValueError(f"the server's URL {url!r}: write it as http://localhost:8000")
    try:
        parts = urlsplit(whole)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise wrong
    if "@" in parts.netloc:
        raise ValueError(
            "a server's URL may hold no password, which would be on record: engine.server_key_env "
            "names a variable with the key, or with `Basic ...`"
        )
    return parts


def _check_url(url: str) -> str:
    if url:
        split_url(url)
    return url


ServerUrl = Annotated[str, AfterValidator(_check_url)]

Size = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
# Lower, and logits divided by it overflow.
_COLDEST = 0.01
Temperature = Annotated[float, Field(ge=_COLDEST, allow_inf_nan=False)]


def _check_temperature(value: float) -> float:
    if 0.0 < value < _COLDEST:
        raise ValueError(f"must be 0, or {_COLDEST} at least")
    return value


# One that 0 leaves to another setting.
OwnTemperature = Annotated[NotNegative, AfterValidator(_check_temperature)]


class Section(BaseModel):
    """A table of the configuration: immutable, and closed against unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )
