#!/usr/bin/env node
// Starts Drowse on the Node it was made for, which npm's `node` package brings along, whatever Node the machine has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname)
// Node takes no types away below node_modules, so a package has the code as JavaScript too.
const main = here.includes(`${sep}node_modules${sep}`) ? join(here, '..', '..', 'lib', 'cli', 'main.js') : join(here, 'main.ts')
const child = spawn(bundledNode() ?? ownNode(), [main, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))

/** The `node` package's binary, or null where npm did not run the script that puts it there. */
function bundledNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/** This process's Node, if it can run Drowse. */
function ownNode() {
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  console.error(
    `Drowse runs on Node 26 or newer, and this is ${process.versions.node}. npm's package \`node\` brings one along, but its script did not run.`,
  )
  console.error('Run `npm rebuild node --ignore-scripts=false` where Drowse is installed, or use a newer Node.')
  process.exit(1)
}
