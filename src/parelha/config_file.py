"""TOML in, overrides from the command line, JSON out: from text to a checked configuration.

Unknown keys and bad values raise `UsageError` with one line.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from parelha.config import Config
from parelha.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent
_Kind = TypeVar("_Kind", bound=BaseModel)


def load_config(path: Path | None = None, overrides: dict[str, str] | None = None) -> Config:
    """Read a TOML file and lay overrides over it.

    Args:
        path: a TOML file, or the name of one that comes with Parelha, such as ``quickstart``; None
            means the defaults.
        overrides: dotted key to text, such as ``{"train.steps": "8"}``. The text is read as a
            TOML value, and as plain words where it is none: ``--name first``, and
            ``--families clean_data,build_model`` for a list. A name may look like a number.

    Raises:
        UsageError: no such file, no TOML, an unknown key (with the nearest right one), a value of
            the wrong type or out of range.
    """
    table = {} if path is None else read_toml(find_toml(path, "configs"))
    for key, text in (overrides or {}).items():
        _lay(table, key.split("."), text)
    return from_dict(table)


def find_toml(path: Path, kind: Literal["configs", "experiments"]) -> Path:
    """The file at a path; where there is none, the one of that name that comes with Parelha.

    Those stand beside ``src`` in a checkout, and inside the package where a wheel was installed.

    Raises:
        UsageError: there is neither; says which names there are.
    """
    if path.is_file():
        return path
    inside = _PACKAGE / kind
    folder = inside if inside.is_dir() else _PACKAGE.parents[1] / kind
    ours = {file.stem: file for file in sorted(folder.glob("*.toml"))}
    if str(path) in ours:
        return ours[str(path)]
    if path.exists():
        return path  # what cannot be read is said where it is read
    raise UsageError(
        f"cannot read {path}: no such file (what comes with Parelha is named {', '.join(ours)})"
    )


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file; raises UsageError where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    # No TOML, no UTF-8, a number of thousands of digits, a path with a NUL, brackets without end.
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None


def lay_over(config: Config, overrides: dict[str, str]) -> Config:
    """A configuration with overrides as `load_config` reads them; raises UsageError as it does."""
    table = config.to_dict()
    if "eval.quota" in overrides:  # numbers and splits follow from it
        table["eval"] = {"episodes": 0} if config.eval.episodes == 0 else {}
        table["eval"] |= config.eval.model_dump(mode="json", exclude={"episodes", "splits"})
    elif overrides.keys() & {"eval.episodes", "eval.splits", "tasks.eval_suites"}:
        table["eval"]["quota"] = {}
    for key, text in overrides.items():
        _lay(table, key.split("."), text)
    return from_dict(table)


def from_dict(table: dict[str, Any]) -> Config:
    """Check a table of plain values; raises UsageError as `load_config` does."""
    return checked(Config, table)


def checked(kind: type[_Kind], table: dict[str, Any], where: str = "") -> _Kind:
    """A table of plain values as a model; raises UsageError with `where` before the key."""
    for key, text in _texts(table):
        if "\0" in text or text != text.encode(errors="replace").decode():
            raise UsageError(f"{where}{key} = {text!r}: neither NUL nor what is no UTF-8 is taken")
    try:
        # Through JSON, so that a TOML array may fill a tuple while every scalar stays strict.
        return kind.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        raise UsageError(_one_line(error, kind, where)) from None


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a table, with their dotted keys."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, key)


def known_keys(model: type[BaseModel] = Config, prefix: str = "") -> list[str]:
    """Every dotted key of the configuration."""
    keys: list[str] = []
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys += known_keys(kind, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys


def nearest_key(key: str, model: type[BaseModel] = Config) -> str:
    """The known key most like `key`, or "" when none is near."""
    keys = known_keys(model)
    near = difflib.get_close_matches(key, keys, n=1)
    if not near:
        tails = {k.rsplit(".", 1)[-1]: k for k in reversed(keys)}
        near = [tails[t] for t in difflib.get_close_matches(key.rsplit(".", 1)[-1], tails, n=1)]
    return near[0] if near else ""


def _lay(table: dict[str, Any], parts: list[str], text: str) -> None:
    for part in parts[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise UsageError(f"{'.'.join(parts)}: {part} is a value, not a table")
        table = inner
    default, value = default_of(parts), _value(text)
    if isinstance(default, tuple) and not isinstance(value, list):
        # What a comma of a name is followed by has a value: `values,k=2`.
        quoted = isinstance(value, str) and value != text
        value = [value] if quoted else [_value(s.strip()) for s in re.split(r",(?!\w+=)", text)]
    elif isinstance(default, str) and not isinstance(value, str):
        value = text
    table[parts[-1]] = value


def _value(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # no TOML, or a number of thousands of digits
        return text


def default_of(parts: list[str]) -> Any:
    """The default of a key; None where there is no such key."""
    value: Any = Config()
    for part in parts:
        value = getattr(value, part, None)
    return value


def _one_line(error: ValidationError, model: type[BaseModel], where: str) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        tables = difflib.get_close_matches(key, model.model_fields, n=1)
        near = nearest_key(key, model) or "".join(tables)
        return f"unknown key {where}{key}" + (f"; did you mean {where}{near}?" if near else "")
    message = first["msg"].removeprefix("Value error, ")
    # What our own checks say of a whole table names its keys.
    if not key or (first["type"] == "value_error" and isinstance(first["input"], dict)):
        return where + message
    given = json.dumps(first["input"], default=str)
    return f"{where}{key} = {given[:60]}: {message[0].lower()}{message[1:]}"
