"""One CommandLineTool with its inputs bound: made into a task, and its task's end made into CWL outputs."""

from __future__ import annotations

import os
import shutil
import urllib.parse
from typing import Any

from cwltool.context import RuntimeContext
from cwltool.job import JobBase
from cwltool.utils import bytes2str_in_dicts

from .document import folder_of, key_of, task_document
from .storage import Locations

STDERR_SHOWN = 1500  # characters of a failed step's stderr that a message carries


class TesJob(JobBase):
    """What cwltool yields for the executor. It never runs anything itself."""

    def __init__(self, tool: Any, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tool = tool
        self.key = ""
        self.attempt = 0
        self.task_id: str | None = None
        self.state = "QUEUED"
        self.running_since: float | None = None
        self.timed_out = False
        self.folder = ""
        self.folder_step = self.name
        self._document: dict[str, Any] = {}

    def _required_env(self) -> dict[str, str]:
        # CWL 1.2, Runtime environment: HOME is the output directory and TMPDIR the temporary one; nothing of the head's own.
        return {"HOME": self.builder.outdir, "TMPDIR": self.builder.tmpdir}

    def run(self, runtimeContext: RuntimeContext, tmpdir_lock: Any = None) -> None:
        raise NotImplementedError("a TesJob is submitted by the TesExecutor")

    def prepare(self, context: RuntimeContext, locations: Locations, backend_parameters: frozenset[str]) -> None:
        """Builds the document and the key. Raises WorkflowException for what no task can be."""
        if self.generatefiles.get("listing"):
            self.generatemapper = self.make_path_mapper(self.generatefiles["listing"], self.builder.outdir, context, False)
        self._document = task_document(self, locations, backend_parameters)
        self.key = key_of(self._document, locations.run)
        # Inputs staged among the outputs are private copies there and are collected as such: an output then never is a
        # location that the head cannot read.
        for location, entry in list(self.pathmapper.items()):
            inside = entry.target.startswith(self.builder.outdir + "/")
            if inside and entry.type is not None and not entry.type.startswith("Writable"):
                self.pathmapper.update(location, entry.resolved, entry.target, f"Writable{entry.type}", entry.staged)

    def begin(self, step: str, attempt: int) -> None:
        """Names the attempt that counts from now on. `step` is a former head's name for this step, where there was one."""
        self.folder_step, self.attempt = step, attempt
        self.folder = folder_of(step, self.key, attempt)
        self.task_id, self.state, self.running_since = None, "QUEUED", None

    def document(self, locations: Locations) -> dict[str, Any]:
        """The task of the present attempt."""
        run = locations.run
        return {
            "name": self.folder_step,
            "tags": {"wes_run_id": run.run_id, "cwl_step": self.folder_step, "cwl_key": self.key},
            **self._document,
            "outputs": [{"path": self.builder.outdir, "type": "DIRECTORY", "url": self._out_url(locations)}],
        }

    def _out_url(self, locations: Locations) -> str:
        return f"{locations.run.work_url}/{urllib.parse.quote(self.folder)}"

    def idempotency_key(self) -> str:
        return f"{urllib.parse.quote(self.folder_step, safe='')[:100]}-{self.key}-{self.attempt}"

    def status_of(self, exit_code: int) -> str:
        """CWL's reading of an exit code."""
        if exit_code in self.successCodes:
            return "success"
        if exit_code in self.temporaryFailCodes:
            return "temporaryFail"
        if exit_code in self.permanentFailCodes:
            return "permanentFail"
        return "success" if exit_code == 0 else "permanentFail"

    def has_outputs(self, locations: Locations) -> bool:
        return os.path.isdir(os.path.join(locations.run.work_dir, self.folder))

    def collect(self, locations: Locations, exit_code: int) -> Any:
        """The CWL outputs of a task that succeeded. Raises WorkflowException if a declared one is missing."""
        os.makedirs(os.path.join(locations.run.work_dir, self.folder), exist_ok=True)  # a tool may leave nothing at all
        return bytes2str_in_dicts(self.collect_outputs(self._out_url(locations), exit_code))

    def clean(self) -> None:
        """cwltool made three directories on the head for this job; it has not used one."""
        for folder in {self.outdir, self.tmpdir, self.stagedir}:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def exit_code_of(task: dict[str, Any]) -> int | None:
    """The exit code of the last attempt's last executor; None if nothing ran to its end."""
    for log in reversed(task.get("logs") or []):
        executors = log.get("logs") or []
        if executors:
            code = executors[-1].get("exit_code")
            return code if isinstance(code, int) else None
    return None


# Reasons for which our TES ends a task that would end so again. A foreign TES gives none: then one more try is worth it.
_PERMANENT = frozenset(
    "input_missing input_forbidden input_invalid input_checksum access_denied storage_not_configured output_forbidden "
    "too_many_files image_invalid image_missing engine_refused".split()
)


def is_permanent(task: dict[str, Any] | None) -> bool:
    """Whether TES says that the same task would fail the same way."""
    log = ((task or {}).get("logs") or [{}])[-1]
    return (log.get("metadata") or {}).get("reason") in _PERMANENT


def failure_text(name: str, task: dict[str, Any] | None, exit_code: int | None, timed_out: bool, limit: int | None) -> str:
    """Why a step failed, for people: its state, its exit code, what TES says and the end of its stderr."""
    if task is None:
        return f"{name}: TES no longer knows its task"
    state = task.get("state", "UNKNOWN")
    log = (task.get("logs") or [{}])[-1]
    system = [str(line) for line in log.get("system_logs") or []]
    executors = log.get("logs") or []
    stderr = str(executors[-1].get("stderr") or "").strip() if executors else ""
    if timed_out:
        reason = f"stopped after its time limit of {limit} s (ToolTimeLimit)"
    elif state == "CANCELED":
        reason = "its task was cancelled from outside"
    elif exit_code is not None:
        reason = f"exit code {exit_code}"
    else:
        reason = f"its task ended as {state}"
    lines = [f"{name}: {reason}"]
    if system and (state == "SYSTEM_ERROR" or exit_code in (None, 0) or exit_code == 137):
        lines.append("; ".join(system[-3:]))
    if stderr:
        lines.append(stderr[-STDERR_SHOWN:])
    return "\n".join(lines)
