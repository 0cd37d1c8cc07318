"""Where files are: CWL locations, the paths of the containers, and the run's own folders as the head sees them."""

from __future__ import annotations

import glob as globbing
import hashlib
import os
import re
import urllib.parse
from collections.abc import MutableSequence
from typing import IO, Any

from cwltool.errors import WorkflowException
from cwltool.pathmapper import MapperEnt, PathMapper
from cwltool.stdfsaccess import StdFsAccess
from cwltool.utils import dedup
from schema_salad.exceptions import ValidationException
from schema_salad.fetcher import DefaultFetcher
from schema_salad.ref_resolver import file_uri, uri_file_path

from .run import Run

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


def is_url(location: str) -> bool:
    return _SCHEME.match(location) is not None


def below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


class Locations:
    """Maps between the locations in CWL objects, the head's paths and the URLs that TES understands."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._folders = [(run.work_url, run.work_dir), (run.workflow_url, run.workflow_dir)]
        self._roots = [os.path.realpath(run.work_dir), os.path.realpath(run.workflow_dir)]

    def local(self, location: str) -> str | None:
        """The head's path of a location; None for what lies elsewhere (drs, https, …)."""
        for url, folder in self._folders:
            if below(location, url):
                return folder + urllib.parse.unquote(location[len(url) :])
        if location.startswith("file://"):
            return uri_file_path(location)
        return None if is_url(location) else location

    def confined(self, path: str) -> bool:
        """The head reads nothing but its own run: a workflow is somebody's code."""
        return any(below(os.path.realpath(path), root) for root in self._roots)

    def url(self, location: str) -> str:
        """The URL of a path below the run's folders; any other location as it is."""
        for url, folder in self._folders:
            if below(location, folder):
                return url + urllib.parse.quote(location[len(folder) :])
        return location

    def task_url(self, location: str) -> str:
        """What TES is given. Raises WorkflowException for a file that is not the run's."""
        if is_url(location) and not location.startswith("file://"):
            return location
        path = os.path.normpath(self.local(location) or location)
        if (url := self.url(path)) != path:
            return url
        raise WorkflowException(
            f"{location} is outside of this run. Attach the file to the run or register it in a DRS and give its drs:// URI."
        )

    def write_literal(self, contents: str, basename: str) -> str:
        """Puts the text of a literal File into the run's storage, once; returns its path there."""
        digest = hashlib.sha256(contents.encode()).hexdigest()
        relative = f"/literals/{digest}/{os.path.basename(basename)}"
        path = self.run.work_dir + relative
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(f"{path}.new", "w", encoding="utf-8", newline="") as file:
                file.write(contents)
            os.replace(f"{path}.new", path)
        return path


class TesFs(StdFsAccess):
    """cwltool's view of the files: the run's folders by plain reads, everything remote by name and size alone."""

    def __init__(self, locations: Locations, basedir: str) -> None:
        super().__init__(basedir)
        self._locations = locations

    def _path(self, location: str) -> str:
        path = self._locations.local(location)
        if path is None:
            raise OSError(f"{location} is not read by the workflow engine, only by tasks (no loadContents or checksum of it)")
        if not os.path.isabs(path):
            path = os.path.join(self._locations.local(self.basedir) or "/", path)
        if not self._locations.confined(path):
            raise PermissionError(f"{location} is outside of this run")
        return path

    def _remote(self, location: str) -> bool:
        return self._locations.local(location) is None

    def _test(self, location: str, test: Any) -> bool:
        try:
            return bool(test(self._path(location)))
        except OSError:
            return False

    def glob(self, pattern: str) -> list[str]:
        # cwltool globs the output folder itself to learn its prefix, and then "<folder>/<pattern>" with the pattern unquoted.
        base = self.basedir.rstrip("/")
        if pattern.rstrip("/") == base:
            return [base]
        if not pattern.startswith(base + "/"):
            return []
        folder = self._path(base)
        found = []
        for path in globbing.glob(pattern[len(base) + 1 :].rstrip("/"), root_dir=folder):
            full = os.path.normpath(os.path.join(folder, path))
            if below(full, folder) and self._locations.confined(full):
                found.append(f"{base}/{urllib.parse.quote(os.path.relpath(full, folder))}")
        return found

    def open(self, fn: str, mode: str) -> IO[Any]:
        return open(self._path(fn), mode, encoding=None if "b" in mode else "utf-8")

    def exists(self, fn: str) -> bool:
        # An id does not tell its neighbours: of what is remote only what the run declares is known to exist.
        return fn in self._locations.run.objects if self._remote(fn) else self._test(fn, os.path.exists)

    def size(self, fn: str) -> int:
        if not self._remote(fn):
            return os.stat(self._path(fn)).st_size
        size = (self._locations.run.objects.get(fn) or {}).get("size")
        if not isinstance(size, int):
            raise OSError(f"the size of {fn} is not known")
        return size

    def isfile(self, fn: str) -> bool:
        return True if self._remote(fn) else self._test(fn, os.path.isfile)

    def isdir(self, fn: str) -> bool:
        return True if self._remote(fn) else self._test(fn, os.path.isdir)

    def listdir(self, fn: str) -> list[str]:
        if self._remote(fn):
            raise OSError(f"{fn} cannot be listed by the workflow engine: give its listing, or set loadListing to no_listing")
        return [f"{fn.rstrip('/')}/{urllib.parse.quote(name)}" for name in sorted(os.listdir(self._path(fn)))]

    def join(self, path: str, *paths: str) -> str:
        # cwltool maps a location twice: a URL, and the name of a literal, stand for themselves.
        for part in paths:
            path = part if is_url(part) or part.startswith("_:") else os.path.join(path, part)
        return path

    def realpath(self, path: str) -> str:
        return path if is_url(path) else os.path.realpath(path)


