"""Reading prompts: what is known of them is reused, what several share is computed once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from parelha.engines.kv import KVBlock, Prefix, PrefixCache, make_block
from parelha.engines.protocol import EngineStatistics
from parelha.models.passes import in_passes, read_segments
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment, build_tree, outside
from parelha.types import Agent

# Tokens read in one pass: enough to be fast, few enough to stay small.
_PASS_TOKENS = 2048
# What fewer tokens share is computed for each prompt: a segment costs about as much as these.
_MIN_SHARED = 16
# Where a pass has one mask over all its tokens and all that they see, segments are put together as
# long as it is not larger.
_PASS_CELLS = 4_000_000


@dataclass(frozen=True)
class Prompt:
    """What an agent reads before it answers."""

    agent: Agent
    ids: tuple[int, ...]


@dataclass(frozen=True)
class ReadPrompt:
    """A prompt that has been read.

    Attributes:
        prefix: its keys and values.
        hidden: (H,) the hidden state of its last token.
    """

    prefix: Prefix
    hidden: Tensor


class Prefill:
    """Reads prompts of the agents that share one base, and puts them into their stores."""

    def __init__(self, policy: Policy, stores: dict[Agent, PrefixCache]) -> None:
        self.policy, self.stores = policy, stores

    def read(
        self, prompts: Sequence[Prompt], statistics: EngineStatistics
    ) -> dict[Prompt, ReadPrompt]:
        """Read all prompts, equal ones once; the tokens of all are added to `statistics`."""
        distinct = list(dict.fromkeys(prompts))
        known: dict[Segment, KVBlock] = {}
        agents = {
            segment: agent for agent in Agent for segment in self._unknown(agent, distinct, known)
        }
        found: dict[Prompt, ReadPrompt] = {}
        for group in self._passes(agents):
            before = {segment: known[segment].layers for segment in outside(group)}
            done = read_segments(self.policy, [agents[s] for s in group], group, before)
            known |= {segment: make_block(done.keys_values(segment)) for segment in group}
            for segment in group:
                hidden = done.hidden[done.places[segment]][-1]
                for prompt in (distinct[member] for member in segment.members):
                    if len(prompt.ids) == segment.stop:
                        blocks = tuple(known[one] for one in (*segment.before, segment))
                        prefix = Prefix(np.array(prompt.ids, dtype=np.int64), blocks)
                        found[prompt] = ReadPrompt(prefix, hidden.clone())
        for prompt, one in found.items():
            self.stores[prompt.agent].add(one.prefix)
        size = sum(len(prompt.ids) for prompt in prompts)
        statistics.prompt_tokens += size
        statistics.reused_tokens += size - sum(len(segment.ids) for segment in agents)
        return found

    def _unknown(
        self, agent: Agent, prompts: list[Prompt], known: dict[Segment, KVBlock]
    ) -> Iterator[Segment]:
        """What has to be read of an agent's prompts, as trees behind what is in the store.

        The blocks of that are put into `known`.
        """
        hits: dict[tuple[int, ...], Prefix | None] = {}
        families: dict[tuple[int, ...], dict[int, tuple[int, ...]]] = {}
        for i, prompt in enumerate(prompts):
            if prompt.agent is agent:
                entry, length = self.stores[agent].longest(prompt.ids)
                hits.setdefault(prompt.ids[:length], entry)
                families.setdefault(prompt.ids[:length], {})[i] = prompt.ids
        for ids, family in families.items():
            entry, root = hits[ids], None
            for block in entry.first(len(ids)).blocks if entry is not None else ():
                before = () if root is None else (*root.before, root)
                start = 0 if root is None else root.stop
                own = list(ids[start : start + block.length])
                root = Segment(start, own, list(family), before)
                known[root] = block
            for begun in build_tree(family, _MIN_SHARED, _PASS_TOKENS, root):
                yield from begun.all()

    def _passes(self, agents: dict[Segment, Agent]) -> Iterator[list[Segment]]:
        """Segments that go through the model together."""
        if all(self.policy.supports_varlen(agent) for agent in agents.values()):
            yield from in_passes(agents, _PASS_TOKENS)
            return
        # Without packed segments a pass has one active adapter: each agent by itself.
        for agent in Agent:
            group: list[Segment] = []
            for segment in (segment for segment, own in agents.items() if own is agent):
                if group and not _is_small([*group, segment]):
                    yield group
                    group = []
                group.append(segment)
            if group:
                yield group


def _is_small(group: list[Segment]) -> bool:
    """Whether one mask over a pass is small enough, and the pass itself."""
    own = sum(len(segment.ids) for segment in group)
    before = sum(len(segment.ids) for segment in outside(group))
    return own <= _PASS_TOKENS and own * (own + before) <= _PASS_CELLS
