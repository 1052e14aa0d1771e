"""The Hugging Face cache and hub as a source of weights; gives up quickly, trusts only hashes.

The library retries a hub that does not answer for minutes. So one question ("is this model there,
and which hashes were published?") is asked in a thread that is left behind when it takes too long;
only after an answer does a download begin.
"""

import errno
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

from parelha.errors import ModelFileError

PATIENCE_SECONDS = 4.0  # for the one question; the promise to the user is 5
_SMALL_FILES = ["*.json", "*.jinja", "*.txt", "*.model"]
_WEIGHTS = (
    ("*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)
_TOKENIZERS = ("tokenizer.json", "*.model", "tekken.json", "vocab.json", "vocab.txt")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


class HubUnavailableError(Exception):
    """The hub gave no answer, or not this model; its text is a clause that says why."""


class CacheUnwritableError(ModelFileError):
    """The hub's cache has no room for a model, or may not be written."""


def is_offline() -> bool:
    """Return whether the user asked for no hub (HF_HUB_OFFLINE)."""
    asked = os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
    return asked or bool(constants.HF_HUB_OFFLINE)


def ask(question: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the answer of `question`, called in a thread.

    Raises:
        HubUnavailableError: no answer within `seconds` (a hanging name server included), or none
            at all.
        GatedRepoError, RepositoryNotFoundError: the hub answered so.
        HFValidationError: no repository can have the name that was asked for.
    """
    answers: list[Any] = []
    faults: list[Exception] = []

    def call() -> None:
        try:
            answers.append(question())
        except Exception as fault:  # pylint: disable=broad-exception-caught  # handed over below
            faults.append(fault)

    thread = threading.Thread(target=call, name="hub-question", daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if not faults:
        raise HubUnavailableError(f"the hub did not answer within {seconds:g} s")
    if isinstance(faults[0], (RepositoryNotFoundError, HFValidationError)):  # gated ones too
        raise faults[0]
    raise HubUnavailableError("the hub cannot be reached") from faults[0]


def is_reachable(seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether the hub answers anything at all within `seconds`."""

    def question() -> object:
        return huggingface_hub.HfApi().model_info("openai-community/gpt2", timeout=seconds)

    try:
        ask(question, seconds)
    except HubUnavailableError:
        return False
    except RepositoryNotFoundError:
        pass  # an answer too
    return True


def weight_files(folder: Path) -> list[Path]:
    """Return the weight files of a model folder, safetensors before pickles; [] if incomplete."""
    for pattern, index in _WEIGHTS:
        if files := sorted(folder.glob(pattern)):
            return [] if missing_shard(folder, index) else files
    return []


def missing_shard(folder: Path, index: str = "") -> str:
    """What is wrong with the files that an index, or any, names, in a clause; "" for nothing."""
    for name in (index,) if index else tuple(index for _, index in _WEIGHTS):
        path = folder / name
        if not path.is_file():
            continue
        try:
            shards = sorted(
                set(json.loads(path.read_text(encoding="utf-8-sig"))["weight_map"].values())
            )
            lacks = [shard for shard in shards if not (folder / shard).is_file()]
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"{name} is damaged"
        if lacks:
            return f"{lacks[0]} is missing, which {name} names"
    return ""


def is_model_folder(folder: Path) -> bool:
    """Return whether the folder holds a configuration and complete weights."""
    return (folder / "config.json").is_file() and bool(weight_files(folder))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal; about a second per GB."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_sha256(folder: Path, published: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 of the weights file, or of the list of its shards' hashes.

    Args:
        folder: a model folder.
        published: hash by file name. The Hugging Face cache names each large file by its
            published hash, so without this argument a snapshot still is checked.

    Raises:
        ModelFileError: a file differs from its published hash.
    """
    lines = []
    for path in weight_files(folder):
        digest = file_sha256(path)
        stored = path.resolve().name
        expected = (published or {}).get(path.name)
        if expected is None and _SHA256.fullmatch(stored):
            expected = stored
        if expected not in (None, digest):
            raise ModelFileError(
                f"{path} has SHA-256 {digest}, published is {expected}: delete it and fetch again"
            )
        lines.append((digest, path.name))
    if len(lines) == 1:
        return lines[0][0]
    return hashlib.sha256("".join(f"{a}  {b}\n" for a, b in lines).encode()).hexdigest()


def cached(hub_name: str) -> Path | None:
    """Return the complete snapshot in the Hugging Face cache, without touching the network."""
    try:
        found = huggingface_hub.snapshot_download(
            hub_name, local_files_only=True, allow_patterns=["config.json"]
        )
    except (OSError, ValueError):  # not there, or no name of a repository
        return None
    folder = Path(str(found))
    # Another program may have fetched the weights alone.
    has_tokenizer = any(any(folder.glob(name)) for name in _TOKENIZERS)
    return folder if is_model_folder(folder) and has_tokenizer else None


def download(hub_name: str, say: Callable[[str], None]) -> tuple[Path, str]:
    """Download a model into the Hugging Face cache.

    Returns:
        The snapshot's folder and the SHA-256 of its weights, equal to what the hub publishes.

    Raises:
        HubUnavailableError: the hub is offline, silent, or has no such model.
        CacheUnwritableError: there is no room for it.
        ModelFileError: the model is gated, or a file differs from its published SHA-256.
    """
    if is_offline():
        raise HubUnavailableError("HF_HUB_OFFLINE is set")

    def question() -> Any:
        return huggingface_hub.HfApi().model_info(
            hub_name, files_metadata=True, timeout=PATIENCE_SECONDS
        )

    try:
        info = ask(question)
        names = [file.rfilename for file in info.siblings]
        pickled = not any(name.endswith(".safetensors") for name in names)
        say(f"{hub_name}: downloading from the hub")
        folder = huggingface_hub.snapshot_download(
            hub_name,
            allow_patterns=[*_SMALL_FILES, "pytorch_model*.bin" if pickled else "*.safetensors"],
            ignore_patterns=["*/*"],  # other formats and exports live in folders
            etag_timeout=PATIENCE_SECONDS,
        )
    except GatedRepoError as fault:
        raise ModelFileError(
            f"{hub_name} is gated: accept its licence on the hub, then log in with `hf auth login`"
        ) from fault
    except (RepositoryNotFoundError, HFValidationError) as fault:
        raise HubUnavailableError(f"the hub has no {hub_name}") from fault
    except HubUnavailableError:
        raise
    except Exception as fault:  # whatever the network does
        code = getattr(fault, "errno", None)
        if code in _CANNOT_WRITE:
            raise CacheUnwritableError(
                f"cannot write {constants.HF_HUB_CACHE} ({os.strerror(code)}): make room there, or "
                "set HF_HOME"
            ) from fault
        raise HubUnavailableError("the download from the hub broke off") from fault
    published = {file.rfilename: file.lfs.sha256 for file in info.siblings if file.lfs}
    path = Path(str(folder))
    if not is_model_folder(path):
        raise HubUnavailableError(f"the hub's {hub_name} holds no weights that can be loaded")
    return path, weights_sha256(path, published)
