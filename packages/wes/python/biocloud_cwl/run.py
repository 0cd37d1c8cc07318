"""The description of one run, as the head writes it, and the events that the plug-in reports back."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

EVENT_TEXT_LIMIT = 8 * 1024  # the head reads lines below 64 KiB
DEFAULTS: dict[str, Any] = {
    "default_container": None,
    "on_error": "stop",
    "max_tasks": 5000,
    "eval_timeout": 60,
    "compute_checksum": True,
    "poll_min_seconds": 1,
    "poll_max_seconds": 5,
    "retry_seconds": 120,
}
REQUIRED = (
    "run_id",
    "tes",
    "workflow",
    "workflow_dir",
    "workflow_url",
    "params",
    "job_dir",
    "work_dir",
    "work_url",
    "events",
    "result",
)


class BadRunFile(Exception):
    """The run file cannot be used: a fault of the head, not of the workflow."""


@dataclass(frozen=True)
class Run:
    """One run. Paths are absolute; the URLs are those under which TES reads and writes the same folders."""

    run_id: str
    tes: str
    workflow: str
    workflow_dir: str
    workflow_url: str
    params: str
    job_dir: str
    work_dir: str
    work_url: str
    events: str
    result: str
    objects: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))

    @property
    def journal(self) -> str:
        return os.path.join(self.job_dir, "journal.jsonl")

    @property
    def tmp(self) -> str:
        return os.path.join(self.job_dir, "tmp")


def read_run(path: str) -> Run:
    """Reads the run file. Raises BadRunFile, naming every member that is missing."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError) as error:
        raise BadRunFile(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict) or data.get("version") != 1:
        raise BadRunFile(f"{path} is not a run file of version 1")
    missing = [name for name in REQUIRED if not isinstance(data.get(name), str) or not data[name]]
    if missing:
        raise BadRunFile(f"{path} lacks {', '.join(missing)}")
    return Run(
        **{name: data[name].rstrip("/") if name.endswith("_url") or name == "tes" else data[name] for name in REQUIRED},
        objects=data.get("objects") or {},
        parameters={**DEFAULTS, **(data.get("parameters") or {})},
    )


def write_atomically(path: str, data: Any) -> None:
    """Writes JSON so that a reader sees the old file or the whole new one."""
    temporary = f"{path}.new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, default=str)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


class Events:
    """Appends one JSON object per line for the head. Safe from several threads."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def emit(self, event: str, **members: Any) -> None:
        """Members that are None are left out; long texts are cut."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"event": event, "time": now}
        for name, value in members.items():
            if isinstance(value, str):
                line[name] = value[:EVENT_TEXT_LIMIT]
            elif value is not None:
                line[name] = value
        with self._lock:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()
