"""`python -m biocloud_cwl RUN_FILE`: runs one workflow to its end. `--version` names the engine."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import threading
from functools import partial
from importlib.metadata import version as installed
from typing import Any

from .run import BadRunFile, Events, Run, read_run, write_atomically

UNSUPPORTED = 33
CANCELLED = 128 + signal.SIGTERM
BAD_RUN_FILE = 2
OLDEST = (3, 1)


class LastErrors(logging.Handler):
    """Keeps what cwltool logs as errors: its only account of a document that it cannot use."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts = [*self.texts[-9:], record.getMessage()]


def version() -> int:
    try:
        import cwltool.main  # noqa: F401
    except Exception as error:  # whatever stands in the way of the import is the answer
        print(f"cwltool cannot be imported: {error}", file=sys.stderr)
        return 1
    found = installed("cwltool")
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST:
        print(f"cwltool {found} is too old: 3.1 is needed", file=sys.stderr)
        return 1
    print(f"cwltool {found}")
    return 0


def execute(run: Run, events: Events) -> dict[str, Any]:
    """Runs cwltool and returns the result for the head. Raises Cancelled on SIGTERM."""
    from cwltool.argparser import arg_parser
    from cwltool.context import LoadingContext, RuntimeContext
    from cwltool.main import main as cwltool_main
    from schema_salad.ref_resolver import file_uri

    from .executor import TesExecutor
    from .journal import Journal
    from .storage import Locations, RunFetcher, TesFs, workflow_uri
    from .tes import TesClient
    from .tool import tool_factory

    os.makedirs(run.tmp, exist_ok=True)
    os.makedirs(run.work_dir, exist_ok=True)
    os.environ.pop("CWLTOOL_OPTIONS", None)
    os.chdir(run.workflow_dir)  # cwltool's messages name documents relative to it
    locations = Locations(run)
    errors = LastErrors()
    logger = logging.getLogger("cwltool")
    logger.addHandler(errors)
    unsupported: list[str] = []
    stop = threading.Event()
    journal = Journal(run.journal)
    client = TesClient(run.tes, stop, float(run.parameters["retry_seconds"]))
    executor = TesExecutor(locations, client, journal, events, stop)

    arguments = ["--disable-color", "--relax-path-checks", "--skip-schemas", "--enable-ext", "--disable-ga4gh-tool-registry"]
    # `--write-summary` keeps the outputs off stdout; we take them from the executor. Documents are named by URL: in a path
    # cwltool takes a `#` for the start of a fragment.
    arguments += ["--write-summary", os.path.join(run.tmp, "summary.json"), "--basedir", run.job_dir]
    args = arg_parser().parse_args([*arguments, workflow_uri(run), file_uri(run.params)])
    settings = vars(args)
    settings["eval_timeout"] = float(run.parameters["eval_timeout"])
    loading = LoadingContext(settings)
    loading.construct_tool_object = tool_factory(locations, unsupported.append)  # type: ignore[assignment]
    loading.fetcher_constructor = partial(RunFetcher, run)
    loading.resolver = lambda _loader, _uri: None
    runtime = RuntimeContext(settings)
    runtime.make_fs_access = partial(TesFs, locations)  # type: ignore[assignment]
    runtime.docker_outdir = "/cwl/out"
    runtime.docker_stagedir = "/cwl/in"
    runtime.docker_tmpdir = "/tmp"
    runtime.default_container = run.parameters["default_container"]
    runtime.move_outputs = "leave"
    runtime.on_error = run.parameters["on_error"]
    runtime.compute_checksum = bool(run.parameters["compute_checksum"])
    runtime.tmpdir_prefix = runtime.tmp_outdir_prefix = os.path.join(run.tmp, "cwl-")
    runtime.outdir = run.tmp

    handler = logging.StreamHandler(sys.stderr)
    try:
        code = cwltool_main(
            args=args,
            executor=executor,
            loadingContext=loading,
            runtimeContext=runtime,
            logger_handler=handler,
            stdout=io.StringIO(),
            versionfunc=lambda: f"cwltool {installed('cwltool')}",
        )
    finally:
        journal.close()
        logger.removeHandler(errors)
    outputs = executor.final_output[0] if executor.final_output else None
    result: dict[str, Any] = {"version": 1, "status": "success", "outputs": _for_the_head(outputs) or {}}
    if code == 0:
        return result
    if unsupported or code == UNSUPPORTED:
        result["status"] = "unsupported"
        result["message"] = unsupported[0] if unsupported else _last(errors)
    elif not executor.started:
        result["status"] = "invalid"
        result["message"] = _last(errors)
    else:
        status = executor.final_status[0] if executor.final_status else "permanentFail"
        passing = executor.unreachable or status == "temporaryFail"
        result["status"] = "temporaryFail" if passing else "permanentFail"
        result["message"] = "\n".join(executor.failures[:5]) or _last(errors)
    return result


def _last(errors: LastErrors) -> str:
    return errors.texts[-1] if errors.texts else "cwltool failed without a message"


def _for_the_head(value: Any) -> Any:
    """The output object without cwltool's own marks: local paths, and the names it gives to literals."""
    if isinstance(value, list):
        return [_for_the_head(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _for_the_head(item) for name, item in value.items()}
    if members.get("class") in ("File", "Directory"):
        for name in ("path", "dirname", "nameroot", "nameext", "http://commonwl.org/cwltool#generation"):
            members.pop(name, None)
        if str(members.get("location", "")).startswith("_:"):
            del members["location"]
    return members


def main(argv: list[str]) -> int:
    if argv == ["--version"]:
        return version()
    if len(argv) != 1:
        print("usage: python -m biocloud_cwl RUN_FILE | --version", file=sys.stderr)
        return BAD_RUN_FILE
    try:
        run = read_run(argv[0])
    except BadRunFile as error:
        print(error, file=sys.stderr)
        return BAD_RUN_FILE
    from .executor import Cancelled

    def terminate(_signal: int, _frame: Any) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)  # once is enough: a second must not disturb the tidying up
        raise Cancelled

    events = Events(run.events)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, terminate)
    try:
        result = execute(run, events)
    except Cancelled:
        result = {"version": 1, "status": "cancelled", "outputs": {}, "message": "The run was cancelled"}
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    write_atomically(run.result, result)
    events.close()
    return {"success": 0, "unsupported": UNSUPPORTED, "cancelled": CANCELLED}.get(result["status"], 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
