import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { AuthError } from './errors.ts'

/** An ES256 key of ours: signs tickets, local tokens or client assertions. The private half never leaves it. */
export type SigningKey = {
  readonly kid: string
  readonly publicJwk: JWK
  sign(header: Readonly<Record<string, unknown>>, payload: Readonly<Record<string, unknown>>): Promise<string>
}

/** By shape: an error of Node itself is not always an instance of this realm's Error. */
export const isErrno = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code

/**
 * The content of a secret file, made when there is none. The content is complete before the name exists (write aside, then `link`,
 * which fails if the name is taken): of several processes exactly one makes it and the others read the same bytes.
 */
export const openSecretFile = async (file: string, make: () => Promise<string> | string): Promise<string> => {
  const read = async (): Promise<string | undefined> => {
    try {
      const { mode } = await stat(file)
      if ((mode & 0o077) !== 0)
        throw new AuthError(
          'key_file_invalid',
          `${file} holds a secret, but others may read it: chmod 600 it, or remove it to have a new one made`,
          { status: 500 },
        )
      return await readFile(file, 'utf8')
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined
      throw error
    }
  }
  const there = await read()
  if (there !== undefined) return there
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(aside, 'wx', 0o600)
  try {
    await handle.writeFile(await make())
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(aside, file)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  } finally {
    await unlink(aside)
  }
  return readFile(file, 'utf8')
}

const makeKey = async (): Promise<string> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return `${JSON.stringify(await exportJWK(privateKey))}\n`
}

const parseKey = (text: string, file: string): JWK => {
  try {
    const jwk = JSON.parse(text) as JWK
    if (jwk.kty === 'EC' && jwk.crv === 'P-256' && typeof jwk.d === 'string') return jwk
  } catch {
    // falls through to the one message: what is wrong inside a key file is not told
  }
  throw new AuthError('key_file_invalid', `${file} is not a private P-256 JWK: remove it to have a new one made`, {
    status: 500,
  })
}

/** Opens the private key file (mode 0600), making it by exclusive create when there is none: of several processes exactly one makes it. */
export const openSigningKey = async (file: string): Promise<SigningKey> => {
  const jwk = parseKey(await openSecretFile(file, makeKey), file)
  const key = await importJWK(jwk, 'ES256')
  const kid = await calculateJwkThumbprint(jwk)
  const { crv, x, y } = jwk
  return {
    kid,
    publicJwk: {
      kty: 'EC',
      ...(crv ? { crv } : {}),
      ...(x ? { x } : {}),
      ...(y ? { y } : {}),
      kid,
      alg: 'ES256',
      use: 'sig',
    },
    sign: (header, payload) => new SignJWT(payload).setProtectedHeader({ ...header, alg: 'ES256', kid }).sign(key),
  }
}

/** The 32-byte key of pairwise ids (mode 0600), made like `openSigningKey`. */
export const openSiteKey = async (file: string): Promise<Buffer> => {
  const key = Buffer.from(await openSecretFile(file, () => randomBytes(32).toString('base64url')), 'base64url')
  if (key.length !== 32)
    throw new AuthError('key_file_invalid', `${file} is not a site key of 32 bytes: remove it to have a new one made`, {
      status: 500,
    })
  return key
}
