import * as v from 'valibot'
import type { Speech } from '../../errors/words/types.ts'
import type { Fields, WriteForm } from '../../gateway/types.ts'
import type { Json, Problem } from '../../protocol/types.ts'
import { escapeXml } from '../../render/xml.ts'
import { checked } from '../checked.ts'
import { labelsIn } from '../labels.ts'
import { exportSchema, importSchema } from './import-payload.ts'
import { commentSchema, MAX_NAME, MAX_TEXT, moderationSchema } from './payload.ts'

/** The gateway's face of `comment.create`. */
export const commentForm: WriteForm = {
  kind: 'comment.create',
  noun: 'comment',
  actor: 'visitor',
  // 8,000 characters of nine bytes each, as a form spells Chinese, and the other fields.
  maxBytes: 80 * 1024,
  parse: (input) => checked(commentSchema, input.type === 'fields' ? fromFields(input.fields) : withParent(input.json)),
  page: (payload) => pageOf(payload),
  html: formHtml,
}

/** The gateway's face of `comment.moderate`. */
export const moderationForm: WriteForm = {
  kind: 'comment.moderate',
  noun: 'moderation',
  actor: 'owner',
  maxBytes: 4 * 1024,
  parse: (input) =>
    checked(moderationSchema, input.type === 'fields' ? { ...input.fields, number: Number(input.fields.number) } : input.json),
  page: () => null,
}

/** The gateway's face of `comment.import`: JSON from `drowse import-comments`. */
export const importForm: WriteForm = {
  kind: 'comment.import',
  noun: 'import',
  actor: 'owner',
  maxBytes: 8 * 1024 * 1024,
  parse: (input) => checked(importSchema, input.type === 'fields' ? input.fields : input.json),
  page: () => null,
}

/** The gateway's face of `comment.export`. */
export const exportForm: WriteForm = {
  kind: 'comment.export',
  noun: 'export',
  actor: 'owner',
  maxBytes: 4 * 1024,
  parse: (input) => checked(exportSchema, input.type === 'fields' ? { after: Number(input.fields.after) } : input.json),
  page: () => null,
}

function fromFields(fields: Fields): Json {
  const { page, parent, name, email, text, mail } = fields
  return {
    ...defined({ page, name, email, text }),
    ...(mail === undefined ? {} : { mail: true }),
    parent: parent === undefined || parent === '' ? null : Number(parent),
  }
}

/** Programs may leave `parent` out. */
function withParent(json: Json): Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { parent: null, ...json } : json
}

function defined(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function pageOf(payload: Json): string | null {
  const parsed = v.safeParse(commentSchema, payload)
  return parsed.success ? parsed.output.page : null
}

/** The form of the theme again, with what was typed and what is wrong with it. */
function formHtml(fields: Fields, problems: readonly Problem[], speech: Speech): string {
  const words = labelsIn(speech)
  const hidden = ['page', 'parent', 'key'].flatMap((name) => {
    const value = fields[name]
    return value === undefined || value === '' ? [] : [`<input type="hidden" name="${name}" value="${escapeXml(value)}">`]
  })
  const field = (name: string, label: string, control: (attributes: string) => string): string => {
    const problem = problems.find(({ where }) => where === name)
    const attributes = `id="${name}" name="${name}"${problem === undefined ? '' : ` aria-invalid="true" aria-describedby="${name}-error"`}`
    const said = problem === undefined ? '' : ` <strong class="error" id="${name}-error">${escapeXml(problem.message)}</strong>`
    return `<label${name === 'text' ? ' class="full"' : ''}>${label}${said}${control(attributes)}</label>`
  }
  const value = (name: string): string => escapeXml(fields[name] ?? '')
  return [
    '<form class="comment-form" method="post" action="/-/comment.create">',
    ...hidden,
    field(
      'name',
      words.name,
      (attributes) =>
        `<input ${attributes} type="text" dir="auto" value="${value('name')}" autocomplete="nickname" maxlength="${MAX_NAME}" required>`,
    ),
    field(
      'email',
      `${words.email} <small>${words.emailHint}</small>`,
      (attributes) => `<input ${attributes} type="email" value="${value('email')}" autocomplete="email" maxlength="254">`,
    ),
    // A textarea drops a line break right after its tag.
    field(
      'text',
      `${words.text} <small>${words.textHint}</small>`,
      (attributes) =>
        `<textarea ${attributes} dir="auto" rows="8" maxlength="${MAX_TEXT}" required>\n${value('text')}</textarea>`,
    ),
    // Asked for only where the form had it: the gateway does not know whether the site sends mails.
    ...(fields.mail === undefined
      ? []
      : [`<label class="full tick"><input name="mail" type="checkbox" value="yes" checked> ${words.mailMe}</label>`]),
    `<div class="trap" aria-hidden="true"><label>${words.leaveEmpty}<input name="website" type="text" tabindex="-1" autocomplete="off"></label></div>`,
    `<button class="button" type="submit">${words.send}</button>`,
    '</form>',
    ...backLink(fields, speech),
  ].join('\n')
}

/** The way back to where the form was filled in. `page` is whatever was sent, so only a path of this site becomes a link. */
function backLink({ page = '', parent = '' }: Fields, { say }: Speech): readonly string[] {
  if (!/^\/(?![/\\])[^?#]*$/.test(page)) return []
  const anchor = /^\d+$/.test(parent) ? `comment-${parent}` : 'comments'
  return [`<p><a href="${escapeXml(page)}#${anchor}">${escapeXml(say('backToPage'))}</a></p>`]
}
