import { expect, test } from 'vitest'
import { addressList, clientAddress, networkOf } from '../../src/gateway/client-address.ts'

const NOBODY = addressList([])
const PROXIES = addressList(['10.0.0.0/8', '2001:db8:ff::/48', '192.0.2.1'])

test.each([
  ['the peer’s, whatever a visitor claims', '203.0.113.9', '198.51.100.1', NOBODY, '203.0.113.9'],
  ['a proxy’s own where none is trusted', '10.0.0.1', '198.51.100.1', NOBODY, '10.0.0.1'],
  ['what a trusted proxy says', '10.0.0.1', '198.51.100.1', PROXIES, '198.51.100.1'],
  ['the last one that no trusted proxy has', '10.0.0.1', '1.2.3.4, 198.51.100.1, 192.0.2.1', PROXIES, '198.51.100.1'],
  ['the trusted proxy’s where it says nothing', '10.0.0.1', null, PROXIES, '10.0.0.1'],
  ['the nearest one known before what is no address', '10.0.0.1', '198.51.100.1, unknown', PROXIES, '10.0.0.1'],
  ['IPv4 taken out of IPv6’s clothes', '::ffff:203.0.113.9', null, NOBODY, '203.0.113.9'],
  ['a proxy’s in such clothes', '::ffff:10.0.0.1', '198.51.100.1:4711', PROXIES, '198.51.100.1'],
  ['IPv6 with its port', '10.0.0.1', '[2001:db8:1::7]:4711', PROXIES, '2001:db8:1::7'],
  ['nobody’s', null, '198.51.100.1', PROXIES, null],
])('The client’s address is %s', (_name, peer, forwardedFor, proxies, expected) => {
  expect(clientAddress(peer, forwardedFor, proxies)).toBe(expected)
})

test.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['203.0.113.200', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:0db8:0001::6', '2001:db8:1::/48'],
  ['2001:db8::6', '2001:db8:0::/48'],
  ['::ffff:0:1.2.3.4', '0:0:0::/48'],
])('%s is in the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '172.20.0.1', '169.254.0.1', '100.64.0.1', '::1', 'fd00::1', 'fe80::1'])(
  '%s is in nobody’s network: behind a proxy that is not named everybody has it',
  (address) => {
    expect(networkOf(address)).toBeNull()
  },
)
