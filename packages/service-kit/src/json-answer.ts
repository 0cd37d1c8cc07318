import type { Response } from 'express'

/**
 * Answers 200 with a JSON text that is at hand, for example kept from the last time; `value` is what it says. Where
 * answers are checked against the document, the check has put its own `json` on the response, and reads the value.
 */
export const sendJson = (res: Response, value: unknown, text: string): void => {
  if (Object.hasOwn(res, 'json')) {
    res.json(value)
    return
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}
