import { readFileSync } from 'node:fs'
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { asDrowseError } from '../errors/drowse-error.ts'
import { addCommentVerbs } from './comment-verbs.ts'
import { openTerminal } from './terminal.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const program = new Command('drowse')
  .description('A static site that wakes only to be written to.')
  .version(String(version))
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  $ drowse init my-site              a site to begin with
  $ drowse new post "Hello, owls"    a post in it, with today’s date
  $ drowse import old-blog --to my-site
  $ drowse build --out dist          the folder you are in, as static HTML
  $ drowse publish                   to a folder or a bucket, as site.yaml says
  $ drowse start --port 3000         the site and its gateway, asleep until somebody writes
  $ drowse dev                       write and watch the page reload
  $ drowse token                     a token for the owner's writes
  $ drowse send post.md --to https://example.org

A site is a folder with a site.yaml and Markdown under content/.
The manual is the sample site: npm start, then /manual/.`,
  )

const force = () => new Option('--force', 'go on although more than a fifth of the site’s files are gone')
const drafts = () => new Option('--drafts', 'show drafts and what has a date to come')
const data = () => new Option('--data <dir>', 'the data folder of a gateway, for what `drowse start` published')
const json = () => new Option('--json', 'print JSON, one value a line, and nothing else')

program
  .command('init')
  .description('begin a site: site.yaml, a first post, a profile')
  .argument('[folder]', 'a new folder, or an empty one', '.')
  .addOption(json())
  .action((folder: string, options: { json?: true }) =>
    run(options, async (terminal) => (await import('./init.ts')).runInit(terminal, folder)),
  )

program
  .command('new')
  .description('begin an entry: a file named after its title, with front matter')
  .addArgument(new Argument('<kind>', 'what it is').choices(['post', 'note', 'page', 'product', 'profile']))
  .argument('<title>', 'its title, in quotation marks')
  .argument('[site]', 'the folder of the site, or one inside it', '.')
  .addOption(json())
  .action((kind: string, title: string, site: string, options: { json?: true }) =>
    run(options, async (terminal) => (await import('./new.ts')).runNew(terminal, kind, title, site)),
  )

program
  .command('import')
  .description('take over a site of Jekyll, Hugo, Eleventy or WordPress, or a folder of Markdown')
  .argument('<source>', 'its folder, or WordPress’s export.xml')
  .option('--to <dir>', 'the site it goes to; made if it isn’t there', '.')
  .option('--dry-run', 'write nothing, and tell what would be written')
  .addOption(json())
  .action((source: string, options: { to: string; dryRun?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./import.ts')).runImport(terminal, source, options)),
  )

program
  .command('build')
  .description('build the site into a folder; only what changed since the last time is rendered')
  .argument('[site]', 'the folder of the site', '.')
  .option('-o, --out <dir>', 'where the files go (default: dist in the site)')
  .option('--no-cache', 'forget what earlier builds knew and build everything')
  .addOption(drafts())
  .option('--strict', 'count warnings, such as a link that leads nowhere, as errors')
  .addOption(force())
  .addOption(json())
  .action((site: string, options: { out?: string; cache: boolean; drafts?: true; strict?: true; force?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./build.ts')).runBuild(terminal, site, options)),
  )

program
  .command('publish')
  .description('build the site and make the store show it: only what changed is put')
  .argument('[site]', 'the folder of the site', '.')
  .option('--dry-run', 'print what would be put and removed, and publish nothing')
  .option('--force', 'publish though the build has errors, is much smaller, or covers what a machine published')
  .addOption(json())
  .action((site: string, options: { dryRun?: true; force?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./publish.ts')).runPublish(terminal, site, options)),
  )

program
  .command('releases')
  .description('list the newest releases')
  .argument('[site]', 'the folder of the site', '.')
  .option('-n, --limit <n>', 'how many', wholeNumber, 20)
  .addOption(data())
  .addOption(json())
  .action((site: string, options: { data?: string; limit: number; json?: true }) =>
    run(options, async (terminal) => (await import('./releases.ts')).runReleases(terminal, site, options)),
  )

program
  .command('rollback')
  .description('publish the state of an earlier release again')
  .argument('[n]', 'the release’s number (default: the last but one)', wholeNumber)
  .argument('[site]', 'the folder of the site', '.')
  .addOption(data())
  .addOption(json())
  .action((number: number | undefined, site: string, options: { data?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./rollback.ts')).runRollback(terminal, number, site, options)),
  )

program
  .command('verify')
  .description('compare the store with what was published')
  .argument('[site]', 'the folder of the site', '.')
  .option('--repair', 'put what is missing or changed again, and remove what is too much')
  .addOption(data())
  .addOption(json())
  .action((site: string, options: { data?: string; repair?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./verify.ts')).runVerify(terminal, site, options)),
  )

program
  .command('config')
  .description('print a configuration for what stands in front of the store')
  .addArgument(new Argument('<server>', 'what stands there').choices(['nginx', 'varnish', 'cloudfront']))
  .argument('[site]', 'the folder of the site', '.')
  .option('--origin <url>', 'where the public objects are served from (default for nginx: the files of a directory store)')
  .option('--gateway <url>', 'where the gateway listens', 'http://127.0.0.1:3000')
  .addOption(json())
  .action(
    (server: 'nginx' | 'varnish' | 'cloudfront', site: string, options: { origin?: string; gateway: string; json?: true }) =>
      run(options, async (terminal) => (await import('./config.ts')).runConfig(terminal, server, site, options)),
  )

program
  .command('start')
  .description(
    'serve the site and take its writes: a process as the machine and a folder as the store, unless site.yaml says otherwise',
  )
  .argument('[site]', 'the folder of the site', '.')
  .option('-p, --port <n>', 'the port to listen on; 0 picks a free one', portNumber, 3000)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .option('--data <dir>', 'where the journal, the machine and the store are kept (default: .drowse/data in the site)')
  .addOption(force())
  .addOption(json())
  .action((site: string, options: { port: number; host: string; data?: string; force?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./start.ts')).runStart(terminal, site, options)),
  )

program
  .command('gateway')
  .description('serve many sites: a folder of site folders, each named after its host; one that nobody asks for is closed')
  .argument('[folder]', 'the folder of the sites', '.')
  .option('-p, --port <n>', 'the port to listen on; 0 picks a free one', portNumber, 3000)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .option(
    '--paused-memory <mb>',
    'what paused machines may hold together; beyond it those written to least recently sink',
    wholeNumber,
  )
  .addOption(json())
  .action((folder: string, options: { port: number; host: string; pausedMemory?: number; json?: true }) =>
    run(options, async (terminal) => (await import('./gateway.ts')).runGateway(terminal, folder, options)),
  )

program
  .command('dev')
  .description('build, serve and watch: a saved file is on the page a moment later')
  .argument('[site]', 'the folder of the site', '.')
  .option('-p, --port <n>', 'the port to listen on; 0 picks a free one', portNumber, 3001)
  .addOption(drafts())
  .action((site: string, options: { port: number; drafts?: true }) =>
    run({}, async (terminal) => (await import('./dev.ts')).runDev(terminal, site, options)),
  )

const image = program
  .command('image')
  .description('the disks of virtual machines, for `machine.driver: qemu` and `xen` in site.yaml')
const images = () => new Option('--folder <dir>', 'the folder of images (default: where `drowse start` looks for them)')

image
  .command('build')
  .description('build the image of this version from Debian’s packages; nothing is installed')
  .addOption(images())
  .addOption(json())
  .action((options: { folder?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./image.ts')).runImageBuild(terminal, options)),
  )

image
  .command('ls')
  .description('list the images there are')
  .addOption(images())
  .addOption(json())
  .action((options: { folder?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./image.ts')).runImageList(terminal, options)),
  )

const MACHINE_VERBS = [
  ['machines', 'tell how a site’s machine is: running, paused, saved or off', null],
  ['wake', 'wake a site’s machine once; it then sleeps as it does after a write', 'awake'],
  ['stop', 'turn a site’s machine off; the next write starts it cold', 'off'],
] as const
for (const [name, description, to] of MACHINE_VERBS) {
  gatewayVerb(name, description).action((options: { to: string; token?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./machine-verbs.ts')).runMachineVerb(terminal, options, to)),
  )
}

gatewayVerb('suspend', 'let a site’s machine sleep at this tier or a deeper one')
  .addOption(new Option('--tier <tier>', 'how deeply').choices(['paused', 'saved']).default('saved'))
  .action((options: { to: string; token?: string; tier: 'paused' | 'saved'; json?: true }) =>
    run(options, async (terminal) => (await import('./machine-verbs.ts')).runMachineVerb(terminal, options, options.tier)),
  )

program
  .command('console')
  .description('print what a machine on this computer has said')
  .argument('[site]', 'the folder of the site', '.')
  .option('-f, --follow', 'go on with what it says from now on')
  .addOption(data())
  .addOption(json())
  .action((site: string, options: { data?: string; follow?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./console.ts')).runConsole(terminal, site, options)),
  )

program
  .command('phases')
  .description('tell where the time of the last writes went, and the wake share')
  .argument('[site]', 'the folder of the site', '.')
  .option('-n, --last <n>', 'how many of the machine’s last runs to look at', wholeNumber, 1000)
  .addOption(data())
  .addOption(json())
  .action((site: string, options: { data?: string; last: number; json?: true }) =>
    run(options, async (terminal) => (await import('./phases.ts')).runPhases(terminal, site, options)),
  )

program
  .command('bill')
  .description('tell what the machine did in a month, and what it costs beside one that never sleeps')
  .argument('[site]', 'the folder of the site', '.')
  .option('-m, --month <month>', 'such as 2026-11 (default: this one)', month)
  .option('--csv', 'as a table for spreadsheets: a line for each run of the machine')
  .option('--free <run>', 'ask nothing for this run any more; the meter keeps it, and the reason', wholeNumber)
  .option('--why <reason>', 'of --free', 'no reason was given')
  .addOption(data())
  .addOption(json())
  .action((site: string, options: { data?: string; month?: string; csv?: true; free?: number; why: string; json?: true }) =>
    run(options, async (terminal) => (await import('./bill.ts')).runBill(terminal, site, options)),
  )

program
  .command('token')
  .description('make a bearer token for the owner’s writes; it is shown once')
  .argument('[site]', 'the folder of the site', '.')
  .option('--data <dir>', 'the data folder that `drowse start` uses (default: .drowse/data in the site)')
  .addOption(json())
  .action((site: string, options: { data?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./token.ts')).runToken(terminal, site, options)),
  )

program
  .command('send')
  .description('send a post to a running site; it is published a moment later')
  .argument('<file>', 'a Markdown file with front matter')
  .requiredOption('--to <url>', 'the site’s gateway, such as https://example.org')
  .option('--token <token>', 'the owner’s token (default: the DROWSE_TOKEN variable)')
  .option('--as <path>', 'the file it becomes in the site (default: content/posts/<file>)')
  .addOption(json())
  .action((file: string, options: { to: string; token?: string; as?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./send.ts')).runSend(terminal, file, options)),
  )

const to = () => new Option('--to <url>', 'the site’s gateway, such as https://example.org').makeOptionMandatory()
const token = () => new Option('--token <token>', 'the owner’s token (default: the DROWSE_TOKEN variable)')

addCommentVerbs(program, { run, to, token, json, wholeNumber })

program
  .command('orders')
  .description('list the orders of a running site')
  .option('--csv', 'print them as CSV, a row for each line of each')
  .addOption(to())
  .addOption(token())
  .addOption(json())
  .action((options: { to: string; token?: string; csv?: true; json?: true }) =>
    run(options, async (terminal) => (await import('./orders.ts')).runOrders(terminal, options)),
  )

program
  .command('order')
  .description('say what was done with an order')
  .argument('<n>', 'its number', wholeNumber)
  .addArgument(new Argument('<done>', 'what was done').choices(['paid', 'sent', 'cancelled', 'refunded']))
  .option('--amount <amount>', 'how much was refunded, such as 12.50 (default: all of it)')
  .option('--restock', 'the goods of a refund are on sale again (default: if they were not sent)')
  .option('--no-restock', 'the goods of a refund stay gone')
  .addOption(to())
  .addOption(token())
  .addOption(json())
  .action(
    (number: number, done: string, options: { to: string; token?: string; amount?: string; restock?: boolean; json?: true }) =>
      run(options, async (terminal) => (await import('./orders.ts')).runOrder(terminal, number, done, options)),
  )

program
  .command('stock')
  .description('say how many of an SKU are left')
  .argument('<sku>', 'such as LAMP-1')
  .argument('<left>', 'how many', wholeNumber)
  .addOption(to())
  .addOption(token())
  .addOption(json())
  .action((sku: string, left: number, options: { to: string; token?: string; json?: true }) =>
    run(options, async (terminal) => (await import('./orders.ts')).runStock(terminal, sku, left, options)),
  )

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}

/** Runs a verb. Its return value is the exit code; a thrown error is printed and is 1. */
async function run(
  options: { json?: true },
  verb: (terminal: ReturnType<typeof openTerminal>) => Promise<number>,
): Promise<void> {
  const terminal = openTerminal({ json: options.json === true })
  try {
    process.exitCode = await verb(terminal)
  } catch (error) {
    const known = asDrowseError(error)
    terminal.error(known)
    if (known.code === 'internal' && known.cause instanceof Error && !terminal.json)
      process.stderr.write(`${known.cause.stack}\n`)
    process.exitCode = 1
  }
}

/** A verb for the owner of a running site. */
function gatewayVerb(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--to <url>', 'the site’s gateway, such as https://example.org')
    .option('--token <token>', 'the owner’s token (default: the DROWSE_TOKEN variable)')
    .addOption(json())
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('This is a whole number.')
  return Number(text)
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
  return port
}

function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('A month is written as 2026-11.')
  return text
}
