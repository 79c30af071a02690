import { decimalsOf } from '../../content/money.ts'

// https://docs.stripe.com/currencies#zero-decimal and #three-decimal
const NONE = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ')
const THREE = 'BHD JOD KWD OMR TND'.split(' ')

/** An amount in the units that Stripe reckons in, which differ from the currency's own for some: HUF has no decimals here and two there. */
export function stripeMinor(minor: number, currency: string): number {
  const decimals = NONE.includes(currency) ? 0 : THREE.includes(currency) ? 3 : 2
  return Math.round(minor * 10 ** (decimals - decimalsOf(currency)))
}
