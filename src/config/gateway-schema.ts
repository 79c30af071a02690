import { isIP } from 'node:net'
import * as v from 'valibot'

const WRITTEN = 'write a whole number above 0, or `unlimited`.'
const most = v.union(
  [
    v.pipe(
      v.literal('unlimited'),
      v.transform(() => null),
    ),
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  ],
  WRITTEN,
)

const network = v.pipe(
  v.string(),
  v.check(isNetwork, 'name a proxy by its address or network, such as `192.0.2.7` or `10.0.0.0/8`.'),
)

function isNetwork(text: string): boolean {
  const [address = '', length = '0', ...rest] = text.split('/')
  const family = isIP(address)
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128)
}

/** The key `gateway` of site.yaml. */
export const gatewaySchema = v.object({
  writesPerHour: v.optional(most, 2000),
  writesPerNetwork: v.optional(most, 60),
  wakesPerHour: v.optional(most, 240),
  wakesPerDay: v.optional(most, 2000),
  trustedProxies: v.optional(v.array(network), []),
})

export const GATEWAY_KEYS: Readonly<Record<string, readonly string[]>> = {
  gateway: ['writesPerHour', 'writesPerNetwork', 'wakesPerHour', 'wakesPerDay', 'trustedProxies'],
}
