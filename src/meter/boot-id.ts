import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/**
 * A name for this boot of the host: the kernel's own on Linux (random(4)), elsewhere one made of the boot's time to the minute, which may
 * differ between calls when the clock is set.
 */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    const bootedAt = new Date(Date.now() - uptime() * 1000)
    return `booted-${bootedAt.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)}`
  }
}
