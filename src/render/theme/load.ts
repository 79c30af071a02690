import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { TemplateName, Templates } from '../views.ts'
import { spellAsHtml } from './spelling.ts'
import { TEMPLATE_NAMES } from './types.ts'

export interface LoadedTheme {
  /** The whole document as HTML, the doctype included. Pure. Throws `theme-invalid` naming the template if a component fails. */
  render<N extends TemplateName>(template: N, props: Templates[N]): string
}

/**
 * Loads a compiled theme's module. With `dir`, the source is kept there as `theme-<hash>.mjs`, which gives short stack traces and needs leave to
 * read and write that folder only; without, it is imported from memory and nothing is written. Either works under Node's permission
 * model. The same source loads once per process. Throws `theme-invalid`.
 */
export async function loadTheme(source: string, dir?: string): Promise<LoadedTheme> {
  const theme = await importSource(source, dir).catch((cause: unknown) => {
    throw failure('The theme’s module can’t be loaded', cause)
  })
  const templates = new Map(
    TEMPLATE_NAMES.map((name) => {
      const template: unknown = theme[name]
      if (typeof template !== 'function') throw new DrowseError('theme-invalid', `The theme exports no component "${name}".`)
      return [name, template] as const
    }),
  )

  return {
    render(name, props) {
      let html: unknown
      try {
        html = textOf(templates.get(name)?.(props))
      } catch (cause) {
        throw failure(`The template ${name} failed`, cause, name)
      }
      if (typeof html !== 'string') {
        throw new DrowseError(
          'theme-invalid',
          `The template ${name} or a component in it is async. A template is given all it needs; it may not wait.`,
          {
            details: { template: name },
          },
        )
      }
      return `<!DOCTYPE html>${spellAsHtml(html)}`
    },
  }
}

async function importSource(source: string, dir: string | undefined): Promise<Record<string, unknown>> {
  if (dir === undefined) return await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`)
  const file = join(dir, `theme-${createHash('sha256').update(source).digest('hex').slice(0, 16)}.mjs`)
  if (!existsSync(file)) {
    mkdirSync(dir, { recursive: true })
    const draft = `${file}.${randomBytes(6).toString('hex')}`
    writeFileSync(draft, source)
    renameSync(draft, file)
  }
  return await import(pathToFileURL(file).href)
}

/** hono's elements turn themselves into text: at once, or as a promise if a component is async. */
const textOf = (element: unknown): unknown => (typeof element === 'object' && element !== null ? element.toString() : element)

function failure(what: string, cause: unknown, template?: TemplateName): DrowseError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const where = cause instanceof Error ? /at (\w+) \(/.exec(cause.stack ?? '')?.[1] : undefined
  return new DrowseError('theme-invalid', `${what}${where === undefined ? '' : ` in ${where}`}: ${message}`, {
    cause,
    details: { ...(template === undefined ? {} : { template }), ...(where === undefined ? {} : { component: where }) },
  })
}
