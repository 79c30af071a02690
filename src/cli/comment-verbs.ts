import { Argument, type Command, type Option } from 'commander'
import type { Terminal } from './terminal.ts'

/** What all verbs share. */
export interface VerbParts {
  run(options: { readonly json?: true }, verb: (terminal: Terminal) => Promise<number>): Promise<void>
  to(): Option
  token(): Option
  json(): Option
  wholeNumber(text: string): number
}

/** The verbs about comments: to read, decide, import and export them. */
export function addCommentVerbs(program: Command, parts: VerbParts): void {
  program
    .command('comments')
    .description('list the comments of a running site that wait for you')
    .option('--export', 'print all its comments as JSON instead')
    .option('--emails', 'with the addresses of those who wrote them')
    .addOption(parts.to())
    .addOption(parts.token())
    .addOption(parts.json())
    .action((options: { to: string; token?: string; export?: true; emails?: true; json?: true }) =>
      parts.run(options, async (terminal) => {
        const { runComments, runExport } = await import('./comments.ts')
        return await (options.export ? runExport : runComments)(terminal, options)
      }),
    )

  program
    .command('import-comments')
    .description('bring the comments of WordPress or Disqus to a running site')
    .argument('<file>', 'an export of WordPress or Disqus, or a .json of `drowse comments --export`')
    .option('--dry-run', 'say what would be done, and add nothing')
    .addOption(parts.to())
    .addOption(parts.token())
    .addOption(parts.json())
    .action((file: string, options: { to: string; token?: string; dryRun?: true; json?: true }) =>
      parts.run(options, async (terminal) => (await import('./import-comments.ts')).runImportComments(terminal, file, options)),
    )

  program
    .command('comment')
    .description('decide on a comment')
    .argument('<n>', 'its number', parts.wholeNumber)
    .addArgument(new Argument('<verb>', 'what is to become of it').choices(['approve', 'hold', 'delete']))
    .addOption(parts.to())
    .addOption(parts.token())
    .addOption(parts.json())
    .action((number: number, verb: string, options: { to: string; token?: string; json?: true }) =>
      parts.run(options, async (terminal) => (await import('./comments.ts')).runComment(terminal, number, verb, options)),
    )
}
