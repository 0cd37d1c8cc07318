import { randomFillSync } from 'node:crypto'
import { systemClock, type Clock } from './clock.ts'

// Crockford's alphabet in lower case: no i, l, o, u; its ASCII order is its numeric order, so ids sort by time.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const RANDOM_LENGTH = 16

// Random bytes are drawn for many ids at once: a draw costs more than all the rest of an id.
const POOL = 4096

const encodeTime = (ms: number): string => {
  let text = ''
  let rest = ms
  for (let i = 0; i < TIME_LENGTH; i++) {
    text = ALPHABET.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

const encodeDigits = (digits: Uint8Array): string => {
  let text = ''
  for (const digit of digits) text += ALPHABET.charAt(digit & 31)
  return text
}

/** Adds one to the base-32 digits. False when they overflow. */
const increment = (digits: Uint8Array): boolean => {
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = ((digits[i] ?? 0) & 31) + 1
    digits[i] = digit & 31
    if (digit < 32) return true
  }
  return false
}

/**
 * A maker of ids: 26 lower-case base32 characters, 48 bits of milliseconds before 80 random bits. Safe in a URL, a
 * Pod name, a label and a queue job id. Strictly ascending within one factory, also when the clock stands or goes back.
 */
export const createIdFactory = (clock: Clock = systemClock): (() => string) => {
  let last = -1
  let time = ''
  const digits = new Uint8Array(RANDOM_LENGTH)
  const pool = new Uint8Array(POOL)
  let used = POOL
  const draw = (): void => {
    if (used === POOL) {
      randomFillSync(pool)
      used = 0
    }
    digits.set(pool.subarray(used, used + RANDOM_LENGTH))
    used += RANDOM_LENGTH
    time = encodeTime(last)
  }
  return () => {
    const now = clock.now().getTime()
    if (now > last) {
      last = now
      draw()
    } else if (!increment(digits)) {
      last += 1
      draw()
    }
    return time + encodeDigits(digits)
  }
}

/** One id, as {@link createIdFactory} makes them; ids of the same millisecond are in no order. */
export const newId = (clock: Clock = systemClock): string =>
  encodeTime(clock.now().getTime()) + encodeDigits(randomFillSync(new Uint8Array(RANDOM_LENGTH)))

/** Whether a text has the form of our ids. */
export const isId = (text: string): boolean => /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text)
