"""Which cwltool class stands for which CWL process, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cwltool.command_line_tool import CommandLineTool
from cwltool.context import LoadingContext, RuntimeContext
from cwltool.errors import UnsupportedRequirement
from cwltool.pathmapper import PathMapper
from cwltool.process import Process, compute_checksums, shortname
from cwltool.utils import adjustFileObjs, visit_files_directories
from cwltool.workflow import Workflow, default_make_tool

from .document import image_of
from .job import TesJob
from .storage import Locations, TesPathMapper

_CWLTOOL = "http://commonwl.org/cwltool#"
# Requirements that a task cannot honour. A hint may be passed over, but for secrets: cwltool would put placeholders into the command.
_REFUSED = {
    f"{_CWLTOOL}MPIRequirement": "MPI jobs are not supported: a TES task runs on one machine",
    f"{_CWLTOOL}InplaceUpdateRequirement": "in-place update is not supported: inputs of tasks are never changed",
    "InplaceUpdateRequirement": "in-place update is not supported: inputs of tasks are never changed",
    f"{_CWLTOOL}Secrets": "cwltool:Secrets is not supported: register secret data as a controlled object in a DRS",
}
_REFUSED_CLASSES = {
    "Operation": "an abstract Operation cannot be run",
    "ProcessGenerator": "ProcessGenerator is not supported: the workflow must be complete when it is submitted",
}


class TesTool(CommandLineTool):
    """A CommandLineTool whose jobs are TES tasks."""

    def __init__(self, toolpath_object: Any, loadingContext: LoadingContext, locations: Locations) -> None:
        super().__init__(toolpath_object, loadingContext)
        self._locations = locations
        self._checksums = bool(locations.run.parameters["compute_checksum"])
        self.image()  # a tool that cannot run is refused before anything does

    def image(self) -> str:
        """The container image, or the site's default. Raises UnsupportedRequirement without either."""
        image = image_of(self) or self._locations.run.parameters["default_container"]
        if not image:
            name = shortname(self.tool.get("id", "the tool"))
            raise UnsupportedRequirement(f"{name} names no container image: give it a DockerRequirement with dockerPull")
        return str(image)

    def make_job_runner(self, runtimeContext: RuntimeContext) -> Any:
        # The parent puts the default container among the requirements. Without that cwltool takes the container's output path
        # for a directory of the head and deletes it in the end.
        super().make_job_runner(runtimeContext)
        return partial(TesJob, self)

    def make_path_mapper(
        self, reffiles: Any, stagedir: str, runtimeContext: RuntimeContext, separateDirs: bool
    ) -> PathMapper:
        return TesPathMapper(self._locations, reffiles, runtimeContext.basedir, stagedir, separateDirs)

    def collect_output(self, schema: Any, builder: Any, outdir: str, fs_access: Any, compute_checksum: bool = True) -> Any:
        return super().collect_output(schema, builder, outdir, fs_access, compute_checksum=self._checksums)

    def collect_output_ports(
        self,
        ports: Any,
        builder: Any,
        outdir: str,
        rcode: int,
        compute_checksum: bool = True,
        jobname: str = "",
        readers: Any = None,
    ) -> Any:
        # The parent would open every File of the result. One that is only passed through may be a drs:// object, which the
        # head does not read.
        outputs = super().collect_output_ports(ports, builder, outdir, rcode, False, jobname, readers)
        visit_files_directories(outputs, self._give_url)
        if self._checksums:
            fs = builder.make_fs_access(outdir)
            adjustFileObjs(outputs, lambda file: self._checksum(fs, file))
        return outputs

    def _give_url(self, entry: Any) -> None:
        entry["location"] = self._locations.url(entry["location"])

    def _checksum(self, fs: Any, file: Any) -> None:
        if "contents" in file or self._locations.local(file["location"]) is not None:
            compute_checksums(fs, file)


class TesWorkflow(Workflow):
    """A Workflow that names its steps for people: by their path (`qc/align`), a scattered one with its index (`qc_2/align`)."""

    def job(self, job_order: Any, output_callbacks: Any, runtimeContext: RuntimeContext) -> Any:
        prefix = f"{runtimeContext.name}/" if runtimeContext.part_of else ""
        items: dict[Any, int] = {}

        def name(step: Any, _: Any) -> str:
            # Called once for each item of a scatter, in order.
            items[step] = items.get(step, 0) + 1
            return f"{prefix}{shortname(step.id)}" + (f"_{items[step]}" if step.tool.get("scatter") else "")

        context = runtimeContext.copy()
        context.workflow_job_step_name_callback = name
        yield from super().job(job_order, output_callbacks, context)


def tool_factory(locations: Locations, refused: Callable[[str], None]) -> Callable[[Any, LoadingContext], Process]:
    """cwltool's construct_tool_object. `refused` hears of each unsupported feature: cwltool reports those of loading as faults
    of the document."""

    def make(document: Any, context: LoadingContext) -> Process:
        try:
            kind = document.get("class") if isinstance(document, dict) else None
            if isinstance(kind, str) and shortname_of(kind) in _REFUSED_CLASSES:
                raise UnsupportedRequirement(_REFUSED_CLASSES[shortname_of(kind)])
            if kind == "CommandLineTool":
                process: Process = TesTool(document, context, locations)
            elif kind == "Workflow":
                process = TesWorkflow(document, context)
            else:
                process = default_make_tool(document, context)
            for name, reason in _REFUSED.items():
                found, required = process.get_requirement(name)
                if found is not None and (required or name.endswith("#Secrets")):
                    raise UnsupportedRequirement(reason)
            return process
        except UnsupportedRequirement as error:
            refused(str(error))
            raise

    return make


def shortname_of(kind: str) -> str:
    return kind.rpartition("#")[2].rpartition(":")[2]
