"""From a prepared cwltool job to a TES task document, and to the key by which its result is known."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from typing import Any

from cwltool.errors import UnsupportedRequirement, WorkflowException

from .run import Run
from .storage import Locations, TesPathMapper, below

CONTENT_LIMIT = 128 * 1024  # TES 1.1, tesInput.content: at least 128 KiB must be accepted
CONTENT_TOTAL = 4 * 1024 * 1024  # servers bound the whole body too
CUDA = "http://commonwl.org/cwltool#CUDARequirement"
_WORK_OUTPUT = re.compile(r"^/[^/]*-([0-9a-f]{16})/[0-9]+/out(?P<rest>/.*)?$")


def image_of(requirements: Any) -> str | None:
    """The container image of a tool; None without one. Raises UnsupportedRequirement where it would have to be built."""
    docker, _ = requirements.get_requirement("DockerRequirement")
    if docker is None:
        return None
    image = docker.get("dockerPull") or docker.get("dockerImageId")
    builds = [name for name in ("dockerFile", "dockerLoad", "dockerImport") if docker.get(name)]
    if builds and not docker.get("dockerPull"):
        raise UnsupportedRequirement(
            f"DockerRequirement.{builds[0]} is not supported: tasks run from images that exist. Push the image and name it in dockerPull."
        )
    return image


def _inputs(mapper: TesPathMapper, locations: Locations, spent: int) -> tuple[list[dict[str, str]], list[str], int]:
    """TES inputs, the directories that start empty, and the bytes of inline content so far."""
    inputs: list[dict[str, str]] = []
    empty: list[str] = []
    for entry in mapper:
        if not entry.staged:
            continue
        if not (entry.type or "").endswith("Directory"):
            item = {"path": entry.target, "type": "FILE"}
            contents = mapper.contents.get(entry.resolved)
            size = None if contents is None else len(contents.encode())
            if contents is not None and size is not None and size <= CONTENT_LIMIT and spent + size <= CONTENT_TOTAL:
                spent += size
                item["content"] = contents
            else:
                item["url"] = locations.task_url(entry.resolved)
            inputs.append(item)
        elif entry.resolved.startswith("_:"):
            if not any(other.staged and below(other.target, entry.target) for other in mapper if other is not entry):
                empty.append(entry.target)
        else:
            inputs.append({"path": entry.target, "type": "DIRECTORY", "url": locations.task_url(entry.resolved)})
    return inputs, empty, spent


def _without_conflicts(inputs: list[dict[str, str]]) -> list[dict[str, str]]:
    """One entry per path, in a fixed order. Raises WorkflowException if two different files claim one path."""
    by_path: dict[str, dict[str, str]] = {}
    for item in inputs:
        other = by_path.setdefault(item["path"], item)
        if other != item:
            raise WorkflowException(
                f"Two different inputs claim {item['path']}: {other.get('url', 'a literal')} and {item.get('url', 'a literal')}"
            )
    return [by_path[path] for path in sorted(by_path)]


def task_document(job: Any, locations: Locations, backend_parameters: frozenset[str]) -> dict[str, Any]:
    """The task without its name, tags and outputs: those depend on the attempt. `job` is a TesJob whose mappers are made."""
    builder = job.builder
    outdir = builder.outdir
    command = [str(argument) for argument in job.command_line]
    if not command:
        raise WorkflowException(f"{job.name} has an empty command line: give it a baseCommand, arguments or a bound input")
    inputs, empty, spent = _inputs(job.pathmapper, locations, 0)
    if job.generatemapper is not None:
        more, more_empty, _ = _inputs(job.generatemapper, locations, spent)
        inputs += more
        empty += more_empty
    executor: dict[str, Any] = {
        "image": job.tool.image(),
        "command": command,
        "workdir": outdir,
        "env": {name: str(value) for name, value in sorted(job.environment.items())},
    }
    if job.stdin is not None:
        if job.pathmapper.reversemap(job.stdin) is None:
            raise WorkflowException(f"stdin of {job.name} names {job.stdin}, which is not one of its inputs")
        executor["stdin"] = job.stdin
    for stream in ("stdout", "stderr"):
        name = getattr(job, stream)
        if name is not None:
            executor[stream] = os.path.join(outdir, name)
    if any(code != 0 for code in job.successCodes):
        executor["ignore_error"] = True
    resources = builder.resources
    wanted: dict[str, Any] = {
        "cpu_cores": max(1, math.ceil(resources["cores"])),
        "ram_gb": resources["ram"] / 1024,
        "disk_gb": (resources["tmpdirSize"] + resources["outdirSize"]) / 1024,
    }
    parameters: dict[str, str] = {}
    cuda, cuda_required = job.get_requirement(CUDA)
    if cuda:
        if "gpu_count" in backend_parameters:
            parameters["gpu_count"] = str(math.ceil(resources.get("cudaDeviceCount", 1)))
        elif cuda_required:
            raise UnsupportedRequirement("CUDARequirement: this TES offers no GPUs (no backend parameter gpu_count)")
    if job.timelimit and "max_runtime_seconds" in backend_parameters:
        parameters["max_runtime_seconds"] = str(math.ceil(job.timelimit))
    if parameters:
        wanted["backend_parameters"] = parameters
    document: dict[str, Any] = {"executors": [executor], "resources": wanted}
    inputs = _without_conflicts(inputs)
    if inputs:
        document["inputs"] = inputs
    # TMPDIR must be writable whatever the image holds.
    document["volumes"] = sorted({builder.tmpdir, *empty} - {outdir})
    return document


def _identity(item: dict[str, str], run: Run) -> Any:
    """What an input is, apart from where this run happens to keep it."""
    if "content" in item:
        return ["content", hashlib.sha256(item["content"].encode()).hexdigest()]
    url = item["url"]
    if below(url, run.work_url):
        made = _WORK_OUTPUT.match(url[len(run.work_url) :])
        # A step's output is known by the key of what made it, not by the attempt that did.
        return ["made", made.group(1), made.group("rest") or ""] if made else ["work", url[len(run.work_url) :]]
    if below(url, run.workflow_url):
        return ["workflow", url[len(run.workflow_url) :]]
    checksums = (run.objects.get(url) or {}).get("checksums") or []
    known = sorted(f"{entry['type']}:{entry['checksum']}" for entry in checksums if entry.get("type") and entry.get("checksum"))
    return ["checksum", *known] if known else ["url", url]


def key_of(document: dict[str, Any], run: Run) -> str:
    """sha256 of the canonical JSON of what determines the result. Resources are not among it, nor any name."""
    executor = document["executors"][0]
    identity = {
        "command": executor["command"],
        "env": executor["env"],
        "image": executor["image"],
        "inputs": [[item["path"], item["type"], _identity(item, run)] for item in document.get("inputs", [])],
        "outdir": executor["workdir"],
        "stdio": [executor.get(stream) for stream in ("stdin", "stdout", "stderr")],
        "volumes": document["volumes"],
    }
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def folder_of(step: str, key: str, attempt: int) -> str:
    """Where one attempt of a step writes, below the work folder."""
    return f"{re.sub(r'[^A-Za-z0-9._]+', '-', step)[:60].strip('-.') or 'step'}-{key[:16]}/{attempt}/out"


