import type { Body, Entry, Slot } from '../content/types.ts'
import type { Problem } from '../protocol/types.ts'
import { findTarget } from './link-target.ts'
import type { PageContext } from './types.ts'
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
        return image(this.#find(slot) ?? slot.url, slot.attributes)
      }
    }
  }

  /** The address to write; null where there is none, which is reported. */
  #find({ url, kind, line }: Slot): string | null {
    const { url: found, lost } = findTarget(url, this.#entry, this.#context)
    if (lost === undefined) return found
    const { message, hint } = lost
    this.#report({
      where: this.#entry.source,
      line: this.#entry.bodyLine + line - 1,
      rule: kind === 'image' ? 'links/missing-image' : lost.rule,
      message,
      ...(hint === null ? {} : { hint }),
      severity: 'warning',
    })
    return found
  }
}

function image(src: string, attributes: Readonly<Record<string, string | true>>): string {
  const others = Object.entries(attributes).map(([name, value]) =>
    value === true ? ` ${name}` : ` ${name}="${escapeXml(value)}"`,
  )
  return `<img src="${escapeXml(src)}"${others.join('')}>`
}
