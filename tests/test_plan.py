"""Figures of a plan are those worked out by hand and grow as they must; refusals say what fits."""

# pylint: disable=missing-function-docstring

import re
import shlex
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributed.run import get_args_parser
from transformers import AutoConfig

from parelha import cli, plan
from parelha.cli_plan import commands, plan_text
from parelha.config import Config
from parelha.config_eval import EvalConfig
from parelha.config_file import from_dict, load_config
from parelha.heldout import heldout_tasks
from parelha.models.catalogue import MODELS, Model, find
from parelha.models.shape import find_shape
from parelha.overrides import split_arguments
from parelha.pacing import written_tokens
from parelha.plan import Machines, Plan, Work
from parelha.runtime import check_window
from parelha.train import dry_run
from tests.architectures.test_catalogue import PUBLISHED
from tests.fakes import fake_stage
from tests.tiny import tiny_tokenizer

GIB = 2**30
CONFIGS = Path(__file__).parents[1] / "configs"


def row(name: str) -> Model:
    found = find(name)
    assert found is not None
    return found


def config_of(**tables: dict[str, Any]) -> Config:
    episode = {"drafts": 4, "reviews": 2, "max_program_tokens": 256, "max_review_tokens": 128}
    train = {"steps": 10, "tasks_per_step": 32}
    given_tables = {"episode": episode, "train": train} | tables
    return from_dict({"model": {"coder": LARGE.name}} | given_tables)


LARGE = row("Qwen2.5-Coder-7B-Instruct")
SMALL = row("Qwen2.5-Coder-0.5B-Instruct")


def plan_of(
    gpus: int, base: Model = LARGE, config: Config | None = None, longest: int = 2000, **more: Any
) -> Plan:
    machines = Machines(gpus, 80, **more)
    return Plan(config or config_of(), machines, base, longest, is_exact=True)


# --- by hand -----------------------------------------------------------------------------------


def test_a_large_model_on_eight_gpus() -> None:
    made = plan_of(8)
    # 32 tasks x 4 drafts x (275 + 2 reviews x 418); x 3 programs; 275 + 418. A draft is a choice of
    # 19 tokens and 256; a review, of 20 + 9 + 5 and 128, has a revision of 256.
    work = Work(tokens=142_208, programs=384, chain=693, updated=426_624)
    assert dict(made.steps) == {work: 10}
    # 2 servers and 6 trainers: 7.11 + 5.08 s; 3 and 5: 5.54 (not 4.74) + 6.09; 4 and 4: 5.54 + 7.62
    assert (made.servers, made.trainers) == (3, 5)
    seconds = made.seconds(made.largest)
    assert seconds.sampling == pytest.approx(142_208 / 30_000)
    assert seconds.playing == seconds.latency == pytest.approx(5.544)
    assert seconds.updating == pytest.approx(3 * 142_208 / 70_000)
    assert made.hours() == pytest.approx(10 * (5.544 + 6.0946) / 3600, rel=1e-4)
    assert made.cores == 5  # 384 x 0.0634 s in 5.54 s
    trainer = {"base weights": 14.185, "adapters": 1.203, "pass": 5.541}
    assert made.trainer_memory() == pytest.approx(trainer, abs=1e-3)
    # 2 x 16 x 2,523,136 in bf16; 2,000 x 57,344 bytes
    server = {"base weights": 14.185, "adapters": 0.150, "KV cache": 0.107, "vLLM": 2.0}
    assert made.server_memory() == pytest.approx(server, abs=1e-3)
    assert made.dialogues == 1 + int((72 - sum(made.server_memory().values())) / 0.106812)


