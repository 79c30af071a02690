import type { Body, Directive, Entry, Part, Slot } from '../content/types.ts'
import { findTarget } from './link-target.ts'
import { fileShown, pictureView } from './picture.ts'
import type { PageContext, PageProblem } from './types.ts'
import type { ImageView, SiteView } from './views.ts'
import { escapeXml } from './xml.ts'

/** Takes what is wrong with an entry's body; the line is the file's. */
type Report = (problem: PageProblem) => void

/** An entry's body with its slots filled, for the page of its own: links that lead nowhere are reported. */
export function bodyHtml(context: PageContext, entry: Entry, body: Body, site: SiteView): string {
  return fill(context, entry, body, site, (problem) => context.report(problem))
}

/** The same for another page that shows the body, such as a feed; what is wrong is told by the entry's own page. */
export function quotedBodyHtml(context: PageContext, entry: Entry, site: SiteView): string {
  return fill(context, entry, context.body(entry.bodyHash), site, () => {})
}

function fill(context: PageContext, entry: Entry, body: Body, site: SiteView, report: Report): string {
  const { html, slots } = body
  if (slots.length === 0) return html
  return new Filling(body, { entry, site, context, report }).fill({ start: 0, end: html.length, first: 0, next: slots.length })
}

/** What is wrong with a slot; a warning unless it says otherwise. */
type Fault = Pick<PageProblem, 'rule' | 'message' | 'hint' | 'lost'> & { readonly severity?: PageProblem['severity'] }

/** Addresses of other hosts, and pictures that are written into the address. */
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

class Filling {
  readonly #body: Body
  readonly #entry: Entry
  readonly #site: SiteView
  readonly #context: PageContext
  readonly #report: Report

  constructor(
    body: Body,
    page: { readonly entry: Entry; readonly site: SiteView; readonly context: PageContext; readonly report: Report },
  ) {
    this.#body = body
    this.#entry = page.entry
    this.#site = page.site
    this.#context = page.context
    this.#report = page.report
  }

  /** A part's HTML with the slots in it filled. */
  fill({ start, end, first, next }: Part): string {
    const { html, slots } = this.#body
    let filled = ''
    let at = start
    for (let place = first; place < next; ) {
      const slot = slots[place]
      if (slot === undefined) break
      filled += html.slice(at, slot.start) + this.#filled(slot)
      at = slot.end
      place = slot.kind === 'shortcode' ? slot.content.next : place + 1
    }
    return filled + html.slice(at, end)
  }

  #filled(slot: Slot): string {
    switch (slot.kind) {
      case 'link': {
        return escapeXml(this.#find(slot) ?? slot.url)
      }
      case 'image': {
        return this.#image(slot)
      }
      case 'shortcode':
        return this.#shortcode(slot)
    }
  }

  #shortcode(slot: Slot & { readonly kind: 'shortcode' }): string {
    const labelHtml = this.fill(slot.label)
    const html = this.fill(slot.content)
    const { attributes, name } = slot
    const image = attributes.src === undefined ? null : { ...this.#pictureAt(attributes.src, slot), alt: attributes.alt ?? '' }
    try {
      const made = this.#context.shortcode(name, { site: this.#site, attributes, labelHtml, html, image })
      if (made.html !== null) return made.html
      const hint = made.near === null ? 'The theme’s shortcodes.tsx has those there are.' : `Did you mean \`${made.near}\`?`
      this.#tell(slot, { rule: 'shortcodes/unknown', message: `There is no shortcode \`${name}\`.`, hint, severity: 'error' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#tell(slot, { rule: 'shortcodes/failed', message, severity: 'error' })
    }
    return asWritten(slot, labelHtml, html)
  }

  #image(slot: Slot & { readonly kind: 'image' }): string {
    return imageHtml(this.#pictureAt(slot.url, slot), slot.attributes)
  }

  /** A picture by its address in the text; what is wrong with it is told. */
  #pictureAt(url: string, { line }: Pick<Slot, 'line'>): Omit<ImageView, 'alt'> {
    if (ELSEWHERE.test(url)) return { src: url }
    const slot = { kind: 'image', url, line } as const
    const file = fileShown(this.#context, url, this.#entry)
    if (file === null) return { src: this.#find(slot) ?? url }
    if (file.picture !== null && 'fault' in file.picture) {
      this.#tell(slot, {
        rule: 'links/unreadable-image',
        message: `\`${url}\` can’t be read as a picture: ${file.picture.fault}.`,
        hint: 'Save it again, or replace it; until then browsers get the file as it is.',
      })
    }
    return pictureView(file)
  }

  /** The address to write; null where there is none, which is reported. */
  #find(slot: { readonly kind: 'link' | 'image'; readonly url: string; readonly line: number }): string | null {
    const { url, lost } = findTarget(slot.url, this.#entry, this.#context)
    if (lost !== undefined) this.#tell(slot, { ...lost, rule: slot.kind === 'image' ? 'links/missing-image' : lost.rule })
    return url
  }

  #tell({ line }: Pick<Slot, 'line'>, fault: Fault): void {
    this.#report({
      where: this.#entry.source,
      line: this.#entry.bodyLine + line - 1,
      severity: 'warning',
      ...fault,
    })
  }
}

/** A shortcode that can't be rendered: what it encloses, or else the shortcode itself. */
function asWritten({ form, name, attributes }: Directive, labelHtml: string, html: string): string {
  if (form === 'container') return labelHtml === '' ? html : `<p>${labelHtml}</p>${html}`
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`)
  const braces = written.length === 0 ? '' : `{${escapeXml(written.join(' '))}}`
  const source = `${form === 'text' ? ':' : '::'}${escapeXml(name)}${labelHtml === '' ? '' : `[${labelHtml}]`}${braces}`
  return form === 'text' ? source : `<p>${source}</p>`
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
  let text = `<${name}`
  for (const key in attributes) {
    const value = attributes[key]
    text += value === true ? ` ${key}` : ` ${key}="${escapeXml(String(value))}"`
  }
  return `${text}>`
}
