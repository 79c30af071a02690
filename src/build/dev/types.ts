import type { Feature } from '../../features/types.ts'
import type { Problem } from '../../protocol/types.ts'

export interface DevOptions {
  readonly siteDir: string
  /** Where Drowse's own themes are; watched like the site's. */
  readonly themesDir: string
  /** The dev server's own folder: nothing but its files is in it. */
  readonly outDir: string
  readonly cacheFile: string
  readonly features: readonly Feature[]
  readonly engine: string
  /** How long the disk must be quiet before a burst of changes is taken in. */
  readonly quietMs?: number
  /** The time. What has a date after it waits for it, unless drafts are shown. */
  readonly now: () => Date
  readonly drafts?: boolean
  readonly onRound: (report: RoundReport) => void
}

/** Something that is wrong in the site, with the lines it stands in. */
export interface Fault extends Problem {
  /** Empty where the place is not known. */
  readonly excerpt: readonly { readonly line: number; readonly text: string }[]
}

/** What one round of changes came to. */
export interface RoundReport {
  /** Files as the owner knows them (`content/posts/hello.md`, `themes/default/style.css`); empty for the first round. */
  readonly saved: readonly string[]
  readonly rendered: number
  /** Keys of the files that were written and removed, sorted. */
  readonly written: readonly string[]
  readonly removed: readonly string[]
  /** All that is wrong with the site now, warnings included. */
  readonly faults: readonly Fault[]
  /** `total` runs from the first event of the burst to the last byte written and committed. */
  readonly ms: {
    readonly gather: number
    readonly read: number
    readonly plan: number
    readonly render: number
    readonly commit: number
    readonly total: number
  }
}

/** What browsers are told. */
export interface Audience {
  /** The paths of the pages that browsers have open. */
  readonly open: readonly string[]
  /** These keys have new bytes, or none. */
  changed(keys: readonly string[]): void
  faults(faults: readonly Fault[]): void
}
