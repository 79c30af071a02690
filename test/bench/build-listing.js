import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

// `build-listing.js FOLDER … TIMES`: what it takes to look at every file of these folders, its size and dates, and do nothing else. JavaScript, as `build-peak.js`.
const folders = process.argv.slice(2, -1)
for (let time = 0; time < Number(process.argv.at(-1)); time++) for (const folder of folders) list(folder)

/** @param {string} folder */
function list(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) list(path)
    else lstatSync(path)
  }
}
