import { createHash } from 'node:crypto'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { Problem } from '../../protocol/types.ts'
import { bundleComponents } from './components.ts'
import { layersOf } from './layers.ts'
import { bundleScripts } from './scripts.ts'
import { bundleStyle } from './style.ts'
import type { CompiledTheme } from './types.ts'

export interface CompileOptions {
  /** Folders that hold themes by name, the site's before Drowse's own: a file of the first hides that of the second. */
  readonly themesDirs: readonly string[]
  /** The theme's folder name: `default`. */
  readonly name: string
}

/**
 * Compiles `<themesDir>/<name>/theme.tsx`, `style.css`, `scripts/` and `assets/` to plain data. Throws `theme-invalid`, with every fault found as
 * `details.problems` (`Problem[]`); warnings come back in `problems`.
 */
export async function compileTheme(options: CompileOptions): Promise<CompiledTheme> {
  const layers = layersOf(options.themesDirs, options.name)
  if (layers.find('theme.tsx') === null) {
    throw new DrowseError(
      'theme-invalid',
      `There is no theme "${options.name}": no themes/${options.name}/theme.tsx was found.`,
      {
        hint: 'Correct `theme` in site.yaml, or leave it out to use the default theme.',
      },
    )
  }

  const [components, style, scripts] = await Promise.all([bundleComponents(layers), bundleStyle(layers), bundleScripts(layers)])
  const problems = [...components.problems, ...style.problems, ...scripts.problems].sort(byPlace)
  if (components.bundle === null || problems.some((problem) => problem.severity === 'error'))
    throw invalid(options.name, problems)

  const { source, templates } = components.bundle
  const isOwn = components.bundle.isOwn && scripts.isOwn
  const assets = [...style.assets, ...scripts.assets].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { source, hash: createHash('sha256').update(source).digest('hex'), templates, assets, isOwn, problems }
}

/** esbuild tells its findings in the order its threads come to them. */
function byPlace(a: Problem, b: Problem): number {
  return (
    a.where.localeCompare(b.where, 'en') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    a.message.localeCompare(b.message, 'en')
  )
}

function invalid(name: string, problems: readonly Problem[]): DrowseError {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const told = errors.map((problem) =>
    [place(problem), problem.message, ...(problem.hint === undefined ? [] : [problem.hint])].join('\n  '),
  )
  return new DrowseError('theme-invalid', `The theme "${name}" does not compile.\n${told.join('\n')}`, {
    details: { problems: errors },
  })
}

const place = ({ where, line, column }: Problem) => [where, line, column].filter((part) => part !== undefined).join(':')
