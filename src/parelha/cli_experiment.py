"""`parelha experiment`: arms x seeds from one file, and the results as text, page and document."""

# pylint: disable=import-outside-toplevel

from pathlib import Path

from parelha.errors import UsageError, WorkFailedError


def experiment(*files: Path, dry_run: bool = False, page: Path | None = None) -> None:
    """Run an experiment: every arm with every seed, and what may be claimed of them.

    Args:
        files: The TOML file of the experiment, or the name of one that comes with Parelha, such as
            what_the_pair_learns. With --page, folders of experiments, or of such.
        dry_run: Say the runs, their tokens, their time and what they can show, and stop.
        page: Write this Markdown file from the results of the folders, and run nothing.
    """
    if page is not None:
        if not files or dry_run:
            raise UsageError("experiment --page FILE needs the folders of experiments, and no more")
        from parelha.experiment.document import write_document

        print(write_document(page, files))
        return
    if len(files) != 1:
        raise UsageError("experiment needs one TOML file")
    from parelha.experiment.plan import read_experiment
    from parelha.experiment.planned import Planned

    planned = read_experiment(files[0])
    from parelha.experiment.estimate import before_start
    from parelha.experiment.estimate import dry_run as said_before
    from parelha.experiment.page import build_page
    from parelha.experiment.results import write_results
    from parelha.experiment.runs import read_times, run_all
    from parelha.experiment.tables import terminal_text
    from parelha.live import Progress

    if dry_run:
        print(said_before(planned))
        return
    print(before_start(planned), flush=True)

    def progress_of(run: Planned) -> Progress:
        return Progress(run.steps, first_step=run.steps_done)

    try:
        errors = run_all(planned, progress_of, lambda text: print(text, flush=True))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted; everything so far is saved in {planned.folder}: the same command goes on"
        ) from None
    results = write_results(planned, errors)
    times = read_times(planned.folder)
    print(terminal_text(results, times))
    print(build_page(planned.folder, results, times))
    if errors:
        raise WorkFailedError(
            f"{len(errors)} of {len(planned.runs)} runs failed, the first: "
            f"{next(iter(errors))}: {next(iter(errors.values()))}"
        )
