import { RunFault } from '../errors.ts'
import type { Source } from './source.ts'

/** The files are in place: they came with the request. */
export const create = (): Source => ({
  async fetch({ source, attachments }) {
    if (source.kind !== 'attachment' || !attachments.some(({ name }) => name === source.name))
      throw new RunFault('The workflow is not among the attachments')
    return { primary: source.name, ...(source.fragment === undefined ? {} : { fragment: source.fragment }), files: [] }
  },
})
