import type { BlockContent, DefinitionContent, FootnoteDefinition } from 'mdast'
import { isOutside, writeBlock, writeParagraph } from './blocks.ts'
import { type Draft, lineEnd, type Note } from './draft.ts'

/** The section of footnotes at a text's end, in the order in which they are referred to. */
export function writeFootnotes(draft: Draft): void {
  // Each note must have been referred to and be there.
  if (draft.notes.size !== draft.noteNumbers.size || draft.notes.size !== draft.definitions.notes.size) draft.isPlain = false
  if (draft.notes.size === 0) return
  draft.inFootnotes = true
  draft.ids.push('footnote-label')
  lineEnd(draft)
  draft.html += '<section data-footnotes class="footnotes"><h2 class="sr-only" id="footnote-label">Footnotes</h2>\n<ol>\n'
  draft.prose += 'Footnotes '
  for (const note of draft.notes.values()) {
    const definition = draft.definitions.notes.get(note.name)
    if (definition !== undefined) writeNote(draft, note, definition)
  }
  draft.html += '</ol>\n</section>'
}

function writeNote(draft: Draft, note: Note, definition: FootnoteDefinition): void {
  draft.html += `<li id="fn-${note.number}">`
  draft.ids.push(`fn-${note.number}`)
  lineEnd(draft)
  const back = backLinks(note)
  const shown = definition.children.filter((node) => !isOutside(draft, node))
  for (const node of shown.slice(0, -1)) writeLine(draft, node)
  const last = shown.at(-1)
  if (last?.type === 'paragraph') {
    writeParagraph(draft, last, { links: ` ${back.join(' ')}` })
    lineEnd(draft)
  } else {
    if (last !== undefined) writeLine(draft, last)
    draft.html += `${back.join('\n \n')}\n`
  }
  draft.html += '</li>\n'
}

function writeLine(draft: Draft, node: BlockContent | DefinitionContent): void {
  writeBlock(draft, node)
  lineEnd(draft)
}

function backLinks({ number, place, references }: Note): readonly string[] {
  return Array.from({ length: references }, (_, index) => {
    const again = index === 0 ? '' : `-${index + 1}`
    const sup = index === 0 ? '' : `<sup>${index + 1}</sup>`
    return `<a href="#fnref-${number}${again}" data-footnote-backref="" aria-label="Back to reference ${place}${again}" class="data-footnote-backref">↩${sup}</a>`
  })
}
