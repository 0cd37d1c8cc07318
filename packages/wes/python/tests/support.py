"""A run folder, a fake TES and the plug-in as its own process, as the head starts it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any

from biocloud_cwl.run import Run, read_run

from .fake_tes import FakeTes

PYTHON_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGE = "hints:\n  DockerRequirement: { dockerPull: 'bb:1' }\n"


class RunTest(unittest.TestCase):
    """Each test has a run folder of its own, whose name holds what must be quoted in URLs."""

    def setUp(self) -> None:
        self.folder = os.path.join(tempfile.mkdtemp(prefix="cwl-test-"), "a run #1%")
        self.addCleanup(shutil.rmtree, os.path.dirname(self.folder), True)
        for name in ("workflow", "job/tmp", "job/home", "work"):
            os.makedirs(os.path.join(self.folder, name))
        self._processes: list[subprocess.Popen[str]] = []

    def tearDown(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def fake(self, **options: Any) -> FakeTes:
        tes = FakeTes(**options)
        self.addCleanup(tes.close)
        return tes

    def path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    def url(self, *parts: str) -> str:
        from schema_salad.ref_resolver import file_uri

        return file_uri(self.path(*parts))

    def write(self, name: str, text: str) -> str:
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.url(name)

    def run_file(self, tes: str, workflow: str = "main.cwl", params: Any = None, **members: Any) -> str:
        self.write("job/params.json", json.dumps(params or {}))
        parameters = {"poll_min_seconds": 0.05, "poll_max_seconds": 0.2, **members.pop("parameters", {})}
        data = {
            "version": 1,
            "run_id": "run1",
            "tes": tes,
            "workflow": self.path("workflow", workflow),
            "workflow_dir": self.path("workflow"),
            "workflow_url": self.url("workflow"),
            "params": self.path("job", "params.json"),
            "objects": {},
            "job_dir": self.path("job"),
            "work_dir": self.path("work"),
            "work_url": self.url("work"),
            "events": self.path("job", "events.jsonl"),
            "result": self.path("job", "result.json"),
            "parameters": parameters,
            **members,
        }
        self.write("job/cwl.json", json.dumps(data))
        return self.path("job", "cwl.json")

    def a_run(self, **members: Any) -> Run:
        return read_run(self.run_file("http://127.0.0.1:1/key", **members))

    def start(self, run_file: str) -> subprocess.Popen[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.path("job", "home"),
            "TMPDIR": self.path("job", "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": PYTHON_FOLDER,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "biocloud_cwl", run_file],
            cwd=self.path("job"),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], code: int) -> dict[str, Any]:
        """Waits for the plug-in; its exit code must be this. Returns the result file."""
        stdout, stderr = process.communicate(timeout=120)
        self.stderr = stderr
        self.assertEqual(process.returncode, code, f"stderr:\n{stderr}\nresult: {self.result()}")
        self.assertEqual(stdout, "")
        return self.result()

    def execute(self, tes: FakeTes, code: int = 0, **members: Any) -> dict[str, Any]:
        return self.finish(self.start(self.run_file(tes.url, **members)), code)

    def result(self) -> dict[str, Any]:
        try:
            with open(self.path("job", "result.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def has_line(self, name: str, *words: str) -> bool:
        """True once a line of this file of the job folder holds all these words."""
        try:
            with open(self.path("job", name), encoding="utf-8") as file:
                return any(all(word in line for word in words) for line in file)
        except FileNotFoundError:
            return False

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        with open(self.path("job", "events.jsonl"), encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        return [event for event in events if not kinds or event["event"] in kinds]

    def text_of(self, file: dict[str, Any]) -> str:
        """The contents of an output File, which must lie in the run's work folder and have the size and checksum it says."""
        import hashlib
        import urllib.parse

        path = urllib.parse.unquote(file["location"].removeprefix("file://"))
        self.assertTrue(path.startswith(self.path("work") + "/"), path)
        with open(path, "rb") as opened:
            data = opened.read()
        self.assertEqual(file["size"], len(data))
        self.assertEqual(file["checksum"], "sha1$" + hashlib.sha1(data).hexdigest())
        return data.decode()
