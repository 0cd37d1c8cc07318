/** What a formatter sees of an error: only what may be shown. */
export type PublicError = { status: number; code: string; msg: string; required?: unknown[] }
export type ErrorFormatter = (e: PublicError) => Record<string, unknown>

/** DRS 1.5, Error: `msg` and `status_code`; `code` and `required` are ours. */
export const drsError: ErrorFormatter = ({ status, code, msg, required }) =>
  required === undefined ? { msg, status_code: status, code } : { msg, status_code: status, code, required }

/** WES 1.1, ErrorResponse: exactly `msg` and `status_code`: strict clients refuse a further member. */
export const wesError: ErrorFormatter = ({ status, msg }) => ({ msg, status_code: status })

/** TES 1.1 declares no error body (spec issue 165): the shape of its sister standards, with our stable code. */
export const tesError: ErrorFormatter = ({ status, code, msg, required }) =>
  required === undefined ? { msg, status_code: status, code } : { msg, status_code: status, code, required }
