import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { InvalidAttachment, InvalidRunRequest, RequestTooLarge, WrongContentType } from './errors.ts'
import type { Limits } from './limits.ts'

/** Fields of a run request before their meaning is looked at: text from forms, any JSON value from a JSON body. */
export type RequestFields = Record<string, unknown>
export type AttachmentSink = { write(name: string, content: Readable & { truncated?: boolean }): Promise<void> }

const VALUE_FIELDS = [
  'workflow_params',
  'workflow_type',
  'workflow_type_version',
  'tags',
  'workflow_engine',
  'workflow_engine_version',
  'workflow_engine_parameters',
  'workflow_url',
]
// W4: dialects that clients speak.
const FIELD_ALIASES: Record<string, string> = { workflow_engine_name: 'workflow_engine' }
const ATTACHMENT_FIELDS = ['workflow_attachment', 'workflow_attachment[]', 'workflow_attachments']

const shown = (name: unknown): string => JSON.stringify(typeof name === 'string' ? name.slice(0, 100) : name)

/** The field a name stands for; undefined = ignored. A misspelt `workflow_…` must not vanish (W4). */
const fieldOf = (name: string): string | undefined => {
  const field = FIELD_ALIASES[name] ?? name
  if (VALUE_FIELDS.includes(field)) return field
  if (name.startsWith('workflow_')) {
    throw new InvalidRunRequest(
      `There is no field ${shown(name)}. Known: ${VALUE_FIELDS.join(', ')}, workflow_attachment.`,
    )
  }
  return undefined
}

const createFields = () => {
  const fields: RequestFields = Object.create(null) as RequestFields
  return {
    fields,
    add(name: string, value: unknown): void {
      const field = fieldOf(name)
      if (field === undefined) return
      if (field in fields) throw new InvalidRunRequest(`${field} is given twice; give it once`)
      fields[field] = value
    },
  }
}

/** Reads a form body of POST /runs (W1, W3, W4, W10–W12); JSON bodies are parsed by the kit, see readFields. Attachments go to `sink` while the body arrives. Throws the 4xx errors of errors.ts. */
export const readRunBody = async (
  req: IncomingMessage,
  o: { limits: Limits; sink: AttachmentSink },
): Promise<RequestFields> => {
  const contentType = req.headers['content-type']
  const kind = contentType?.split(';')[0]?.trim().toLowerCase()
  if (kind === 'multipart/form-data') return readForm(req, o)
  if (
    kind === undefined &&
    (req.headers['content-length'] ?? '0') === '0' &&
    req.headers['transfer-encoding'] === undefined
  ) {
    throw new InvalidRunRequest(
      'The request has no body: send workflow_type, workflow_type_version and workflow_url as multipart/form-data or JSON',
    )
  }
  throw new WrongContentType(
    `The content type is ${shown(kind ?? 'not given')}; POST /runs takes multipart/form-data or application/json`,
  )
}

/** The fields of a JSON body (W2). Throws InvalidRunRequest. */
export const readFields = (body: unknown): RequestFields => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidRunRequest('The body must be a JSON object (a RunRequest)')
  const created = createFields()
  const { fields } = created
  for (const [name, value] of Object.entries(body)) {
    if (ATTACHMENT_FIELDS.includes(name))
      throw new InvalidRunRequest(`${name} cannot be sent as JSON: send the request as multipart/form-data`)
    if (value !== null) created.add(name, value)
  }
  return fields
}

/** The stream's text in UTF-8. Throws `tooLarge()`, or InvalidRunRequest when it is no UTF-8. */
const readText = async (stream: Readable, limit: number, tooLarge: () => Error): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (error) {
    throw new InvalidRunRequest('The body is not UTF-8 text', { cause: error })
  }
}

