"""cwltool as a workflow engine of biocloud: every CommandLineTool runs as a GA4GH TES task."""
