import { ExtensionMissing, type Site } from '../build/site.ts'
import type { PluggedTexts } from '../content/plugged-texts.ts'
import { loadExtension } from '../extend/load.ts'
import { type Host, type LoadedExtension, NO_EXTENSION } from '../extend/types.ts'
import { extensionBundle } from '../features/site/extension-files.ts'
import type { Change } from '../model/types.ts'
import type { Problem } from '../protocol/types.ts'
import { machineFault } from './machine-fault.ts'

interface Parts {
  readonly site: Site
  readonly texts: PluggedTexts
  readonly host: Host
  /** Where modules are kept. */
  readonly dir: string
  /** A module's bytes by their SHA-256: of the batch, or kept from earlier ones. */
  blob(hash: string): Uint8Array
}

/** The site.ts that the site's data names, loaded whenever it is another one; and changes that need it. */
export class Extensions {
  readonly #parts: Parts
  /** What is loaded, by hash: an older one too, to which a write that is rejected goes back. */
  readonly #loaded = new Map<string, LoadedExtension>()
  #problems: readonly Problem[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The one in use. */
  get inUse(): LoadedExtension {
    const { hash } = this.#parts.site.extension
    return (hash === null ? undefined : this.#loaded.get(hash)) ?? NO_EXTENSION
  }

  /** Why the one in use could not be loaded. */
  get problems(): readonly Problem[] {
    return this.#problems
  }

  /** Brings the site's own up to date with its data. One that can't be loaded any more leaves the site without: it must not hold up what visitors write. */
  async refresh(): Promise<void> {
    const { site } = this.#parts
    const wanted = extensionBundle(site.read)
    if (wanted === site.extension.hash) return
    this.#problems = []
    try {
      site.extend(await this.#load(wanted))
    } catch (error) {
      const known = machineFault(error)
      if (known !== error) throw known
      this.#problems = [unusable(error)]
      site.extend({ ...NO_EXTENSION, hash: wanted })
    }
  }

  /** `Site.change`, once or more often: until the site.ts that the change takes in use is loaded, and its plugins are done with the texts. Throws `extension-invalid`, too. */
  async change<T>(work: (change: Change) => T): Promise<ReturnType<Site['change']> & { readonly result: T }> {
    const { site, texts } = this.#parts
    await this.refresh()
    const attempt = () =>
      site.change((change) => {
        const result = work(change)
        texts.demand()
        return result
      })
    for (;;) {
      try {
        const outcome = await texts.settled(async (hash) => (await this.#load(hash)).plugins, attempt)
        texts.forget()
        return outcome
      } catch (error) {
        if (!(error instanceof ExtensionMissing)) throw error
        site.extend(await this.#load(error.hash))
      }
    }
  }

  async #load(hash: string | null): Promise<LoadedExtension> {
    if (hash === null) return NO_EXTENSION
    const known = this.#loaded.get(hash)
    if (known) return known
    const { host, dir, blob } = this.#parts
    const loaded = await loadExtension({ source: new TextDecoder().decode(blob(hash)), hash }, { host, dir })
    this.#loaded.set(hash, loaded)
    return loaded
  }
}

function unusable(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error)
  return { where: 'site.ts', rule: 'site-ts/unusable', message: `The machine can’t use site.ts: ${message}`, severity: 'error' }
}
