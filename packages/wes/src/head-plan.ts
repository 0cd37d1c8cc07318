import { dirname, join } from 'node:path'
import type { RunRow, RunTree } from './db/run-rows.ts'
import type { Engine } from './engines/engine.ts'
import type { HeadConfig } from './head/head-files.ts'
import { writeConfig } from './head-disk.ts'
import type { Limits } from './limits.ts'
import type { Owner } from './ownership.ts'
import type { RunFolder } from './run-folder.ts'
import type { Source, WorkflowSource } from './sources/source.ts'
import { readWorkflowUrl } from './sources/workflow-url.ts'

const REPORT_SECONDS = 20

export type HeadPlanner = ReturnType<typeof createHeadPlanner>

export const createHeadPlanner = (d: {
  engineOf(name: string): Promise<Engine>
  sourceOf(kind: WorkflowSource['kind']): Promise<Source>
  mayFetch: (url: URL) => boolean
  limits: Limits
  pythonPath: string
  /** Folders for the engine's PATH. */
  path: readonly string[]
  tes: string
  reportsUrl(runId: string): string
}) => {
  const fetchTree = async (run: RunRow, folder: RunFolder, engine: Engine, signal: AbortSignal): Promise<RunTree> => {
    const { attachments } = run.work
    const source = readWorkflowUrl(run.request.workflow_url, {
      attachments: attachments.map(({ name }) => name),
      multipart: true,
      mayFetch: d.mayFetch,
    })
    const from = await d.sourceOf(source.kind)
    const { primary, fragment } = await from.fetch({ source, engine, folder: folder.workflow, attachments, signal })
    return { primary, ...(fragment === undefined ? {} : { fragment }) }
  }

  return {
    /** Brings the workflow's files. A head that is started again gets the very files of the first: this is done once. Throws RunFault, SystemFault. */
    async tree(run: RunRow, folder: RunFolder, signal: AbortSignal): Promise<RunTree> {
      return run.work.tree ?? fetchTree(run, folder, await d.engineOf(run.engine), signal)
    },
    /** Asks the engine's adapter for its plan and writes `job/run.json`. May be repeated. */
    async plan(
      run: RunRow,
      folder: RunFolder,
      o: { tree: RunTree; attempt: number; owner: Owner | undefined },
    ): Promise<{ argv: readonly string[] }> {
      const { tree, attempt, owner } = o
      const engine = await d.engineOf(run.engine)
      const { install } = run.work
      const plan = engine.plan({
        runId: run.run_id,
        type: engine.types.find((type) => type === run.work.type) ?? 'CWL',
        workflow: join(folder.workflow, tree.primary),
        ...(tree.fragment === undefined ? {} : { fragment: tree.fragment }),
        folders: { workflow: folder.workflow, job: folder.job, work: folder.work },
        urls: { workflow: folder.url('workflow'), work: folder.url('work') },
        params: run.work.engineParams,
        objects: run.work.objects,
        parameters: {
          ...run.work.parameters,
          max_tasks: Math.min(d.limits.liveTasks, Number(run.work.parameters['max_tasks'] ?? d.limits.liveTasks)),
        },
        install,
        pythonPath: d.pythonPath,
        path: [dirname(install.program), ...d.path].filter(
          (entry, index, all) => entry !== '.' && all.indexOf(entry) === index,
        ),
      })
      const config: HeadConfig = {
        version: 1,
        runId: run.run_id,
        attempt,
        engine: run.engine,
        plan,
        tes: d.tes.replace(/\/+$/u, ''),
        reports: d.reportsUrl(run.run_id),
        folders: { job: folder.job, logs: folder.logs },
        limits: {
          logBytes: d.limits.logBytes,
          graceSeconds: d.limits.cancelGraceSeconds,
          reportSeconds: REPORT_SECONDS,
        },
        deadline: run.work.deadline,
      }
      await writeConfig(folder, config, owner)
      return { argv: plan.argv }
    },
  }
}
