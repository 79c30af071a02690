import type { Body, Entry, Slot } from '../content/types.ts'
import type { Problem } from '../protocol/types.ts'
import { findTarget } from './link-target.ts'
import { fileShown, pictureView } from './picture.ts'
import type { PageContext } from './types.ts'
import type { ImageView } from './views.ts'
import { escapeXml } from './xml.ts'

/** Takes what is wrong with an entry's body; the line is the file's. */
type Report = (problem: Problem) => void

/** An entry's body with its slots filled, for the page of its own: links that lead nowhere are reported. */
export function bodyHtml(context: PageContext, entry: Entry): string {
  return fill(context, entry, (problem) => context.report(problem))
}

/** The same for another page that shows the body, such as a feed; what is wrong is told by the entry's own page. */
export function quotedBodyHtml(context: PageContext, entry: Entry): string {
  return fill({ ...context, suggest: () => null }, entry, () => {})
}

function fill(context: PageContext, entry: Entry, report: Report): string {
  const body = context.body(entry.bodyHash)
  return body.slots.length === 0 ? body.html : new Filling(body, entry, context, report).between(0, body.html.length)
}

class Filling {
  readonly #body: Body
  readonly #entry: Entry
  readonly #context: PageContext
  readonly #report: Report

  constructor(body: Body, entry: Entry, context: PageContext, report: Report) {
    this.#body = body
    this.#entry = entry
    this.#context = context
    this.#report = report
  }

  /** The HTML from `start` to `end` with the slots in it filled. */
  between(start: number, end: number): string {
    let html = ''
    let at = start
    for (const slot of this.#body.slots) {
      // One that begins before `at` lies inside one that is filled already.
      if (slot.start < at || slot.end > end) continue
      html += this.#body.html.slice(at, slot.start) + this.#filled(slot)
      at = slot.end
    }
    return html + this.#body.html.slice(at, end)
  }

  #filled(slot: Slot): string {
    switch (slot.kind) {
      case 'link': {
        return escapeXml(this.#find(slot) ?? slot.url)
      }
      case 'image': {
        return this.#image(slot)
      }
    }
  }

  #image(slot: Slot & { readonly kind: 'image' }): string {
    const file = fileShown(this.#context, slot.url, this.#entry)
    if (file === null) return imageHtml({ src: this.#find(slot) ?? slot.url }, slot.attributes)
    if (file.picture !== null && 'fault' in file.picture) {
      this.#tell(slot, {
        rule: 'links/unreadable-image',
        message: `\`${slot.url}\` can’t be read as a picture: ${file.picture.fault}.`,
        hint: 'Save it again, or replace it; until then browsers get the file as it is.',
      })
    }
    return imageHtml(pictureView(file), slot.attributes)
  }

  /** The address to write; null where there is none, which is reported. */
  #find(slot: Slot): string | null {
    const { url, lost } = findTarget(slot.url, this.#entry, this.#context)
    if (lost !== undefined) this.#tell(slot, { ...lost, rule: slot.kind === 'image' ? 'links/missing-image' : lost.rule })
    return url
  }

  #tell(
    { line }: Slot,
    { hint, ...fault }: { readonly rule: string; readonly message: string; readonly hint: string | null },
  ): void {
    this.#report({
      where: this.#entry.source,
      line: this.#entry.bodyLine + line - 1,
      ...fault,
      ...(hint === null ? {} : { hint }),
      severity: 'warning',
    })
  }
}

/** The column of text that the default theme has. */
const SIZES = '(min-width: 42rem) 38rem, 100vw'

type Attributes = Readonly<Record<string, string | number | true>>

function imageHtml({ src, width, height, sources = [] }: Omit<ImageView, 'alt'>, written: Attributes): string {
  const size = width === undefined || height === undefined || 'width' in written || 'height' in written ? {} : { width, height }
  const image = tag('img', { src, ...size, ...written })
  if (sources.length === 0) return image
  return `<picture>${sources.map((source) => tag('source', { ...source, sizes: SIZES })).join('')}${image}</picture>`
}

function tag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === true ? ` ${key}` : ` ${key}="${escapeXml(String(value))}"`,
  )
  return `<${name}${written.join('')}>`
}
