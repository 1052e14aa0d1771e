"""Evaluation with a server's models: no weights are loaded, and nothing can be trained."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha import cli
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.evaluate import evaluate_server
from parelha.tracking import RunFolder
from parelha.train import dry_run
from parelha.types import Agent
from tests.fakes import run_tiny, tiny_config, use_fakes
from tests.serving import PROGRAM, Serve, engine_of, said


def test_eval_plays_the_servers_models_and_loads_no_weights(
    serve: Serve,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr("parelha.loading.load_policy", None)

    def reply(body: dict[str, Any]) -> Any:
        legal = body.get("guided_choice")
        return said(legal[-1] if legal else PROGRAM, token_ids=None)

    server = serve("vllm", reply)
    config = tiny_config(model_folder, tmp_path, engine={"server": server.url})
    table = evaluate_server(config, None, 2)
    assert len(table["episodes"]) == 2
    assert all(episode["approved"] for episode in table["episodes"])
    assert (table["server"]["coder"], table["server"]["drawn"]) == ("qwen", 0)
    with pytest.raises(UsageError, match="a server has no checkpoints"):
        evaluate_server(config, 3, 2)
    arguments = ["--engine.server", server.url, "--model.coder", str(model_folder)]
    assert cli.run(["eval", *arguments, "--episodes", "2", "--engine.workers", "1"]) == 0
    assert f"answered by qwen at {server.url}; 0 of" in capsys.readouterr().out


def test_the_untrained_pair_of_a_run_is_evaluated_over_a_server(
    serve: Serve,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path)
    RunFolder.create(config.run_dir).write_config({"config": config.to_dict()})
    server = serve("library", lambda body: said("nothing that is legal"))
    arguments = ["eval", str(config.run_dir), "--server", server.url, "--episodes", "1"]
    assert cli.run(arguments) == 0
    assert "actions matched none and were drawn" in capsys.readouterr().out
    assert cli.run([*arguments, "--step", "1"]) == 2
    assert "a server has no checkpoints" in capsys.readouterr().err
    assert cli.run([*arguments, "--lang", "pt"]) == 2
    assert "lang belongs to the run" in capsys.readouterr().err
    server.shutdown()
    server.server_close()
    assert cli.run(arguments) == 2
    assert f"no server answers at {server.url}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("owner", "told", "props"),
    [
        ("vllm", {"max_model_len": 300}, None),
        ("sglang", {"max_model_len": 300}, None),
        ("llamacpp", {"meta": {}}, {"default_generation_settings": {"n_ctx": 300}}),
    ],
)
def test_a_server_whose_window_is_too_short_is_one_line_before_anything_is_asked(
    serve: Serve,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    owner: str,
    told: dict[str, Any],
    props: Any,
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path)
    RunFolder.create(config.run_dir).write_config({"config": config.to_dict()})
    server = serve(owner, lambda body: said(PROGRAM))
    server.told, server.props = told, props
    assert cli.run(["eval", str(config.run_dir), "--server", server.url, "--episodes", "1"]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "has a window of 300: lower episode.max_program_tokens or start the server with" in line
    assert not server.asked


@pytest.mark.parametrize("told", [None, True, "300", 0, -1, [], {}])
def test_a_window_that_is_no_number_is_none(serve: Serve, told: Any) -> None:
    server = serve("vllm", lambda body: said(PROGRAM))
    server.told = {"max_model_len": told}
    with engine_of(server) as engine:
        assert engine.window(Agent.CODER) == 0


def test_training_with_a_server_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = from_dict({"engine": {"server": "http://localhost:1"}, "runs_dir": str(tmp_path)})
    with pytest.raises(UsageError, match="cannot be trained"):
        run_tiny(config)
    with pytest.raises(UsageError, match="cannot be trained"):
        dry_run(config)
    assert cli.run(["train", "--server", "http://localhost:1", "--dry-run"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_servers_model_without_a_server_is_refused() -> None:
    with pytest.raises(UsageError, match=r"model of engine\.server"):
        from_dict({"engine": {"server_model": "qwen"}})


def test_what_no_server_can_do_is_refused() -> None:
    with pytest.raises(UsageError, match=r"eval\.no_repeat_ngram"):
        from_dict({"engine": {"server": "http://localhost:1"}, "eval": {"no_repeat_ngram": 2}})
