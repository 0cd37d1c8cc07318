import { z } from 'zod'

const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback)
const MiB = 1024 * 1024

/** wes.md §11. Over a limit: 413 for bytes and multipart counts, 400 for other counts. Unknown size never means unlimited. */
export const limitsSchema = z.object({
  paramsBytes: count(16 * MiB).describe('Bytes of workflow_params, and of a JSON request body, at most'),
  fieldBytes: count(MiB).describe('Bytes of any other form field, at most'),
  attachments: count(1000).describe('Attached files of a run, at most'),
  attachmentBytes: count(64 * MiB).describe('Bytes of one attachment, at most'),
  attachmentsBytes: count(256 * MiB).describe('Bytes of all attachments of a run together, at most'),
  treeFiles: count(5000).describe('Files fetched for one workflow URL, at most'),
  treeBytes: count(256 * MiB).describe('Bytes fetched for one workflow URL, at most'),
  tags: count(64).describe('Tags of a run, at most'),
  tagKey: count(128).describe('Characters of a tag name, at most'),
  tagValue: count(1024).describe('Characters of a tag value, at most'),
  workflowUrl: count(4096).describe('Characters of workflow_url, at most'),
  drsIds: count(10_000).describe('Different drs:// inputs of a run, at most'),
  pageDefault: count(100).describe('Items of a list page when the client names no page_size'),
  pageMax: count(1000).describe('Items of a list page at most; a larger page_size is served as this'),
  logBytes: count(1024 * MiB).describe('Bytes kept of each log stream of a run; then its head and its tail'),
  runSeconds: count(30 * 24 * 3600).describe('Seconds a run may take; then it is stopped'),
  fetchSeconds: count(30).describe('Seconds for one fetched workflow file'),
  cancelGraceSeconds: count(15).describe('Seconds between TERM and KILL when a run is cancelled'),
  cancelDeadlineSeconds: count(60).describe('Seconds after which a cancel that is not through says what is left'),
  abandonedSeconds: count(120).describe(
    'Seconds after which an engine is stopped that waits for tasks cancelled by others',
  ),
  headRestarts: z.coerce.number().int().min(0).default(2).describe('Times a lost head is started again'),
  liveTasks: count(5000).describe('Live tasks of one run, at most'),
  heads: count(10).describe('Heads that run at once, at most; further runs stay QUEUED'),
  queuedRuns: count(10_000).describe('Runs of one person that may wait; then 429'),
})
export type Limits = z.output<typeof limitsSchema>
