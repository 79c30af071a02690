import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Script } from 'node:vm'
import { type PluggedText, renderPlugged } from './markdown/render-plugged.ts'
import type { TextPlugins } from './markdown/text-plugins.ts'
import type { BodyOptions } from './markdown/types.ts'
import type { Body, BodyCache, BodyProblem } from './types.ts'

/** A text's plugins are waited for this long. */
const LONGEST_MS = 10_000
/** So long texts are begun one after the other before those that wait are looked at. */
const TURN_MS = 100

/** A body with its key, or why there is none: null where the text nests deeper than the stack reaches. */
export type PluggedResult = { readonly body: Body & { readonly hash: string } } | { readonly problem: BodyProblem | null }

/** The plugins of the site.ts of this hash; null where it has none. */
type PluginsOf = (hash: string) => Promise<TextPlugins | null>

/** Texts are to go through plugins before a change can be made. */
export class TextsWaiting extends Error {
  constructor() {
    super('Texts are to go through the site’s plugins first.')
  }
}

interface Waiting {
  readonly text: PluggedText
  readonly options: BodyOptions
}

/**
 * Bodies of a site whose texts go through plugins of its own. Plugins may take their time, and files are read inside a transaction, which may not: so what is
 * asked for is noted and done by `settle`, and then there when it is asked for again. Such a body is kept under the hash of what it holds, so that plugins that
 * changed change only the entries whose texts come out otherwise.
 */
export class PluggedTexts {
  readonly #bodies: BodyCache
  readonly #results = new Map<string, string | BodyProblem | null>()
  readonly #waiting = new Map<string, Map<string, Waiting>>()

  constructor(bodies: BodyCache) {
    this.#bodies = bodies
  }

  /** To be called at the end of a change that read files: throws TextsWaiting, which takes the change back, if something was asked for that is not there yet. */
  demand(): void {
    if (this.#waiting.size > 0) throw new TextsWaiting()
  }

  /** Does `work`, which ends in a `demand`, and again once what it asked for is there. */
  async settled<T>(pluginsOf: PluginsOf, work: () => T): Promise<T> {
    this.#waiting.clear()
    for (;;) {
      try {
        return work()
      } catch (error) {
        if (!(error instanceof TextsWaiting)) throw error
      }
      await this.settle(pluginsOf)
    }
  }

  /** What the plugins of this hash make of a text; null for what `settle` is to find out. */
  find(plugins: string, text: PluggedText, options: BodyOptions): PluggedResult | null {
    const { parser, highlight, math, search } = options
    const key = hash('sha256', JSON.stringify([plugins, parser.name, highlight, math, search, text]))
    const known = this.#results.get(key)
    if (known === null || typeof known === 'object') return { problem: known }
    const body = known === undefined ? null : this.#bodies.get(known)
    if (known !== undefined && body !== null) return { body: { ...body, hash: known } }
    const others = this.#waiting.get(plugins) ?? new Map<string, Waiting>()
    this.#waiting.set(plugins, others.set(key, { text, options }))
    return null
  }

  /** Does what was asked for. `pluginsOf` may throw; then nothing is waited for any more. */
  async settle(pluginsOf: PluginsOf): Promise<void> {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const [name, texts] of all) {
      const plugins = await pluginsOf(name)
      const queue = [...texts]
      while (queue.length > 0) await this.#turn(queue, plugins ?? NO_PLUGINS)
    }
  }

  /** Forgets what was found out: once it is in the model, it is not asked for again. */
  forget(): void {
    this.#results.clear()
  }

  async #turn(queue: [string, Waiting][], plugins: TextPlugins): Promise<void> {
    const begun: Promise<void>[] = []
    let current: string | undefined
    const work = () => {
      const startedAt = performance.now()
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [key, waiting] = next
        current = key
        begun.push(this.#begin(key, waiting, plugins))
        current = undefined
        if (performance.now() - startedAt > TURN_MS) return
      }
    }
    if (!endsInTime(work) && current !== undefined) this.#results.set(current, TOO_LONG)
    await Promise.all(begun)
  }

  #begin(key: string, { text, options }: Waiting, plugins: TextPlugins): Promise<void> {
    const rendered = new Promise<Body>((resolve, reject) => {
      renderPlugged(text, options, plugins, (error, body) => (body === undefined ? reject(error) : resolve(body)))
    })
    const patience = new AbortController()
    const tooLong = sleep(LONGEST_MS, null, { signal: patience.signal }).catch(() => null)
    return Promise.race([rendered, tooLong])
      .then((body) => void this.#results.set(key, body === null ? TOO_LONG : this.#keep(body)))
      .catch((error: unknown) => void this.#results.set(key, problemOf(error)))
      .finally(() => patience.abort())
  }

  #keep(body: Body): string {
    const bodyHash = hash('sha256', JSON.stringify(body))
    this.#bodies.set(bodyHash, body)
    return bodyHash
  }
}

const NO_PLUGINS: TextPlugins = {
  parse: null,
  remark: (tree, _file, next) => next(undefined, tree),
  rehype: (tree, _file, next) => next(undefined, tree),
}

const TOO_LONG: BodyProblem = {
  rule: 'site-ts/plugin-too-slow',
  message: `The site’s plugins were not done with this text after ${LONGEST_MS / 1000} seconds.`,
  hint: 'Leave them out of site.ts one after the other to see which of them it is.',
  severity: 'error',
}

function problemOf(error: unknown): BodyProblem | null {
  if (error instanceof RangeError) return null
  const message = error instanceof Error ? error.message : String(error)
  const line = error instanceof Error && 'line' in error && typeof error.line === 'number' ? { line: error.line } : {}
  return {
    ...line,
    rule: 'site-ts/plugin-failed',
    message: /[.!?]$/.test(message) ? message : `${message}.`,
    hint: 'Mend the text or the plugin, or leave the plugin out of site.ts.',
    severity: 'error',
  }
}

/** Node's only way to end a loop that would never do so by itself. False where it had to. */
function endsInTime(work: () => void): boolean {
  const place = globalThis as { drowseTurn?: (() => void) | undefined }
  place.drowseTurn = work
  try {
    TURN.runInThisContext({ timeout: LONGEST_MS })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  } finally {
    place.drowseTurn = undefined
  }
}

const TURN = new Script('drowseTurn()')
