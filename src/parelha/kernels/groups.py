"""Blocks whose layers read one input: found by name, watched once, then computed in one product.

A block such as an attention calls its layers one after the other with what it was itself called
with. Whether it does is seen in a pass by plain modules. From then on opening the block computes
all of them and gives each its part, and closing the block takes back what was not asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from parelha.kernels.adapted import AdaptedLinear, AdaptedModel, FusedProjection

# Names under which blocks of decoders hold layers with one input.
_ONE_INPUT = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@dataclass(eq=False)
class Group:
    """Layers of a block that may read what the block is called with.

    Attributes:
        block: that holds them.
        members: the layers.
        argument: of the block that is the input of them all, by its place or its name; None where
            that was not seen.
        projection: computes them, from `fuse` on.
    """

    block: nn.Module
    members: list[AdaptedLinear]
    argument: int | str | None = None
    projection: FusedProjection | None = None
    _hooks: list[Any] = field(default_factory=list)

    def fuse(self, model: AdaptedModel) -> FusedProjection:
        """Let the block compute its members by one product from now on."""
        projection = FusedProjection(self.members, model)
        for member in self.members:
            if member.alone is not None:
                member.alone.can_pack = False  # a second copy, for calls from outside the block

        def opened(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            active = self.members[0].active()
            if projection.computes(active):
                parts = projection.outputs(_given(args, kwargs)[self.argument], active)
                for member, part in zip(self.members, parts, strict=True):
                    member.given = part

        def closed(*_: Any) -> None:
            for member in self.members:
                member.given = None

        self.projection = projection
        self._hooks = [
            self.block.register_forward_pre_hook(opened, with_kwargs=True),
            self.block.register_forward_hook(closed, always_call=True),
        ]
        return projection

    def separate(self) -> None:
        """Undo `fuse`."""
        for hook in self._hooks:
            hook.remove()
        self.projection, self._hooks = None, []


def find_groups(model: nn.Module) -> list[Group]:
    """Layers that may read one input, by their names and sizes."""
    found: list[Group] = []
    for block in model.modules():
        for names in _ONE_INPUT:
            layers = [getattr(block, name, None) for name in names]
            members = [one for one in layers if isinstance(one, AdaptedLinear) and one.is_plain]
            if len(members) == len(names) and len({one.in_features for one in members}) == 1:
                found.append(Group(block, members))
    return found


def fuse(groups: Sequence[Group], model: AdaptedModel) -> None:
    """Fuse the groups whose members were seen to read one input; others are computed one by one."""
    fused = [group for group in groups if group.argument is not None]
    projections = [group.fuse(model) for group in fused]
    members = {id(member) for group in fused for member in group.members}
    single = [one for one in model.projections if id(one.members[0]) not in members]
    model.projections = projections + single


def leave_groups_plain(groups: Sequence[Group]) -> None:
    """Undo `fuse`."""
    for group in groups:
        group.separate()


@contextmanager
def watching(groups: Sequence[Group]) -> Iterator[None]:
    """Find out in the passes inside which argument of its block the members of a group read."""
    handles: list[Any] = []
    seen: list[set[tuple[int, int | str | None]]] = []
    for group in groups:
        seen.append(set())
        handles += _watch(group, seen[-1])
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    for group, calls in zip(groups, seen, strict=True):
        arguments = {argument for _, argument in calls}
        if len(arguments) == 1 and len(calls) == len(group.members):
            (group.argument,) = arguments


def _given(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[int | str | None, Any]:
    """What a block is called with, by place or name."""
    places: dict[Any, Any] = dict(enumerate(args))
    return places | kwargs


def _watch(group: Group, seen: set[tuple[int, int | str | None]]) -> list[Any]:
    """Hooks that add to `seen` which member was called with which argument of the block."""
    given: dict[int | str | None, Any] = {}

    def opened(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given.update(_given(args, kwargs))

    def called(member: nn.Module, args: tuple[Any, ...]) -> None:
        own = next((name for name, one in given.items() if args and one is args[0]), None)
        seen.add((id(member), own))

    return [
        group.block.register_forward_pre_hook(opened, with_kwargs=True),
        group.block.register_forward_hook(lambda *_: given.clear(), always_call=True),
        *(member.register_forward_pre_hook(called) for member in group.members),
    ]
