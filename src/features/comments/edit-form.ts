import * as v from 'valibot'
import type { Speech } from '../../errors/words/types.ts'
import type { Fields, OwnWrite, WriteForm } from '../../gateway/types.ts'
import type { Json, Problem } from '../../protocol/types.ts'
import type { Catalogue } from '../../render/views.ts'
import { catalogueOf } from '../../render/words/catalogue.ts'
import { escapeXml } from '../../render/xml.ts'
import { checked } from '../checked.ts'
import { editSchema, MAX_TEXT } from './payload.ts'

/** The gateway's face of `comment.edit`: a visitor changes or deletes what they wrote, from the same browser and for a while. */
export const editForm: WriteForm = {
  kind: 'comment.edit',
  noun: 'change',
  actor: 'visitor',
  maxBytes: 80 * 1024,
  parse: (input) => checked(editSchema, input.type === 'fields' ? fromFields(input.fields) : withDelete(input.json)),
  page: () => null,
  ofOwn: (payload) => editOf(payload)?.write ?? null,
  html: (fields, problems, speech) => formHtml(wordsOf(speech), fields, problems),
  mine: (writes, speech) => ({ title: wordsOf(speech).mineTitle, html: mineHtml(wordsOf(speech), writes) }),
}

function wordsOf({ own, language }: Speech): Catalogue {
  return catalogueOf(own, language)
}

function fromFields({ number, write = '', text = '', delete: deletes }: Fields): Json {
  return { number: Number(number), write, ...(deletes === undefined ? { delete: false, text } : { delete: true }) }
}

/** Programs may leave `delete` out. */
function withDelete(json: Json): Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { delete: false, ...json } : json
}

function editOf(payload: Json) {
  const parsed = v.safeParse(editSchema, payload)
  return parsed.success ? parsed.output : null
}

const created = v.object({ payload: v.object({ page: v.string(), text: v.string() }), result: v.object({ number: v.number() }) })

function mineHtml(words: Catalogue, writes: readonly OwnWrite[]): string {
  const edits = new Map(writes.flatMap(({ payload }) => (editOf(payload) ? [[editOf(payload)?.write, editOf(payload)]] : [])))
  const forms = writes.flatMap((write) => {
    const own = v.safeParse(created, write)
    const edit = edits.get(write.id)
    if (write.kind !== 'comment.create' || !own.success || edit?.delete === true) return []
    const { page } = own.output.payload
    const text = edit?.delete === false ? edit.text : own.output.payload.text
    return [formHtml(words, { number: String(own.output.result.number), write: write.id, page, text, key: write.nextKey }, [])]
  })
  return forms.length === 0 ? `<p>${escapeXml(words.mineNone)}</p>` : forms.join('\n')
}

function formHtml(
  words: Catalogue,
  { number = '', write = '', page = '', text = '', key = '' }: Fields,
  problems: readonly Problem[],
): string {
  const problem = problems.find(({ where }) => where === 'text')
  const said = problem === undefined ? '' : ` <strong class="error" id="text-error">${escapeXml(problem.message)}</strong>`
  const invalid = problem === undefined ? '' : ' aria-invalid="true" aria-describedby="text-error"'
  const id = problems.length === 0 ? `text-${escapeXml(number)}` : 'text'
  return [
    '<form class="comment-form" method="post" action="/-/comment.edit">',
    // The page tells in which language the answer is to be.
    ...Object.entries({ number, write, page, key }).flatMap(([name, value]) =>
      value === '' ? [] : [`<input type="hidden" name="${name}" value="${escapeXml(value)}">`],
    ),
    `<label class="full">${escapeXml(words.text)}${said}`,
    // A textarea drops a line break right after its tag.
    `<textarea id="${id}" name="text" dir="auto" rows="8" maxlength="${MAX_TEXT}"${invalid} required>\n${escapeXml(text)}</textarea></label>`,
    `<p class="full buttons"><button class="button" type="submit">${escapeXml(words.save)}</button>`,
    `<button class="button danger" type="submit" name="delete" value="yes" formnovalidate>${escapeXml(words.deleteMine)}</button></p>`,
    '</form>',
  ].join('\n')
}
