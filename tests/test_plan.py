"""Figures of a plan are those worked out by hand and grow as they must; refusals say what fits."""

# pylint: disable=missing-function-docstring

import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributed.run import get_args_parser
from transformers import AutoConfig

from parelha import cli, plan
from parelha.cli_plan import commands, plan_text
from parelha.config import Config
from parelha.config_file import from_dict, load_config
from parelha.models.catalogue import MODELS, Model, find
from parelha.models.shape import find_shape
from parelha.overrides import split_arguments
from parelha.plan import Machines, Plan, Work
from tests.architectures.test_catalogue import PUBLISHED
from tests.tiny import tiny_tokenizer

GIB = 2**30


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
    # 32 tasks x 4 drafts x (256 + 2 reviews x (128 + 256)); x 3 programs; 256 + 128 + 256
    assert dict(made.steps) == {Work(tokens=131_072, programs=384, chain=640): 10}
    # 2 servers and 6 trainers: 6.55 + 4.68 s; 3 and 5: 5.12 (not 4.37) + 5.62; 4 and 4: 5.12 + 7.02
    assert (made.servers, made.trainers) == (3, 5)
    seconds = made.seconds(made.largest)
    assert seconds.sampling == pytest.approx(131_072 / 30_000)
    assert seconds.playing == seconds.latency == pytest.approx(5.12)
    assert seconds.updating == pytest.approx(3 * 131_072 / 70_000)
    assert made.hours() == pytest.approx(10 * (5.12 + 5.6174) / 3600, rel=1e-4)
    assert made.cores == 5  # 384 x 0.0634 s in 5.12 s
    trainer = {"base weights": 14.185, "adapters": 1.203, "pass": 5.541}
    assert made.trainer_memory() == pytest.approx(trainer, abs=1e-3)
    # 2 x 16 x 2,523,136 in bf16; 2,000 x 57,344 bytes
    server = {"base weights": 14.185, "adapters": 0.150, "KV cache": 0.107, "vLLM": 2.0}
    assert made.server_memory() == pytest.approx(server, abs=1e-3)
    assert made.dialogues == 1 + int((72 - sum(made.server_memory().values())) / 0.106812)


def test_a_small_model_on_one_gpu_plays_and_updates_there() -> None:
    made = plan_of(1, SMALL)
    assert (made.servers, made.trainers) == (0, 1)
    parts = (988_065_536, 281_542_656, 1_056_964_608, 77_791_232 + 201_326_592, 603_979_776)
    assert sum(made.trainer_memory().values()) == pytest.approx(sum(parts) / GIB, abs=1e-6)
    assert made.hours() == pytest.approx(10 * (13.1072 + 3 * 131_072 / 14_000) / 3600)


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
    assert steps == {Work(128 * 256, 128, 256): 2, Work(128 * 1024, 384, 640): 1}


def test_too_few_cores_make_grading_the_bottleneck() -> None:
    slow, quick = plan_of(8, cores=1), plan_of(8, cores=5)
    assert slow.seconds(slow.largest).grading == pytest.approx(384 * (1 / 17.5 + 1 / 160))
    assert slow.hours() > quick.hours() == plan_of(8).hours()
    assert "bottleneck: grading" in plan_text(slow)
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
        (
            [*ENOUGH, "--coder", "Qwen2.5-Coder-8B"],
            "give a name of `parelha models list` (Qwen2.5-",
        ),
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
