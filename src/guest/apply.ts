import * as v from 'valibot'
import type { Plan } from '../build/plan.ts'
import type { EntryType, SourceReader } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { inEnglish, sayingOfIssue } from '../errors/words/say.ts'
import type { WriteHandler } from '../features/types.ts'
import type { Blobs } from '../model/content-cache.ts'
import type { Effect, Problem, Receipt, Write } from '../protocol/types.ts'
import type { Extensions } from './extensions.ts'

export interface ApplyParts {
  readonly handlers: ReadonlyMap<string, WriteHandler>
  readonly types: readonly EntryType[]
  readonly read: SourceReader
  readonly blobs: Blobs
  /** Bytes that came with the batch, by SHA-256. */
  readonly sent: ReadonlyMap<string, Uint8Array>
  readonly extensions: Pick<Extensions, 'change'>
}

export interface AppliedWrite {
  readonly receipt: Receipt
  /** Null for a write that was rejected. */
  readonly plan: Plan | null
  readonly effects: readonly Effect[]
}

/**
 * Applies one write and plans the pages it affects. A write that asks for what can't be done is rejected with a receipt, and nothing of it remains. Any other
 * fault is thrown: it is ours, and the batch will be tried again.
 */
export async function applyWrite(write: Write, parts: ApplyParts): Promise<AppliedWrite> {
  let effects: Effect[] = []
  const blob = (hash: string) => parts.sent.get(hash) ?? parts.blobs.get(hash)
  const keep = (bytes: Uint8Array) => parts.blobs.keep(bytes)
  try {
    const { result, plan } = await parts.extensions.change((change) => {
      effects = []
      const handler = parts.handlers.get(write.kind)
      if (!handler) throw new DrowseError('kind-unknown', `No feature of this site takes ${write.kind}.`)
      return handler.apply({ change, write, blob, keep, effect: (effect) => effects.push(effect), parts })
    })
    return { receipt: { write: write.id, status: 'applied', ...result }, plan, effects }
  } catch (error) {
    return { receipt: rejection(write, error), plan: null, effects: [] }
  }
}

function rejection(write: Write, error: unknown): Receipt {
  if (v.isValiError(error)) {
    const problems = error.issues.map(
      (issue): Problem => ({
        where: v.getDotPath(issue) ?? 'payload',
        rule: 'payload/invalid',
        message: textOf(issue),
        severity: 'error',
      }),
    )
    return {
      write: write.id,
      status: 'rejected',
      code: 'form-invalid',
      message: `The ${write.kind} is not as it should be.`,
      problems,
    }
  }
  if (!(error instanceof DrowseError) || error.status >= 500) throw error
  const { code, message, hint, saying, hintSaying, details } = error
  return {
    write: write.id,
    status: 'rejected',
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(saying === undefined ? {} : { saying }),
    ...(hintSaying === undefined ? {} : { hintSaying }),
    ...(isProblems(details.problems) ? { problems: details.problems } : {}),
  }
}

function textOf(issue: { readonly message: string; readonly requirement?: unknown }): string {
  const saying = sayingOfIssue(issue)
  return saying === null ? issue.message : inEnglish(saying)
}

function isProblems(value: unknown): value is readonly Problem[] {
  return Array.isArray(value)
}
