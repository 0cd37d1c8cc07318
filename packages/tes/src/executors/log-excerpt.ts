import type { FileHandle } from 'node:fs/promises'

/** Not in the middle of a character: UTF-8 continuation bytes are 10xxxxxx. */
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Head and tail of a file, each at most `bytes`, cut on a character boundary, the gap marked (tes.md 1.6.6). */
export const excerpt = async (handle: FileHandle, bytes: number): Promise<string> => {
  const { size } = await handle.stat()
  if (size <= 2 * bytes) return (await read(handle, 0, size)).toString('utf8')
  const head = await read(handle, 0, bytes + 1)
  let end = Math.min(bytes, head.length)
  while (end > 0 && isContinuation(head[end])) end -= 1
  const tail = await read(handle, size - bytes, bytes)
  let start = 0
  while (start < 4 && isContinuation(tail[start])) start += 1
  const left = size - end - (tail.length - start)
  return `${head.subarray(0, end).toString('utf8')}\n[… ${left} bytes left out …]\n${tail.subarray(start).toString('utf8')}`
}

const read = async (handle: FileHandle, from: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, from + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}