def test_a_small_model_on_one_gpu_plays_and_updates_there() -> None:
    made = plan_of(1, SMALL)
    assert (made.servers, made.trainers) == (0, 1)
    # 49,152 tokens x 12,288 bytes are decoded together, and half as many kept for each adapter
    cache = 603_979_776 * 2
    parts = (988_065_536, 281_542_656, 1_056_964_608, 77_791_232 + 201_326_592, cache)
    assert sum(made.trainer_memory().values()) == pytest.approx(sum(parts) / GIB, abs=1e-6)
    assert made.hours() == pytest.approx(10 * (14.2208 + 3 * 142_208 / 14_000) / 3600)
    shared = plan_of(1, SMALL, config_of(model={"coder": SMALL.name, "shared_policy": True}))
    assert shared.trainer_memory()["KV cache"] == pytest.approx(603_979_776 * 1.5 / GIB)


def test_a_model_twice_as_large_is_half_as_fast_and_a_smaller_one_no_faster() -> None:
    work = plan_of(8).largest
    double = row("DeepSeek-Coder-V2-Lite-Instruct")
    times = double.parameters / LARGE.parameters
    assert plan_of(8, SMALL).seconds(work, 4) == plan_of(8).seconds(work, 4)
    slower, known = plan_of(8, double).seconds(work, 4), plan_of(8).seconds(work, 4)
    assert slower.total == pytest.approx(times * known.total)


def test_phases_are_planned_as_they_are_played() -> None:
    train = {"steps": 3, "tasks_per_step": 32, "draft_steps": 2, "stored_drafts": 24}
    steps = plan_of(8, config=config_of(train=train)).steps
    draft, dialogue = 128 * 275, 128 * 1111
    assert steps == {
        Work(draft, 128, 275, 3 * draft): 2,
        Work(dialogue, 384, 693, 3 * dialogue): 1,
    }


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_no_step_writes_more_than_is_planned(path: Path) -> None:
    config = load_config(path)
    for step in range(1, config.train.steps + 1):
        assert plan.work_of(config, step).tokens >= written_tokens(config, step)
    made = plan_of(8, config=config)
    assert f"at most: {made.largest.tokens:,} new tokens" in plan_text(made)
    assert f"at most {made.largest.tokens} new tokens a step" in dry_run(config)


@pytest.mark.parametrize(
    "stored, verdicts, reviews",
    [
        (1, 128, 384),  # 32 tasks x 4 new drafts, each with 2 revisions
        (24, 128, 384),
        (1000, 1000, 3000 + 500),  # and verdicts of half as many
    ],
)
def test_new_drafts_are_planned_where_none_may_be_stored(
    stored: int, verdicts: int, reviews: int
) -> None:
    train = {"steps": 3, "tasks_per_step": 32, "draft_steps": 1, "verdict_steps": 1}
    config = config_of(train=train | {"review_steps": 1, "stored_drafts": stored})
    works = [plan.work_of(config, step) for step in (1, 2, 3)]
    assert [work.programs for work in works] == [128, verdicts, reviews]
    # A stored draft is read in the update, where it is no new token.
    assert works[1].updated == 3 * max(128 * (275 + 2 * 20), stored * 256)


def test_the_most_programs_of_a_step_are_told() -> None:
    train = {"steps": 3, "tasks_per_step": 32, "draft_steps": 1, "verdict_steps": 1}
    made = plan_of(8, config=config_of(train=train | {"stored_drafts": 1000}))
    assert "at most: 142,208 new tokens, 1,000 programs" in plan_text(made)


def test_too_few_cores_make_grading_the_bottleneck() -> None:
    slow, quick = plan_of(8, cores=1), plan_of(8, cores=5)
    assert slow.seconds(slow.largest).grading == pytest.approx(384 * (1 / 17.5 + 1 / 160))
    assert slow.hours() > quick.hours() == plan_of(8).hours()
    assert "bottleneck: grading" in plan_text(slow)
    # Without a number of cores: by as many as keep up, so never as nothing.
    for text in (plan_text(plan_of(8)), plan_text(quick)):
        assert re.search(r"grading beside it +4\.9\b", text)
    assert "bottleneck: updating" in plan_text(quick)


