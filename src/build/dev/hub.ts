import type { Audience, Fault } from './types.ts'

/** What one browser tab shows: the address it asked for, and the file it was given (none where nothing is built yet). */
export interface Shown {
  readonly address: string
  readonly key: string
  readonly hash: string
}

/** One message to a tab. */
export interface News {
  /** Its page has other bytes now, or is another one. */
  readonly reload: boolean
  /** Paths of files other than pages that changed: the tab knows whether it uses them. */
  readonly files: readonly string[]
  /** Errors to show; absent if they are as before. */
  readonly faults?: readonly Fault[]
}

interface Tab {
  readonly shown: Shown
  send(news: News): void
}

/** The tabs that are open, and what they are told. */
export class Hub implements Audience {
  readonly #tabs = new Set<Tab>()
  /** The file that an address shows now. */
  readonly #locate: (address: string) => { readonly key: string; readonly hash: string }
  #errors: readonly Fault[] = []

  constructor(locate: (address: string) => { readonly key: string; readonly hash: string }) {
    this.#locate = locate
  }

  get open(): readonly string[] {
    return [...new Set([...this.#tabs].map(({ shown }) => shown.address))]
  }

  /** Adds a tab and tells it where it stands: it may have been loaded before the last change. Returns how to remove it. */
  join(shown: Shown, send: (news: News) => void): () => void {
    const tab: Tab = { shown, send }
    this.#tabs.add(tab)
    const now = this.#locate(shown.address)
    send({ reload: now.key !== shown.key || now.hash !== shown.hash, files: [], faults: this.#errors })
    return () => this.#tabs.delete(tab)
  }

  changed(keys: readonly string[]): void {
    if (keys.length === 0) return
    const changed = new Set(keys)
    const files = keys.filter((key) => !key.endsWith('.html')).map((key) => `/${key}`)
    for (const { shown, send } of this.#tabs) {
      const reload = changed.has(shown.key) || this.#locate(shown.address).key !== shown.key
      if (reload || files.length > 0) send({ reload, files })
    }
  }

  faults(faults: readonly Fault[]): void {
    this.#errors = faults.filter(({ severity }) => severity === 'error')
    for (const { send } of this.#tabs) send({ reload: false, files: [], faults: this.#errors })
  }
}
