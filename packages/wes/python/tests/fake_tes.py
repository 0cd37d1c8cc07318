"""A fake TES for these tests: it keeps tasks in memory and runs their command on this machine, without a container.

Container paths below /cwl are put below a folder per task, in the command, the environment and literal inputs. It checks no
image and knows no user. The suite's own tests run the plug-in against the real server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FINAL = {"COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED"}


class FakeTes:
    def __init__(self, **options: Any) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.keys: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []
        self.backend_parameters: list[str] = options.get("backend_parameters", [])
        # (document) -> how long the task stays RUNNING before its command starts: seconds, or a condition that ends it
        self.hold = options.get("hold")
        self.lose = options.get("lose")  # (document, how many tasks had this name before) -> True: SYSTEM_ERROR
        self.lose_reason: str | None = options.get("lose_reason")
        self.refuse = options.get("refuse")  # (document) -> (status, body) or None
        self.on_create: Callable[[dict[str, Any]], None] | None = None
        self.ignore_filter = False
        self.running = 0
        self.most_running = 0
        self._lock = threading.Lock()
        self._scratch = tempfile.mkdtemp(prefix="fake-tes-")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._closed = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _answer(self, status: int, body: Any) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                fake.requests.append(("GET", self.path))
                self._answer(*fake.read(self.path))

            def do_POST(self) -> None:
                fake.requests.append(("POST", self.path))
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
                self._answer(*fake.write(self.path, body, self.headers.get("Idempotency-Key")))

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/key/ga4gh/tes/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        for process in list(self._processes.values()):
            process.kill()
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def documents(self, name: str | None = None) -> list[dict[str, Any]]:
        found = [self.tasks[task_id]["document"] for task_id in self.order]
        return [document for document in found if name is None or document["name"] == name]

    def states(self) -> dict[str, str]:
        return {self.tasks[task_id]["document"]["name"]: self.tasks[task_id]["state"] for task_id in self.order}

    def live(self) -> list[str]:
        return [task_id for task_id, task in self.tasks.items() if task["state"] not in FINAL]

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not in {seconds} s; tasks: {self.states()}")
            time.sleep(0.01)

    def read(self, path: str) -> tuple[int, Any]:
        route, _, query = path.removeprefix("/key/ga4gh/tes/v1").partition("?")
        parameters = dict(urllib.parse.parse_qsl(query))
        if route == "/service-info":
            return 200, {"id": "fake", "tesResources_backend_parameters": self.backend_parameters}
        if route == "/tasks":
            wanted = parameters.get("tag_value")
            ids = [
                task_id
                for task_id in reversed(self.order)
                if self.ignore_filter or self.tasks[task_id]["document"]["tags"].get(parameters["tag_key"]) == wanted
            ]
            start, size = int(parameters.get("page_token", 0)), int(parameters["page_size"])
            answer: dict[str, Any] = {"tasks": [{"id": i, "state": self.tasks[i]["state"]} for i in ids[start : start + size]]}
            if len(ids) > start + size:
                answer["next_page_token"] = str(start + size)
            return 200, answer
        task = self.tasks.get(route.removeprefix("/tasks/"))
        if task is None:
            return 404, {"msg": "There is no such task", "status_code": 404}
        if parameters.get("view", "MINIMAL") == "MINIMAL":
            return 200, {"id": task["id"], "state": task["state"]}
        return 200, {"id": task["id"], "state": task["state"], "logs": task["logs"], **task["document"]}

    def write(self, path: str, body: dict[str, Any], key: str | None) -> tuple[int, Any]:
        route = path.removeprefix("/key/ga4gh/tes/v1")
        if route.endswith(":cancel"):
            task_id = route.removeprefix("/tasks/").removesuffix(":cancel")
            with self._lock:
                task = self.tasks[task_id]
                if task["state"] not in FINAL:
                    task["state"] = "CANCELED"
            process = self._processes.get(task_id)
            if process is not None:
                process.kill()
            return 200, {}
        refusal = self.refuse(body) if self.refuse else None
        if refusal:
            return refusal
        with self._lock:
            if key in self.keys:
                known = self.tasks[self.keys[key]]
                if known["document"] != body:
                    return 409, {"msg": "the Idempotency-Key belongs to another task", "status_code": 409}
                return 200, {"id": known["id"]}
            task_id = f"t{len(self.order):025d}"
            self.tasks[task_id] = {"id": task_id, "state": "QUEUED", "document": body, "logs": []}
            self.order.append(task_id)
            if key is not None:
                self.keys[key] = task_id
        if self.on_create:
            self.on_create(body)
        threading.Thread(target=self._run, args=(task_id,), daemon=True).start()
        return 200, {"id": task_id}

    def _move(self, task: dict[str, Any], state: str) -> bool:
        with self._lock:
            if task["state"] in FINAL:
                return False
            task["state"] = state
            return True

    def _run(self, task_id: str) -> None:
        task = self.tasks[task_id]
        document = task["document"]
        earlier = sum(1 for other in self.order[: self.order.index(task_id)] if self.tasks[other]["document"]["name"] == document["name"])
        if self.lose and self.lose(document, earlier):
            metadata = {} if self.lose_reason is None else {"reason": self.lose_reason}
            task["logs"] = [{"logs": [], "outputs": [], "system_logs": ["the node went away"], "metadata": metadata}]
            self._move(task, "SYSTEM_ERROR")
            return
        self._move(task, "RUNNING")
        with self._lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            hold = self.hold(document) if self.hold else 0
            deadline = time.monotonic() + (60 if callable(hold) else hold)
            while time.monotonic() < deadline and task["state"] == "RUNNING" and not (callable(hold) and hold()):
                time.sleep(0.02)
            if task["state"] == "RUNNING" and not self._closed.is_set():
                self._execute(task)
        finally:
            with self._lock:
                self.running -= 1

    def _execute(self, task: dict[str, Any]) -> None:
        document = task["document"]
        root = os.path.join(self._scratch, task["id"])
        executor = document["executors"][0]

        def here(text: str) -> str:
            return text.replace("/cwl/", root + "/cwl/")

        try:
            os.makedirs(root + "/cwl/out")
            for volume in document["volumes"]:
                if volume.startswith("/cwl/"):
                    os.makedirs(here(volume), exist_ok=True)
            for item in document.get("inputs", []):
                target = here(item["path"])
                os.makedirs(os.path.dirname(target), exist_ok=True)
                if "content" in item:
                    with open(target, "w", encoding="utf-8") as file:
                        file.write(here(item["content"]))
                    continue
                source = urllib.parse.unquote(item["url"].removeprefix("file://"))
                if item["url"].startswith("drs://"):
                    with open(target, "w", encoding="utf-8") as file:
                        file.write(f"bytes of {item['url']}\n")
                elif item["type"] == "DIRECTORY":
                    shutil.copytree(source, target, dirs_exist_ok=True)
                else:
                    shutil.copyfile(source, target)
        except OSError as error:
            task["logs"] = [{"logs": [], "outputs": [], "system_logs": [f"input could not be staged: {error}"]}]
            self._move(task, "SYSTEM_ERROR")
            return
        streams: dict[str, Any] = {}
        for name in ("stdout", "stderr"):
            if name in executor:
                os.makedirs(os.path.dirname(here(executor[name])), exist_ok=True)
                streams[name] = open(here(executor[name]), "wb")
            else:
                streams[name] = subprocess.PIPE
        streams["stdin"] = open(here(executor["stdin"]), "rb") if "stdin" in executor else subprocess.DEVNULL
        environment = {"PATH": os.environ["PATH"], **{name: here(value) for name, value in executor["env"].items()}}
        environment["TMPDIR"] = root + environment["TMPDIR"]
        os.makedirs(environment["TMPDIR"])
        try:
            process = subprocess.Popen([here(a) for a in executor["command"]], cwd=here(executor["workdir"]), env=environment, **streams)
            self._processes[task["id"]] = process
            stdout, stderr = process.communicate()
            code = process.returncode
        except FileNotFoundError as error:
            stdout, stderr, code = b"", str(error).encode(), 127
        finally:
            for stream in streams.values():
                if not isinstance(stream, int):
                    stream.close()
        for item in document["outputs"]:
            shutil.copytree(here(item["path"]), urllib.parse.unquote(item["url"].removeprefix("file://")), dirs_exist_ok=True)
        log = {"exit_code": code, "stdout": (stdout or b"").decode(), "stderr": (stderr or b"").decode()}
        task["logs"] = [{"logs": [log], "outputs": [], "system_logs": []}]
        self._move(task, "COMPLETE" if code == 0 or executor.get("ignore_error") else "EXECUTOR_ERROR")
