const decimals = new Map<string, number>()

/** The digits after the point in a currency's amounts: EUR 2, JPY 0, KWD 3. Throws a RangeError for what is no currency code. */
export function decimalsOf(currency: string): number {
  const known = decimals.get(currency)
  if (known !== undefined) return known
  const found = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  decimals.set(currency, found)
  return found
}

/** A written price as a whole number of the currency's smallest units: 12.5 EUR → 1250. Null for one with more decimals than the currency has, or none at all. */
export function minorOf(price: number | string, currency: string): number | null {
  const [, whole = '', rest = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(price)) ?? []
  const digits = decimalsOf(currency)
  if (whole === '' || !/^0*$/.test(rest.slice(digits))) return null
  const minor = Number(whole + rest.slice(0, digits).padEnd(digits, '0'))
  return Number.isSafeInteger(minor) ? minor : null
}

/** An amount as programs read it: 1250 EUR → "12.50". */
export function decimalText(minor: number, currency: string): string {
  const digits = decimalsOf(currency)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const sign = minor < 0 ? '-' : ''
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** An amount as people of a language write it: 1250 EUR → €12.50. */
export function moneyText(minor: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency }).format(Number(decimalText(minor, currency)))
}
