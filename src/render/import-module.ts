import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Imports a module that is at hand as text. With `dir`, the text is kept there as `<name>-<hash>.mjs`, which needs leave to read and write that folder only;
 * without, it is imported from memory and nothing is written. Either works under Node's permission model. The same text is imported once per process.
 */
export async function importModule(
  source: string,
  { dir, name }: { readonly dir: string | undefined; readonly name: string },
): Promise<Record<string, unknown>> {
  if (dir === undefined) return await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`)
  const file = join(dir, `${name}-${createHash('sha256').update(source).digest('hex').slice(0, 16)}.mjs`)
  // Not only looked for: a machine that was killed may have left its name without its bytes.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== source) {
    mkdirSync(dir, { recursive: true })
    const draft = `${file}.${randomBytes(6).toString('hex')}`
    writeFileSync(draft, source)
    renameSync(draft, file)
  }
  return await import(pathToFileURL(file).href)
}
