import { DrowseError } from '../../errors/drowse-error.ts'
import { importModule } from '../import-module.ts'
import type { ShortcodeView, TemplateName, Templates } from '../views.ts'
import { SHORTCODES, TEMPLATE_NAMES } from './types.ts'

export interface LoadedTheme {
  /** The whole document as HTML, the doctype included. Pure. Throws `theme-invalid` naming the template if a component fails. */
  render<N extends TemplateName>(template: N, props: Templates[N]): string
  /** The names of the shortcodes it has. */
  readonly shortcodes: readonly string[]
  /** A shortcode's HTML. Throws `theme-invalid` if its component fails. */
  shortcode(name: string, props: ShortcodeView): string
}

/**
 * Loads a compiled theme's module. With `dir`, the source is kept there as `theme-<hash>.mjs`, which gives short stack traces and needs leave to
 * read and write that folder only; without, it is imported from memory and nothing is written. Either works under Node's permission
 * model. The same source loads once per process. Throws `theme-invalid`.
 */
export async function loadTheme(source: string, dir?: string): Promise<LoadedTheme> {
  const theme = await importModule(source, { dir, name: 'theme' }).catch((cause: unknown) => {
    throw failure('The theme’s module can’t be loaded', cause)
  })
  const templates = new Map(
    TEMPLATE_NAMES.map((name) => {
      const template: unknown = theme[name]
      if (typeof template !== 'function') throw new DrowseError('theme-invalid', `The theme exports no component "${name}".`)
      return [name, template] as const
    }),
  )

  const shortcodes = new Map(Object.entries(theme[SHORTCODES] ?? {}).filter(isComponent))

  return {
    render: (name, props) => `<!DOCTYPE html>${written(templates.get(name), props, `The template ${name}`, name)}`,
    shortcodes: [...shortcodes.keys()],
    shortcode: (name, props) => written(shortcodes.get(name), props, `The shortcode ${name}`, name),
  }
}

/** A theme with a site's own shortcodes, before which the theme's of the same names stand back. */
export function withShortcodes(theme: LoadedTheme, own: ReadonlyMap<string, Component>): LoadedTheme {
  if (own.size === 0) return theme
  return {
    render: (name, props) => theme.render(name, props),
    shortcodes: [...new Set([...theme.shortcodes, ...own.keys()])],
    shortcode(name, props) {
      const component = own.get(name)
      return component === undefined ? theme.shortcode(name, props) : written(component, props, `The shortcode ${name}`, name)
    },
  }
}

type Component = (props: never) => unknown

function isComponent(entry: [name: string, value: unknown]): entry is [name: string, component: Component] {
  return typeof entry[1] === 'function'
}

/** What a component makes of its props, as HTML. */
function written(component: unknown, props: unknown, what: string, name: string): string {
  let html: unknown
  try {
    if (typeof component !== 'function') throw new Error('There is no such component.')
    html = textOf((component as (props: unknown) => unknown)(props))
  } catch (cause) {
    throw failure(`${what} failed`, cause, name)
  }
  if (typeof html === 'string') return html
  throw new DrowseError('theme-invalid', `${what} or a component in it is async. It is given all it needs; it may not wait.`, {
    details: { template: name },
  })
}

/** JSX and hono's `html` give an object that is its text; of one that waits there is none. As in JSX, nothing is the empty text. */
function textOf(made: unknown): unknown {
  if (made === null || made === undefined || typeof made === 'boolean') return ''
  if (Array.isArray(made)) {
    const parts = made.map(textOf)
    return parts.find((part) => typeof part !== 'string') ?? parts.join('')
  }
  return made instanceof Promise ? made : made.toString()
}

function failure(what: string, cause: unknown, template?: string): DrowseError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const where = cause instanceof Error ? /at (\w+) \(/.exec(cause.stack ?? '')?.[1] : undefined
  return new DrowseError('theme-invalid', `${what}${where === undefined ? '' : ` in ${where}`}: ${message}`, {
    cause,
    details: { ...(template === undefined ? {} : { template }), ...(where === undefined ? {} : { component: where }) },
  })
}
