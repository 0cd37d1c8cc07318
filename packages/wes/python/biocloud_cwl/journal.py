"""What a restarted head must know of the one before: which steps have a task, and which are done."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass


@dataclass
class Entry:
    """The last known attempt of one step, found by its key (`document.key_of`)."""

    step: str
    attempt: int
    task_id: str | None = None
    exit_code: int | None = None
    done: bool = False
    success: bool = False


class Journal:
    """An append-only file of JSON lines. Each line is on disk before the act it announces goes on."""

    def __init__(self, path: str) -> None:
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()
        if os.path.exists(path):
            self._read(path)
        self._file = open(path, "a", encoding="utf-8")

    def _read(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # the line that a kill cut short: what it announced is found or made again by its key
                self._apply(record)
        with open(path, "rb+") as raw:
            raw.seek(0, os.SEEK_END)
            if raw.tell() > 0:
                raw.seek(-1, os.SEEK_END)
                if raw.read(1) != b"\n":
                    raw.write(b"\n")  # else the next record would be glued to the broken one

    def _apply(self, record: dict) -> None:
        key = record["key"]
        if record["what"] == "intent":
            self._entries[key] = Entry(record["step"], record["attempt"])
            return
        entry = self._entries.get(key)
        if entry is None:
            return
        if record["what"] == "task":
            entry.task_id = record["task_id"]
        elif record["what"] == "done":
            entry.done = True
            entry.success = record["success"]
            entry.exit_code = record.get("exit_code")

    def _append(self, record: dict) -> None:
        with self._lock:
            self._apply(record)
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def find(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def unfinished(self) -> dict[str, str]:
        """Task ids that have no result yet, by key."""
        return {key: entry.task_id for key, entry in self._entries.items() if entry.task_id and not entry.done}

    def intend(self, key: str, step: str, attempt: int) -> None:
        """Before the task is created: a restarted head asks for the very same task, which TES then does not double."""
        self._append({"what": "intent", "key": key, "step": step, "attempt": attempt})

    def created(self, key: str, task_id: str) -> None:
        self._append({"what": "task", "key": key, "task_id": task_id})

    def finished(self, key: str, success: bool, exit_code: int | None) -> None:
        self._append({"what": "done", "key": key, "success": success, "exit_code": exit_code})

    def close(self) -> None:
        self._file.close()
