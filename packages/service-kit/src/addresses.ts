import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Cidr = readonly [Address, number]

/** Reachable only where an entry names them: a hospital's own network, this machine. */
const NAMEABLE = new Set(['private', 'uniqueLocal', 'carrierGradeNat', 'loopback'])

// Metadata services that do not lie in link-local: Alibaba, AWS over IPv6, Azure's wire server, Oracle. Never reachable.
const METADATA = ['100.100.100.200', 'fd00:ec2::254', '168.63.129.16', '192.0.0.192'].map((text) => ipaddr.parse(text))

/** RFC 4291 §2.4, IANA: all global unicast of IPv6. What lies outside (`::7f00:1`, site-local, local NAT64) leads elsewhere. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
/** RFC 9637: documentation, not known to ipaddr.js as such. */
const DOCUMENTATION_IPV6 = ipaddr.parseCIDR('3fff::/20')

/** Throws where the text is neither an address nor a CIDR. */
export const parseCidr = (text: string): Cidr => {
  const [network = '', bits, ...more] = text.split('/')
  const width = isIP(network) === 6 ? 128 : 32
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (isIP(network) === 0 || length < 0 || length > width || more.length > 0) {
    throw new TypeError(`${text} is no CIDR; write for example 10.1.0.0/16 or fd12::/16`)
  }
  return [ipaddr.parse(network), length]
}

const same = (a: Address, b: Address): boolean =>
  a.kind() === b.kind() && a.toNormalizedString() === b.toNormalizedString()

const inside = (address: Address, [network, bits]: Cidr): boolean =>
  address.kind() === network.kind() && address.match([network, bits] as never)

/** What the caller of {@link refusalOf} allows beyond public addresses. */
export type Allowance = {
  /** When given, an address must lie in one of them. */
  cidrs?: readonly Cidr[]
  /** Loopback, private, ULA and CGNAT without being named: for our own servers at exact origins. */
  nameable?: boolean
}

/**
 * Why an address may not be connected to; undefined when it may. Public unicast only, unless allowed; never link-local,
 * metadata, unspecified, multicast, v4-mapped, v4-compatible, NAT64, 6to4, Teredo or reserved ones, listed or not.
 */
export const refusalOf = (text: string, { cidrs, nameable = false }: Allowance): string | undefined => {
  // isIP is strict: ipaddr.js would read 127.1 and octal forms
  if (isIP(text) === 0 || text.includes('%')) return 'is not an address'
  const address = ipaddr.parse(text)
  if (METADATA.some((known) => same(address, known))) return 'is a metadata service'
  const range = address.range()
  if (range !== 'unicast' && !NAMEABLE.has(range)) return `is ${range}`
  if (range === 'unicast' && address.kind() === 'ipv6')
    if (!inside(address, GLOBAL_IPV6) || inside(address, DOCUMENTATION_IPV6)) return 'is not globally routed'
  if (cidrs !== undefined)
    return cidrs.some((cidr) => inside(address, cidr)) ? undefined : 'lies outside the addresses of its entry'
  return range === 'unicast' || nameable ? undefined : `is ${range}`
}