const readForm = (req: IncomingMessage, o: { limits: Limits; sink: AttachmentSink }): Promise<RequestFields> => {
  const { limits, sink } = o
  const created = createFields()
  const { fields } = created
  const fieldLimit = (name: string): number => (name === 'workflow_params' ? limits.paramsBytes : limits.fieldBytes)
  return new Promise((resolve, reject) => {
    let parser: busboy.Busboy
    try {
      parser = busboy({
        headers: req.headers,
        // W10: without these two, folders are cut off and names turn to mojibake. The final name is checked by us.
        preservePath: true,
        defParamCharset: 'utf8',
        limits: {
          fieldNameSize: 256,
          // One byte more than allowed: the parser calls a value that just fits truncated.
          fieldSize: Math.max(limits.paramsBytes, limits.fieldBytes) + 1,
          fileSize: Math.max(limits.attachmentBytes, limits.paramsBytes) + 1,
          // One more than allowed, so that the parser's limit events mean "too many" and never "just enough".
          files: limits.attachments + VALUE_FIELDS.length + 1,
          fields: 257,
          parts: limits.attachments + 258,
        },
      })
    } catch (error) {
      reject(
        new InvalidRunRequest(
          `The multipart body cannot be read: ${error instanceof Error ? error.message : 'bad header'}`,
          { cause: error },
        ),
      )
      return
    }
    let attachments = 0
    let pending = Promise.resolve()
    let failed = false
    const fail = (error: unknown): void => {
      if (failed) return
      failed = true
      req.unpipe(parser)
      req.resume() // the client must be able to finish sending before it reads the refusal
      parser.destroy()
      // The file being written ends first, so that whoever removes the folder finds nobody writing in it.
      void pending
        .catch(() => undefined)
        .then(() => {
          reject(error instanceof Error ? error : new InvalidRunRequest('The multipart body cannot be read'))
        })
    }
    const broken = new WeakSet<object>()
    const tellable = (error: unknown): unknown =>
      error instanceof Error && broken.has(error)
        ? new InvalidRunRequest('The body ended early: the last part of the form is not complete', { cause: error })
        : error
    const failWith = (error: unknown): void => {
      fail(tellable(error))
    }
    const guard = (work: () => void): void => {
      if (failed) return
      try {
        work()
      } catch (error) {
        fail(error)
      }
    }
    parser.on('field', (name: string | null | undefined, value, info) => {
      guard(() => {
        if (name === null || name === undefined || name === '')
          throw new InvalidRunRequest('A part of the form has no name')
        if (info.nameTruncated) throw new InvalidRunRequest('A part of the form has a name of more than 256 bytes')
        if (ATTACHMENT_FIELDS.includes(name)) {
          throw new InvalidAttachment(
            'A workflow_attachment has no filename: send it as a file with its relative path as the filename',
          )
        }
        if (info.valueTruncated || Buffer.byteLength(value) > fieldLimit(name)) {
          throw new RequestTooLarge(`${name} is larger than ${fieldLimit(name)} bytes`)
        }
        created.add(name, value)
      })
    })
    parser.on(
      'file',
      (name: string | null | undefined, content: Readable & { truncated?: boolean }, info: { filename?: string }) => {
        content.on('error', (cause) => {
          broken.add(cause)
          // A writer that gives up (a full disk) breaks the stream, too: then its own error is the reason.
          pending.then(() => {
            fail(tellable(cause))
          }, failWith)
        })
        guard(() => {
          if (name === null || name === undefined || name === '')
            throw new InvalidRunRequest('A part of the form has no name')
          if (ATTACHMENT_FIELDS.includes(name)) {
            attachments += 1
            if (attachments > limits.attachments)
              throw new RequestTooLarge(`There are more than ${limits.attachments} attachments`)
            const filename = info.filename
            if (filename === undefined || filename === '') {
              throw new InvalidAttachment(
                'A workflow_attachment has no filename: send it with its relative path as the filename',
              )
            }
            pending = pending.then(() => sink.write(filename, content))
          } else if (fieldOf(name) !== undefined) {
            // W3: a value that comes as a file part; its text is the value.
            const limit = fieldLimit(name)
            const text = readText(content, limit, () => new RequestTooLarge(`${name} is larger than ${limit} bytes`))
            pending = pending.then(async () => {
              created.add(name, await text)
            })
            text.catch(() => undefined) // reported through `pending`
          } else {
            content.resume()
          }
        })
        if (failed) content.resume()
        pending.catch(failWith)
      },
    )
    parser.on('filesLimit', () => {
      fail(new RequestTooLarge(`There are more than ${limits.attachments} attachments`))
    })
    parser.on('fieldsLimit', () => {
      fail(new RequestTooLarge('The form has more than 256 fields'))
    })
    parser.on('partsLimit', () => {
      fail(new RequestTooLarge('The form has too many parts'))
    })
    parser.on('error', (error: unknown) => {
      fail(
        new InvalidRunRequest(
          `The multipart body cannot be read: ${error instanceof Error ? error.message : 'broken form'}`,
          { cause: error },
        ),
      )
    })
    req.on('error', fail)
    req.on('aborted', () => {
      fail(new InvalidRunRequest('The body ended early'))
    })
    parser.on('close', () => {
      if (failed) return
      pending.then(() => {
        resolve(fields)
      }, failWith)
    })
    req.pipe(parser)
  })
}