class TesPathMapper(PathMapper):
    """Gives every input its place in the container. Nothing is read: TES stages by URL."""

    def __init__(
        self,
        locations: Locations,
        referenced_files: MutableSequence[Any],
        basedir: str,
        stagedir: str,
        separateDirs: bool = True,
    ) -> None:
        self._locations = locations
        self.contents: dict[str, str] = {}
        super().__init__(referenced_files, basedir, stagedir, separateDirs)

    def setup(self, referenced_files: MutableSequence[Any], basedir: str) -> None:
        for index, entry in enumerate(dedup(referenced_files)):
            # Counted, where cwltool takes a random name: equal steps give equal tasks, which is what makes them cacheable.
            stagedir = os.path.join(self.stagedir, f"stg{index}") if self.separateDirs else self.stagedir
            self.visit(entry, stagedir, basedir, copy=bool(entry.get("writable", False)), staged=True)

    def visit(self, obj: Any, stagedir: str, basedir: str, copy: bool = False, staged: bool = False) -> None:
        location = obj["location"]
        if location in self._pathmap:
            return
        stagedir = obj.get("dirname") or stagedir
        target = os.path.join(stagedir, obj["basename"])
        prefix = "Writable" if copy else ""
        # cwltool maps what a tool passes through twice, and knows it again only by a path or by a URL that is no file's.
        resolved = location if location.startswith("_:") else self._locations.local(location) or location
        if obj["class"] == "Directory":
            self._pathmap[location] = MapperEnt(resolved, target, f"{prefix}Directory", staged)
            # What lies in a real directory comes with it; a literal one is made of its children.
            literal = location.startswith("_:")
            self.visitlisting(obj.get("listing", []), target, basedir, copy=copy, staged=staged and literal)
            return
        if "contents" in obj and location.startswith("_:"):
            resolved = self._locations.write_literal(obj["contents"], obj["basename"])
            self.contents[resolved] = obj["contents"]
        self._pathmap[location] = MapperEnt(resolved, target, f"{prefix}File", staged)
        self.visitlisting(obj.get("secondaryFiles", []), stagedir, basedir, copy=copy, staged=staged)


class RunFetcher(DefaultFetcher):
    """Loads documents from the fetched workflow tree and from nowhere else."""

    # What may stand in a document or an input object as a URL, besides the schemes that cwltool knows.
    schemes = [*DefaultFetcher.schemes, "drs", "s3", "gs"]

    def __init__(self, run: Run, cache: Any, session: Any = None) -> None:
        super().__init__(cache, None)
        self._run = run

    def _ours(self, url: str) -> bool:
        if not url.startswith("file://"):
            return False
        path = os.path.realpath(uri_file_path(url))
        return path == os.path.realpath(self._run.params) or below(path, os.path.realpath(self._run.workflow_dir))

    def fetch_text(self, url: str, content_types: list[str] | None = None) -> str:
        if url not in self.cache and not self._ours(url):
            raise ValidationException(f"{url} is not among the files of this workflow")
        return super().fetch_text(url, content_types)

    def check_exists(self, url: str) -> bool:
        if url in self.cache or not url.startswith("file://"):
            return True  # data elsewhere is not ours to probe: TES says if it is missing
        return self._ours(url) and super().check_exists(url)


def workflow_uri(run: Run) -> str:
    """The URL of the document, with its fragment. A folder's name may hold a `#` too."""
    if os.path.exists(run.workflow):
        return file_uri(run.workflow)
    path, _, fragment = run.workflow.rpartition("#")
    return f"{file_uri(path)}#{fragment}" if path else file_uri(run.workflow)