# --- rules -------------------------------------------------------------------------------------

SIZES = st.integers(1, 500)


@settings(max_examples=60, deadline=None)
@given(gpus=st.integers(1, 60), more=st.integers(1, 20), tasks=SIZES, cores=st.integers(0, 64))
def test_more_gpus_never_take_more_hours(gpus: int, more: int, tasks: int, cores: int) -> None:
    config = config_of(train={"steps": 4, "draft_steps": 2, "tasks_per_step": tasks})
    few, many = (plan_of(n, config=config, cores=cores) for n in (gpus, gpus + more))
    assert many.hours() <= few.hours()
    assert few.servers + few.trainers == gpus


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from(MODELS),
    gpus=st.sampled_from([1, 8]),
    ranks=st.tuples(st.integers(1, 512), st.integers(1, 512)),
    windows=st.tuples(st.integers(1, 10**5), st.integers(1, 10**5)),
)
def test_memory_grows_with_rank_and_window(
    base: Model, gpus: int, ranks: tuple[int, int], windows: tuple[int, int]
) -> None:
    def memories(rank: int, window: int) -> tuple[float, float]:
        config = config_of(model={"lora_rank": rank})
        made = plan_of(gpus, base, config, window)
        return sum(made.server_memory().values()), sum(made.trainer_memory().values())

    small, large = (pick(ranks) for pick in (min, max))
    short, long = (pick(windows) for pick in (min, max))
    pairs = zip(memories(small, short), memories(large, long), strict=True)
    assert all(less <= more for less, more in pairs)
    if small < large:
        assert memories(small, short)[1] < memories(large, short)[1]
    if short < long:
        assert memories(small, short)[0] < memories(small, long)[0]


# --- sizes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [SMALL.name, "DeepSeek-Coder-V2-Lite-Instruct"])
def test_a_config_alone_says_what_the_catalogue_says(name: str, tmp_path: Path) -> None:
    values = dict(PUBLISHED[name])
    AutoConfig.for_model(values.pop("model_type"), **values).save_pretrained(tmp_path)
    found, known = find_shape(str(tmp_path)), row(name)
    for key in ("parameters", "linear", "adapted", "layers", "hidden", "vocabulary", "cache_bytes"):
        assert getattr(found, key) == getattr(known, key), key
    assert set(found.targets) == set(known.targets)


@pytest.mark.slow
def test_dialogues_are_counted_where_the_tokenizer_is(tmp_path: Path) -> None:
    tokenizer: Any = tiny_tokenizer()
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    tasks = {"families": ["clean_data.scaling"], "seeds": 1}
    train = {"tasks_per_step": 1}
    here = config_of(model={"coder": str(tmp_path)}, tasks=tasks, train=train)
    longest, is_exact = plan.longest_dialogue(here)
    more = here.episode.model_copy(update={"max_program_tokens": 266})
    longer, _ = plan.longest_dialogue(here.model_copy(update={"episode": more}))
    # A program under review is shown up to twice its limit.
    assert is_exact and longest > 2 * 256 and longest + 20 <= longer <= longest + 30
    # Elsewhere: 1,500, a program shown twice as long, two tools, a review.
    elsewhere = config_of(model={"coder": "DeepSeek-Coder-V2-Instruct"})
    assert plan.longest_dialogue(elsewhere) == (1500 + 512 + 2 * 160 + 128, False)


def test_the_longest_dialogue_is_no_shorter_than_the_run_asks_for(tmp_path: Path) -> None:
    """Held-out tasks may have longer statements, and an arm shows the coder more."""
    tokenizer: Any = tiny_tokenizer()
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    overrides = {"model.coder": str(tmp_path), "eval.arms": "tools"}
    config = load_config(CONFIGS / "quickstart.toml", overrides)
    longest, is_exact = plan.longest_dialogue(config)
    assert is_exact
    stage = replace(fake_stage(**config.episode.model_dump()), lang=config.lang)
    runtime: Any = SimpleNamespace(
        config=config,
        window=lambda _: (longest, ""),
        roles=stage.roles,
        stage=lambda: stage,
    )
    check_window(runtime, heldout_tasks(config, config.eval.episodes))


