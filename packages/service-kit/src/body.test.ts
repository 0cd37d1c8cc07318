import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { boundedBody, parseJsonBody } from './body.ts'
import { findJsonError } from './json-position.ts'

const message = (): IncomingMessage & PassThrough => Object.assign(new PassThrough(), { headers: {} }) as never

describe('boundedBody', () => {
  it('gives exactly `limit` bytes and refuses one more', async () => {
    const fits = message()
    fits.end('12345')
    expect((await boundedBody(fits, 5)).toString()).toBe('12345')
    const over = message()
    over.end('123456')
    await expect(boundedBody(over, 5)).rejects.toMatchObject({ status: 413, code: 'payload_too_large' })
  })

  it('refuses a body that dribbles', async () => {
    await expect(boundedBody(message(), 5, { timeoutMs: 20 })).rejects.toMatchObject({
      status: 400,
      code: 'body_too_slow',
    })
  })

  it('tells a broken connection from an end', async () => {
    const stream = message()
    stream.write('1')
    const body = boundedBody(stream, 5)
    stream.destroy()
    await expect(body).rejects.toMatchObject({ code: 'client_closed' })
  })
})

describe('findJsonError', () => {
  const at = (text: string) => {
    const { position, line, column, reason } = findJsonError(text)
    return `${position} ${line}:${column} ${reason}`
  }

  it('names place and reason', () => {
    expect(at('')).toBe('0 1:1 expected a value, the text ends')
    expect(at('{"a":1,\n "b" 2}')).toBe('13 2:6 expected ":", found "2"')
    expect(at('{"a":1,}')).toBe('7 1:8 expected a name in double quotes, found "}"')
    expect(at("{'a':1}")).toBe('1 1:2 expected a name in double quotes, found "\'"')
    expect(at('[1 2]')).toBe('3 1:4 expected "," or "]", found "2"')
    expect(at('{"a":1')).toBe('6 1:7 expected "," or "}", the text ends')
    expect(at('{} x')).toBe('3 1:4 expected the end, found "x"')
    expect(at('[01]')).toBe('2 1:3 expected "," or "]", found "1"')
    expect(at('["a\nb"]')).toMatch(/^1 1:2 a string that does not end/)
    expect(at('[nul]')).toBe('1 1:2 expected a value, found "n"')
  })

  it('finds an error inside the text exactly when JSON.parse does', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '1',
      '-',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '"',
      '\\',
      '1e5',
      '.',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        const { position, reason } = findJsonError(text)
        // On valid JSON it runs to the end and finds nothing more to expect.
        return valid
          ? position === text.length && reason.startsWith('expected the end')
          : !(position === text.length && reason.startsWith('expected the end'))
      }),
      { numRuns: 5000 },
    )
  })

  it('survives a million brackets', () => {
    expect(findJsonError('['.repeat(1_000_000)).position).toBe(1_000_000)
  })
})

describe('parseJsonBody', () => {
  it('counts brackets in strings as text', () => {
    expect(parseJsonBody(Buffer.from(JSON.stringify({ a: '[{\\"'.repeat(200) })))).toEqual({ a: '[{\\"'.repeat(200) })
  })

  it('takes 100 levels and refuses 101', () => {
    expect(parseJsonBody(Buffer.from('['.repeat(100) + ']'.repeat(100)))).toBeInstanceOf(Array)
    expect(() => parseJsonBody(Buffer.from('['.repeat(101)))).toThrow('deeper than 100 levels')
  })
})
