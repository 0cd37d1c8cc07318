import { describe, expect, it } from '@jest/globals'
import { CliError, EXIT, explain, redact } from './errors.ts'

const answered = (status: number, msg: string, body?: unknown): Error =>
  Object.assign(new Error(`GetObject: ${status} ${msg}`), { status, msg, body })

describe('explain', () => {
  it.each([
    [400, EXIT.failure],
    [401, EXIT.refused],
    [403, EXIT.refused],
    [404, EXIT.notFound],
    [409, EXIT.failure],
    [410, EXIT.notFound],
    [429, EXIT.unavailable],
    [500, EXIT.failure],
    [503, EXIT.unavailable],
  ])('HTTP %i ends with exit code %i and the words of the server', (status, code) => {
    const { lines, exitCode } = explain(answered(status, 'so it is'))
    expect([exitCode, lines[0]]).toEqual([code, `so it is (HTTP ${status})`])
  })

  it('names the visas that would open an object', () => {
    const required = [
      {
        object: 'drs://localhost/a',
        dataset: 'demo-cohort',
        visas: [{ type: 'ControlledAccessGrants', issuers: ['http://127.0.0.1:4500'] }],
      },
    ]
    expect(explain(answered(403, 'no', { required })).lines).toContain(
      '  needs: a visa of type ControlledAccessGrants from http://127.0.0.1:4500 (drs://localhost/a, dataset demo-cohort)',
    )
    expect(explain(answered(403, 'no', { required: [{ dataset: 'd', type: 'ResearcherStatus' }] })).lines[1]).toBe(
      '  needs: a visa of type ResearcherStatus (dataset d)',
    )
    expect(explain(answered(403, 'no', { required: ['odd', null, {}] })).lines).toHaveLength(4)
  })

  it('an own error carries its hint and exit code', () => {
    expect(explain(new CliError('wrong', { exitCode: EXIT.usage, hint: 'do this' }))).toEqual({
      lines: ['wrong', 'do this'],
      exitCode: EXIT.usage,
    })
  })

  it('anything else is a failure with its message', () => {
    expect(explain(new Error('ENOSPC: no space left on device'))).toEqual({
      lines: ['ENOSPC: no space left on device'],
      exitCode: EXIT.failure,
    })
    expect(explain('text')).toMatchObject({ exitCode: EXIT.failure })
  })
})

describe('redact', () => {
  const secret = 'c2VjcmV0'
  it.each([
    `Bearer eyJhbGciOiJFUzI1NiJ9.${secret}.${secret}`,
    `http://127.0.0.1:4500/data/${secret}?x=1`,
    `https://s3/x?X-Amz-Signature=${secret}&y=1`,
    `https://blob/x?sv=1&sig=${secret}`,
    `https://swift/x?temp_url_sig=${secret}`,
    `https://user:${secret}@host/x`,
    `token rt_${secret} is dead`,
  ])('%s loses its secret', (text) => {
    expect(redact(text)).not.toContain(secret)
    expect(redact(text)).toContain('[redacted]')
  })
  it('leaves other text as it is', () => {
    for (const text of ['/data', 'drs://localhost/01abc', 'https://h/a?b=c']) expect(redact(text)).toBe(text)
  })
})
