import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folders whose code decides what a page looks like. */
const FOLDERS = ['config', 'content', 'model', 'features', 'render', 'build']

/**
 * A name for the code that reads and renders: it changes with every change of that code, so that nothing rendered by another version is taken for this
 * one's. `source` is the folder that holds `content/`, `render/` and the others.
 */
export function engineName(source: string): string {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const code = files.filter((file) => file.endsWith('.ts')).sort()
  return hash('sha256', code.map((file) => `${file}\n${hash('sha256', readFileSync(join(source, file)))}`).join('\n')).slice(
    0,
    16,
  )
}
