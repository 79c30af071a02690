import { BlockList, isIP } from 'node:net'

/** Addresses that are nobody's in particular on the internet: https://www.iana.org/assignments/iana-ipv4-special-registry and its sister for IPv6. */
const LOCAL = addressList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
])

/** Whether an address is one of a list's. */
export type AddressList = (address: string) => boolean

/** Of addresses and networks: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`. Each must be one: see `isNetwork`. */
export function addressList(networks: readonly string[]): AddressList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', length] = network.split('/')
    const family = familyOf(address)
    if (length === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(length), family)
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address))
}

/**
 * The address a request comes from, as text without a zone and never IPv4 in IPv6's clothes; null where nobody knows. What `X-Forwarded-For` says counts only as far as proxies
 * that are trusted have written it: from its end up to the first address that is not one of theirs.
 */
export function clientAddress(peer: string | null, forwardedFor: string | null, isProxy: AddressList): string | null {
  const steps = [...(forwardedFor ?? '').split(',').map((step) => step.trim()), peer ?? ''].map(plainAddress)
  let client: string | null = null
  for (const step of steps.toReversed()) {
    if (step === null) break
    client = step
    if (!isProxy(step)) break
  }
  return client
}

/** The network that an address is in, as far as one visitor can be told from others: /24 for IPv4, /48 for IPv6. Null for an address of a private network or this computer. */
export function networkOf(address: string): string | null {
  if (LOCAL(address)) return null
  if (isIP(address) === 4) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  return `${groupsOf(address).slice(0, 3).join(':')}::/48`
}

function plainAddress(text: string): string | null {
  // A port, as some proxies write it: 192.0.2.1:4711, [2001:db8::1]:4711.
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const [address = ''] = bare.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  return isIP(mapped) === 0 ? null : mapped.toLowerCase()
}

/** The eight groups of an IPv6 address without leading zeros; of one that ends as IPv4 the first six. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array.from({ length: missing }, () => '0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
