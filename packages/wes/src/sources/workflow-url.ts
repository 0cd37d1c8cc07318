import { AccessRefused, InvalidRunRequest } from '../errors.ts'
import { schemeOf } from '../params.ts'
import type { WorkflowSource } from './source.ts'

const decodeOnce = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const split = (url: string): { base: string; fragment?: string } => {
  const hash = url.indexOf('#')
  if (hash < 0) return { base: url }
  const fragment = decodeOnce(url.slice(hash + 1))
  if (fragment === undefined)
    throw new InvalidRunRequest('workflow_url has a fragment that is not valid percent-encoding')
  return fragment === '' ? { base: url.slice(0, hash) } : { base: url.slice(0, hash), fragment }
}

/**
 * What a workflow_url means (wes.md 1.4, W17). `fetchable` tells whether the guard lets this origin be asked.
 * Throws InvalidRunRequest, AccessRefused.
 */
export const readWorkflowUrl = (
  url: string,
  o: { attachments: readonly string[]; multipart: boolean; mayFetch: (url: URL) => boolean },
): WorkflowSource => {
  const scheme = schemeOf(url)
  const { base, fragment } = split(url)
  const withFragment = fragment === undefined ? {} : { fragment }
  if (scheme === undefined) {
    if (url.startsWith('/') || url.startsWith('\\')) {
      throw new InvalidRunRequest(
        'workflow_url is an absolute path: files of this server are never opened. Attach the workflow, or give an https URL',
      )
    }
    if (!o.multipart)
      throw new InvalidRunRequest(
        'workflow_url is relative, and a JSON body has no attachments: send multipart/form-data with the file attached, or give an https URL',
      )
    const decoded = decodeOnce(base)
    // As sent, then percent-decoded once.
    const name =
      o.attachments.find((attachment) => attachment === base) ??
      o.attachments.find((attachment) => attachment === decoded)
    if (name === undefined) {
      const known = o.attachments.slice(0, 20).join(', ')
      throw new InvalidRunRequest(
        `workflow_url ${JSON.stringify(base)} is not the name of an attachment; attached: ${known === '' ? 'nothing' : known}`,
      )
    }
    return { kind: 'attachment', name, ...withFragment }
  }
  if (scheme === 'trs' || scheme === 'git')
    throw new InvalidRunRequest(
      `workflow_url has the scheme ${scheme}, which this server does not fetch; attach the workflow, or give an https URL`,
    )
  if (scheme !== 'https' && scheme !== 'http') {
    const why = scheme === 'file' ? ': files of this server are never opened' : ''
    throw new InvalidRunRequest(
      `workflow_url has the scheme ${scheme}${why}; allowed are the name of an attachment and https URLs`,
    )
  }
  const parsed = URL.canParse(base) ? new URL(base) : undefined
  if (parsed === undefined || /[\s\\]/u.test(base)) throw new InvalidRunRequest('workflow_url is not a valid URL')
  if (parsed.username !== '' || parsed.password !== '')
    throw new InvalidRunRequest('workflow_url holds a user name: credentials in URLs are refused')
  if (!o.mayFetch(parsed)) {
    if (scheme === 'http')
      throw new InvalidRunRequest(
        'workflow_url has the scheme http; allowed are the name of an attachment and https URLs',
      )
    throw new AccessRefused(
      `workflow_url names ${parsed.host}, and this server does not fetch workflows from there (setting outbound.workflow-url)`,
    )
  }
  return { kind: 'https', url: parsed.href, ...withFragment }
}
