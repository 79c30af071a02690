import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { bundleAsync } from 'lightningcss'
import * as v from 'valibot'
import type { Problem } from '../../protocol/types.ts'
import { type Layers, resolveInTheme, type ThemeFile } from './layers.ts'
import type { ThemeAsset } from './types.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
}

/** Browsers since May 2023: what is newer than that is lowered for them, nothing else. */
const TARGETS = { chrome: 113 << 16, firefox: 113 << 16, safari: (16 << 16) | (5 << 8) }

/** Bundles `style.css` with all it imports, and hashes the files it names and those in the theme's `assets/`. */
export async function bundleStyle(
  layers: Layers,
): Promise<{ readonly assets: readonly ThemeAsset[]; readonly problems: readonly Problem[] }> {
  const assets = new Map<string, ThemeAsset>()
  const add = async (file: ThemeFile, name: string) => {
    const asset = assetOf(name, await readFile(file.absolute))
    assets.set(name, asset)
    return asset
  }
  for (const file of layers.list('assets')) await add(file, file.path.slice('assets/'.length))

  // lightningcss knows files by name alone, so a name holds the layer as well: `1/style/tokens.css`.
  const sheet = (key: string) => {
    const [, layer, path] = /^(\d+)\/(.+)$/.exec(key) ?? []
    return { layer: Number(layer), path: path ?? key }
  }
  const lookup = (url: string, key: string) => resolveInTheme(layers, /^(?:\.|theme:)/.test(url) ? url : `./${url}`, sheet(key))
  const texts = new Map<string, string>()
  const start = layers.find('style.css')
  if (start === null)
    return { assets: [], problems: [missing(layers, { layer: 0, path: 'theme.tsx' }, 'The theme has no style.css.')] }

  try {
    const result = await bundleAsync({
      filename: `${start.layer}/style.css`,
      minify: true,
      targets: TARGETS,
      analyzeDependencies: { preserveImports: false },
      resolver: {
        resolve(url, from) {
          const file = lookup(url, from)
          if (file === null) throw new Error(`"${url}" is not a file of this theme.`)
          return `${file.layer}/${file.path}`
        },
        async read(key) {
          const { layer, path } = sheet(key)
          const file = layers.find(path, layer)
          if (file === null) throw new Error(`${path} is not a file of this theme.`)
          const text = await readFile(file.absolute, 'utf8')
          texts.set(key, text)
          return text
        },
      },
    })
    const problems: Problem[] = []
    let css = new TextDecoder().decode(result.code)
    for (const dependency of result.dependencies ?? []) {
      if (dependency.type !== 'url') continue
      const { url, placeholder, loc } = dependency
      const own = /^(?:[a-z]+:|\/|#)/i.test(url) ? null : lookup(url, loc.filePath)
      if (own === null && /^(?:[a-z]+:|\/|#)/i.test(url) === false) {
        problems.push({
          ...missing(layers, sheet(loc.filePath), `"${url}" is not a file of this theme.`),
          line: loc.start.line,
          column: loc.start.column,
        })
      }
      const target = own === null ? url : (await add(own, own.path)).path.slice('/assets/'.length)
      css = css.replaceAll(placeholder, target)
    }
    assets.set('style.css', assetOf('style.css', new TextEncoder().encode(css)))
    for (const warning of result.warnings) problems.push(toProblem(layers, sheet, texts, warning, 'warning'))
    return { assets: [...assets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), problems }
  } catch (error) {
    const fault = v.safeParse(FAULT, error)
    if (!fault.success) throw error
    return { assets: [], problems: [toProblem(layers, sheet, texts, fault.output, 'error')] }
  }
}

/** What lightningcss throws, and the shape of its warnings: lines from 1, columns from 1 (0 in some versions’ warnings). */
const FAULT = v.object({
  message: v.string(),
  fileName: v.optional(v.string()),
  loc: v.nullish(v.object({ line: v.number(), column: v.number(), filename: v.optional(v.string()) })),
})

function toProblem(
  layers: Layers,
  sheet: (key: string) => Pick<ThemeFile, 'layer' | 'path'>,
  texts: ReadonlyMap<string, string>,
  fault: v.InferOutput<typeof FAULT>,
  severity: Problem['severity'],
): Problem {
  const file = fault.loc?.filename ?? fault.fileName
  const text = fault.loc
    ? texts
        .get(file ?? '')
        ?.split('\n')
        [fault.loc.line - 1]?.trim()
    : undefined
  return {
    where: layers.shown(file === undefined ? { layer: 0, path: 'style.css' } : sheet(file)),
    ...(fault.loc ? { line: fault.loc.line, column: fault.loc.column } : {}),
    rule: 'theme/style',
    message: fault.message,
    ...(text ? { hint: text } : {}),
    severity,
  }
}

const missing = (layers: Layers, file: Pick<ThemeFile, 'layer' | 'path'>, message: string): Problem => ({
  where: layers.shown(file),
  rule: 'theme/file-missing',
  message,
  severity: 'error',
})

/** The public path keeps the folder, so that two files of one name and content have two paths. */
export function assetOf(name: string, bytes: Uint8Array): ThemeAsset {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  return { name, path: `/assets/${stem}.${hash}${extension}`, bytes, contentType: TYPES[extension] ?? 'application/octet-stream' }
}
