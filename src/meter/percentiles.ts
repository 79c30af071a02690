/** What most values, nearly all of them and the worst one stay within. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** Of at least one value, by the nearest rank. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}
