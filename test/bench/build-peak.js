import { writeFileSync } from 'node:fs'

// Imported into a process before its own program: says at its end how much memory it held at most, in kB. JavaScript, so that Node’s parser of TypeScript isn’t part of what is timed.
const file = process.env.DROWSE_BENCH_PEAK
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)))
