import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { askOwner, parseUrl, tokenOf } from './gateway-client.ts'
import type { Terminal } from './terminal.ts'

const toldSchema = v.object({ driver: v.string(), state: v.string() })

interface Options {
  readonly to: string
  readonly token?: string
}

/** `drowse machines`, `wake`, `suspend` and `stop`: how a site's machine is. With `to`, it is woken once or let sink first. */
export async function runMachineVerb(
  terminal: Terminal,
  options: Options,
  to: 'awake' | 'paused' | 'saved' | 'off' | null,
): Promise<number> {
  const url = new URL('/-/machine', parseUrl(options.to))
  const token = tokenOf(options.token, 'A machine’s state')
  const startedNs = process.hrtime.bigint()
  const told = await askOwner(terminal, url, token, to === null ? undefined : { to })
  const ms = Number(process.hrtime.bigint() - startedNs) / 1e6
  const answer = v.safeParse(toldSchema, told)
  if (!answer.success)
    throw new DrowseError('usage', `${url.origin} does not tell of a machine.`, { hint: 'Is its Drowse as new as this one?' })
  const { driver, state } = answer.output
  terminal.line(`${url.origin}: ${terminal.style('bold', state)}, ${driver}${to === null ? '' : `, after ${ms.toFixed(0)} ms`}`)
  terminal.result({ driver, state, ms })
  return 0
}
