/** `npm run bench [name …] [peer …]`: prints figures and ratios; which are compared with what, each program says. `hugo` and `eleventy` are peers of `build`. */
const asked = process.argv.slice(2)
const PROGRAMS = {
  write: async () => (await import('./write.ts')).benchWrites(),
  machines: async () => (await import('./machines.ts')).benchMachines(),
  'many-sites': async () => (await import('./many-sites.ts')).benchManySites(),
  comments: async () => (await import('./comments.ts')).benchComments(),
  orders: async () => (await import('./orders.ts')).benchOrders(),
  journal: async () => (await import('./journal.ts')).benchJournal(),
  s3: async () => (await import('./s3.ts')).benchS3(),
  render: async () => (await import('./render.ts')).benchRender(),
  build: async () => (await import('./build.ts')).benchBuild(asked),
} as const

for (const [name, run] of Object.entries(PROGRAMS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n# ${name}\n`)
  console.log(await run())
}
