"""How each linter is kept warm: what it does once, and where it forks for a program.

Loaded by path into a server process, which must not know the package (`_server`), so it imports
nothing of it. Whatever a server makes for itself has a name that no program can import.
"""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy.build import BuildManager, State
    from mypy.modulefinder import BuildSource

    from parelha.analysis._server import ForkServer


def serve_pylint(server: "ForkServer", arguments: list[str]) -> int:
    """Pylint: everything up to the check happens once, the check itself in each child."""
    # pylint: disable=import-outside-toplevel
    from pylint import modify_sys_path
    from pylint.lint import PyLinter, Run

    class ServedLinter(PyLinter):
        """Waits for programs where pylint would have begun to read one, its checkers prepared."""

        prepared: Any = None

        def check(self, files_or_modules: Sequence[str]) -> None:
            """Check, in a child."""
            self.initialize()
            with super()._astroid_module_checker() as self.prepared:
                server.serve()
                self.reporter.out = server.report
                super().check(files_or_modules)

        @contextlib.contextmanager
        def _astroid_module_checker(self) -> Iterator[Any]:
            yield self.prepared

    modify_sys_path()
    *options, program = arguments
    for number, source in enumerate(server.settings["warm_up"]):
        # astroid remembers a module by its name.
        path = Path(f"warm-up-{number}.py").resolve()
        path.write_text(source, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            Run([*options, str(path)], exit=False)
    Run.LinterClass = ServedLinter
    try:
        Run([*options, program])
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    return 0


def serve_flake8(server: "ForkServer", arguments: list[str]) -> int:
    """Flake8: plugins and options are loaded once."""
    # pylint: disable=import-outside-toplevel
    from flake8.main.application import Application

    # Regular expressions and the like are compiled once, at the first program.
    warm = Path("warm-up.py").resolve()
    warm.write_text("\n".join(server.settings["warm_up"]), encoding="utf-8")
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        Application().run([*arguments[:-1], str(warm)])
    application = Application()
    initialize = application.initialize

    def initialize_then_serve(argv: Sequence[str]) -> None:
        initialize(argv)
        server.serve()

    application.initialize = initialize_then_serve
    application.run(arguments)
    return int(application.exit_code())


def serve_mypy(server: "ForkServer", arguments: list[str]) -> int:
    """Mypy: the modules that programs import are built once; a child adds the program to them.

    The program goes through the functions that mypy's own build would call for its last module.
    Mypy's daemon does not: it gives up one pass earlier on types that are hard to infer, and it
    reports errors inside installed packages.
    """
    # pylint: disable=import-outside-toplevel
    # mypy is compiled: pylint sees no names in it.
    # pylint: disable=no-name-in-module,c-extension-no-member,too-many-locals
    import mypy.build
    import mypy.main
    from mypy.defaults import RECURSION_LIMIT
    from mypy.errors import CompileError
    from mypy.fscache import FileSystemCache
    from mypy.modulefinder import BuildSource, BuildSourceSet
    from mypy.util import count_stats

    sys.setrecursionlimit(RECURSION_LIMIT)
    Path(arguments[-1]).touch()
    files = FileSystemCache()
    sources, options = mypy.main.process_options(arguments, fscache=files)
    messages: list[str] = []
    options.cache_dir = str(Path("mypy-cache").resolve())
    warm = Path("warm-up.py").resolve()

    def build_warm_up(ending: str) -> mypy.build.BuildResult:
        warm.write_text("\n".join([*server.settings["warm_up"], ending]), encoding="utf-8")
        return mypy.build.build(
            [BuildSource(str(warm), "warm-up", base_dir=sources[0].base_dir)],
            options,
            flush_errors=lambda path, new, serious: messages.extend(new),
            fscache=files,
        )

    # What was built holds all bodies of functions, what is read from a cache only what importers
    # need: less than half of the memory. So a child builds, and this process reads its cache; that
    # happens for what a changed file imports.
    child = os.fork()
    if child == 0:
        server.bind_to_life()
        build_warm_up("")
        os._exit(0)
    os.waitpid(child, 0)
    files.flush()
    result = build_warm_up("# again")
    manager, graph = result.manager, result.graph
    shutil.rmtree(options.cache_dir, ignore_errors=True)
    options.cache_dir = os.devnull
    manager.metastore = mypy.build.create_metastore(options, parallel_worker=False)
    manager.source_set = BuildSourceSet(sources)
    files.flush()
    messages.clear()
    paths = manager.search_paths
    server.allow([*paths.python_path, *paths.mypy_path, *paths.package_path])
    sight = server.load("_mypy_sight").Sight()
    server.serve()
    sight.watch(manager)
    blocked, printed = False, server.report
    try:
        add_to_build(sources, manager, graph)
    except CompileError as error:
        blocked, printed = True, server.report if error.use_stdout else sys.stderr
        messages.extend(error.messages)
    # Before anything is printed: a program that this cannot read has crashed the tool.
    messages, seen = sight.told(messages, None if blocked else graph[sources[0].module].tree)
    print("\n".join(messages), file=printed)
    print(seen, file=server.report)
    failed = len(messages) > count_stats(messages)[1]  # as in mypy.main, notes excepted
    return int(failed) * (2 if blocked else 1)


def add_to_build(
    sources: "list[BuildSource]", manager: "BuildManager", graph: "dict[str, State]"
) -> None:
    """Check modules, and what they import for the first time, on top of a finished build.

    Raises:
        CompileError: mypy's own, for a program that does not parse.
    """
    # pylint: disable=import-outside-toplevel,no-name-in-module,c-extension-no-member
    from mypy import build
    from mypy.graph_utils import strongly_connected_components, topsort

    added: list[State] = []
    build.load_graph(sources, manager, graph, added)
    names = {state.id for state in added}
    for name in names:
        manager.import_map[name] = graph[name].dependencies_set
    edges = {name: build.deps_filtered(graph, names, name, build.PRI_INDIRECT) for name in names}
    components = build.prepare_sccs_full(strongly_connected_components(names, edges), edges)
    for ready in topsort(components):
        # mypy's own order among components that do not depend on each other
        for component in sorted(
            ready, key=lambda item: -min(graph[name].order for name in item.mod_ids)
        ):
            manager.scc_by_id[component.id] = component
            manager.scc_by_mod_id.update(dict.fromkeys(component.mod_ids, component))
            build.process_stale_scc(graph, component, manager)


SERVED: "dict[str, Callable[[ForkServer, list[str]], int]]" = {
    "pylint": serve_pylint,
    "flake8": serve_flake8,
    "mypy": serve_mypy,
}
