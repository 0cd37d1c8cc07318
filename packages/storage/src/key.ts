import { Forbidden } from './errors.ts'

const MAX_NAME_BYTES = 255 // NAME_MAX of the file systems in use
const MAX_PATH_BYTES = 4096

/**
 * A relative path as its names: `a/b c` → `['a', 'b c']`. Throws Forbidden for an absolute path, for empty, `.` and `..`
 * names, a NUL and names that are too long: nothing is normalised, since two spellings of one file would be two keys.
 */
export const segmentsOf = (relativePath: string): string[] => {
  const segments = relativePath.split('/')
  if (Buffer.byteLength(relativePath) > MAX_PATH_BYTES) {
    throw new Forbidden(`a path is at most ${MAX_PATH_BYTES} bytes long`, { code: 'path_refused' })
  }
  for (const name of segments) checkName(name)
  return segments
}

export const checkName = (name: string): void => {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new Forbidden(
      'a path is relative, and its parts are not empty, "." or "..", and hold no NUL: write it plainly, as folder/file',
      { code: 'path_refused' },
    )
  }
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new Forbidden(`a name in a path is at most ${MAX_NAME_BYTES} bytes long`, { code: 'path_refused' })
  }
}

/** A key as the path of a URL. */
export const encodeKey = (key: string): string => segmentsOf(key).map(encodeURIComponent).join('/')

/** The path of a URL as a key: each part is decoded once; a part that then holds a slash or is `..` is refused. */
export const decodeKey = (path: string): string => {
  const segments = path.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch (cause) {
      throw new Forbidden('a part of the URL is not valid percent-encoding', { cause, code: 'path_refused' })
    }
  })
  segments.forEach(checkName)
  return segments.join('/')
}
