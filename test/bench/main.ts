/** `npm run bench [name …]`: prints figures and ratios; which are compared with what, each program says. */
const PROGRAMS = {
  write: async () => (await import('./write.ts')).benchWrites(),
  journal: async () => (await import('./journal.ts')).benchJournal(),
  s3: async () => (await import('./s3.ts')).benchS3(),
  render: async () => (await import('./render.ts')).benchRender(),
} as const

const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(PROGRAMS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n# ${name}\n`)
  console.log(await run())
}
