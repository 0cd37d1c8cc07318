import { isIPv4, isIPv6 } from 'node:net'
import { CliError, EXIT, usage } from './errors.ts'

export type ListenAddress = { host: string; port: number }

export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))

/** `HOST:PORT`, `[::1]:PORT` or `PORT`. Port 0 lets the system choose. Loopback only, and it says why. */
export const parseListen = (text: string): ListenAddress => {
  const match = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw usage(`--listen ${text}: expected HOST:PORT, for example 127.0.0.1:4500`)
  const host = (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, '')
  if (host.includes(':') && !isIPv6(host)) throw usage(`--listen ${text}: ${host} is no IPv6 address`)
  if (!isLoopbackHost(host)) {
    throw new CliError(
      `--listen ${text} is refused: biocloud up has demo users whose tokens are handed out without a password, and it speaks plain http`,
      {
        exitCode: EXIT.refused,
        hint: 'Listen on a loopback address such as 127.0.0.1:4500. To serve others, run the three servers with your own OIDC issuer behind https.',
      },
    )
  }
  return { host, port }
}

export const urlOf = ({ host, port }: ListenAddress): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
