#!/usr/bin/env node
// Starts Drowse on the Node it was made for, which npm's `node` package brings along, whatever Node the machine has. This file is JavaScript, since an old Node has to
// read it, and since Node would load its own TypeScript parser first: what comes after is kept compiled.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = 26
const file = fileURLToPath(import.meta.url)
const version = majorOf(process.versions.node)
const bundled = version === NEEDED ? null : bundledNode()

if (bundled !== null && process.env.DROWSE_LAUNCHED === undefined) launch(bundled)
else if (version >= NEEDED) await run()
else refuse()

/** Lets Node keep what it compiles, so that the next process starts in a third of the time: in the user's own folder, since what is kept there is run as it is. */
async function run() {
  delete process.env.DROWSE_LAUNCHED
  nodeModule.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'drowse'))
  const here = dirname(file)
  // Node takes no types away below node_modules, so a package has the code as JavaScript too.
  await import(here.includes(`${sep}node_modules${sep}`) ? '../../lib/cli/main.js' : './main.ts')
}

/** @param {string} node */
function launch(node) {
  const env = { ...process.env, DROWSE_LAUNCHED: '1' }
  const child = spawn(node, [file, ...process.argv.slice(2)], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
}

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

function refuse() {
  console.error(
    `Drowse runs on Node ${NEEDED} or newer, and this is ${process.versions.node}. npm's package \`node\` brings one along, but its script did not run.`,
  )
  console.error('Run `npm rebuild node --ignore-scripts=false` where Drowse is installed, or use a newer Node.')
  process.exit(1)
}

/** @param {string} text */
function majorOf(text) {
  return Number(text.split('.')[0])
}
