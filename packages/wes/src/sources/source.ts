import type { Engine } from '../engines/engine.ts'
import type { StoredFile } from '../attachments.ts'

/** A workflow URL that was understood at submit. Kept nowhere: it is read again from the request. */
export type WorkflowSource =
  { kind: 'attachment'; name: string; fragment?: string } | { kind: 'https'; url: string; fragment?: string }

/** The primary file and every file that came with it. */
export type FetchedTree = { primary: string; fragment?: string; files: StoredFile[] }

export type FetchRequest = {
  source: WorkflowSource
  engine: Engine
  /** The run's `workflow/` folder; attachments lie in it already. */
  folder: string
  attachments: readonly StoredFile[]
  signal: AbortSignal
}

/** Brings a workflow's files into the run's folder. Throws RunFault (the author's) or SystemFault (the network, this server). */
export type Source = { fetch(request: FetchRequest): Promise<FetchedTree> }