def test_an_arms_room_is_in_what_is_assumed() -> None:
    episode = {"max_program_tokens": 100, "max_review_tokens": 10, "max_tool_tokens": 160}
    config = config_of(model={"coder": "DeepSeek-Coder-V2-Instruct"}, episode=episode)
    assert plan.longest_dialogue(config) == (1500 + 200 + 2 * 160 + 10, False)
    more = config.model_copy(update={"eval": EvalConfig(arms=("linters",))})
    assert plan.longest_dialogue(more) == (1500 + 200 + 2 * 160 + 160, False)


# --- the command -------------------------------------------------------------------------------

ENOUGH = ["--gpus", "8", "--gpu-memory", "80"]


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--gpus", "8", "--gpu-memory", "20"], "--gpu-memory 24 would do, or --model.coder Qwen2"),
        (["--gpus", "8", "--gpu-memory", "1"], "there are 1: --gpu-memory 24 would do\n"),
        (
            [*ENOUGH, "--coder", "DeepSeek-Coder-V2-Instruct"],
            "--model.coder DeepSeek-Coder-V2-Lite",
        ),
        ([*ENOUGH, "--nodes", "3"], "8 GPUs are not as many on each of 3 nodes: --gpus 9 would be"),
        (["--gpus", "0", "--gpu-memory", "80"], "--gpus: must be a number above 0"),
        (["--gpus", "100000000", "--gpu-memory", "80"], "--gpus 100000000: must be at most 8,192"),
        (["--gpus", "8", "--gpu-memory", "nan"], "--gpu-memory: must be a number above 0"),
        ([*ENOUGH, "--cores", "-1"], "--cores: must be at least 0"),
        ([*ENOUGH, "--model.dtype", "nf4"], "--gpus 1, or --model.dtype bfloat16"),
        ([*ENOUGH, "--lora_rank", "513"], "vLLM's servers take 512 at most"),
        ([*ENOUGH, "--reviewer", "codegen-350M-mono"], "leave model.reviewer empty"),
        ([*ENOUGH, "--coder", "codegen-350M-mono"], "a window of 2,048: lower episode.max_program"),
        ([*ENOUGH, "--coder", "Qwen2.5-Coder-8B"], "name of `parelha models list` (Qwen2.5-"),
        ([*ENOUGH, "--engine.own", "json"], "leave engine.own and engine.server out"),
        ([*ENOUGH, "--engine.server", "http://a:1"], "leave engine.own and engine.server out"),
        ([*ENOUGH, "--model.sharded", "true"], "leave model.sharded out"),
        ([*ENOUGH, "--no_repeat_ngram", "2"], "--gpus 1, or --eval.no_repeat_ngram 0"),
        (["--gpu-memory", "80"], "--gpus"),
    ],
)
def test_what_does_not_fit_is_one_line_that_says_what_would(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = [] if "--coder" in arguments else ["--coder", LARGE.name]
    assert cli.run(["plan", *start, *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_a_plan_is_printed_with_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", "deck", "--coder", LARGE.name, *ENOUGH]) == 0
    said = capsys.readouterr().out
    for words in ("assumed (docs/scale.md)", "measured here, on CPUs", "bottleneck:", "vllm serve"):
        assert words in said
    told = "--model.coder=Qwen2.5-Coder-7B-Instruct --engine.kind=vllm"
    assert f"-m parelha train deck {told}" in said


def test_a_printed_command_parses_again_whatever_was_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path with a space, a value of two words, and servers that the plan replaces."""
    path = tmp_path / "my runs.toml"
    path.write_text("[train]\nsteps = 3\n", encoding="utf-8")
    typed = ["--coder", LARGE.name, "--name", "one & two", "--engine.kind", "vllm"]
    typed += ["--servers", "http://old:1", "--engine.adapters_dir=/some where"]
    assert (
        cli.run(["plan", str(path), *typed, "--gpus", "4", "--gpu-memory", "80", "--nodes", "2"])
        == 0
    )
    commands_told = capsys.readouterr().out.partition("to type:")[2]
    lines = [shlex.split(line, comments=True) for line in commands_told.splitlines()]
    training = [line[line.index("train") + 1 :] for line in lines if "train" in line]
    assert training
    for line in training:
        found, overrides = split_arguments(line)
        config = load_config(found, overrides)
        assert (found, config.name, config.train.steps) == (path, "one & two", 3)
        assert config.engine.adapters_dir == "/some where"
        assert config.engine.servers and "http://old:1" not in config.engine.servers


TEAM = """
[train]
overlap = true
[engine]
kind = "vllm"
servers = ["http://old:1"]
server_key_env = "TEAM_KEY"
"""


@pytest.mark.parametrize("typed", [[], ["--train.overlap", "--engine.servers", "http://older:1"]])
@pytest.mark.parametrize("adapters", ["", "/lustre/adapters"])
@pytest.mark.parametrize("gpus, nodes", [(1, 1), (2, 1), (4, 2)])
def test_whom_the_file_asks_is_asked_only_where_the_plan_says_so(
    gpus: int, nodes: int, adapters: str, typed: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "team.toml"
    path.write_text(f'{TEAM}adapters_dir = "{adapters}"\n', encoding="utf-8")
    given_before = (str(path), *typed)
    config = load_config(*split_arguments(given_before))
    made = plan_of(gpus, config=config, nodes=nodes)
    lines = [shlex.split(line, comments=True) for line in commands(made, given_before)]
    training = [line[line.index("train") + 1 :] for line in lines if "train" in line]
    assert training
    for line in training:
        found = load_config(*split_arguments(line))
        engine = found.engine.model_dump()
        assert len(engine.pop("servers")) == made.servers
        assert not {"http://old:1", "http://older:1"} & set(found.engine.servers)
        planned = config.engine.model_dump(exclude={"servers"})
        if made.servers:
            planned["adapters_dir"] = adapters or ("/shared/adapters" if nodes > 1 else "")
        else:
            planned |= {"kind": "torch", "server_key_env": ""}
        assert engine == planned
        rest = {"engine": config.engine, "train": config.train}
        assert found.model_copy(update=rest) == config
        assert found.train.overlap == bool(made.servers)


@pytest.mark.parametrize("gpus, nodes", [(1, 1), (2, 1), (8, 1), (2, 2), (24, 3), (64, 8)])
def test_the_commands_are_those_of_the_plan(gpus: int, nodes: int) -> None:
    made = plan_of(gpus, nodes=nodes)
    given_before = ("deck", "--train.tasks_per_step", "4")
    lines = [shlex.split(line, comments=True) for line in commands(made, given_before)]
    serving = [line for line in lines if "serve" in line]
    training = [line for line in lines if "train" in line]
    assert len(serving) == made.servers
    ranks = 0
    for line in training:
        if line[0] == "torchrun":
            started = get_args_parser().parse_args(line[1:])
            assert (started.module, started.training_script) == (True, "parelha")
            assert int(started.nnodes.partition(":")[0]) == len(training)
            ranks += int(started.nproc_per_node)
            line = ["parelha", *started.training_script_args]
        else:
            ranks += 1
        assert line[:2] == ["parelha", "train"]
        config = load_config(*split_arguments(line[2:]))
        assert len(set(config.engine.servers)) == made.servers
        assert config.train.tasks_per_step == 4
        assert bool(config.engine.adapters_dir) == (nodes > 1 and made.servers > 0)
    assert ranks == made.trainers
