/**
 * How long to wait before trying again after `failures` failures in a row: at once, then base, twice base … up to the cap, each shortened by
 * up to half so that sites that failed together do not come back together. `random` is in 0…1.
 */
export function retryDelayMs(failures: number, baseMs: number, capMs: number, random: number): number {
  if (failures <= 1) return 0
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failures - 2, 30))
  return full * (1 - random / 2)
}
