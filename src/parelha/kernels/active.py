"""Which adapter is active in each row of the passes under way: a context that layers read."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor


@dataclass
class ActiveAdapters:
    """The adapters of the rows of a pass.

    Attributes:
        names: of all adapters that are active in some row.
        columns: (B, adapters · rank), 1 in the columns of a row's own adapter and 0 in all others;
            by token where a pass has one row; None where one adapter is active in all.
    """

    names: tuple[str, ...]
    columns: Tensor | None = None
    _repeated: dict[int, Tensor] = field(default_factory=dict)

    def masked(self, inner: Tensor, layers: int) -> Tensor:
        """Leave each row its own columns of (B, ..., layers · adapters · rank) inner products."""
        if self.columns is None:
            return inner
        if layers not in self._repeated:
            self._repeated[layers] = self.columns.repeat(1, layers).to(inner)
        own = self._repeated[layers]
        # Some layers flatten rows and positions into one dimension: rows still come first.
        return (inner.reshape(len(own), -1, own.shape[-1]) * own[:, None]).view(inner.shape)


_of_rows: ContextVar[ActiveAdapters | None] = ContextVar("active_adapters", default=None)


@contextmanager
def during(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    """Let a context variable have a value inside."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def adapters_of_rows(names: Sequence[str], rank: int) -> AbstractContextManager[None]:
    """Let each row of the passes inside be computed with the adapter of its name; no gradient.

    There are (B,) names, or in a pass of one row (T,), one for every token; all have one rank.
    """
    distinct = tuple(sorted(set(names)))
    columns = None
    if len(distinct) > 1:
        own = torch.tensor([distinct.index(name) for name in names])
        columns = torch.nn.functional.one_hot(own, len(distinct)).repeat_interleave(rank, dim=1)
    return during(_of_rows, ActiveAdapters(distinct, columns))


def active_adapters() -> ActiveAdapters | None:
    """Those of the context; None outside of one, where PEFT's active adapter is that of all."""
    return _of_rows.get()
