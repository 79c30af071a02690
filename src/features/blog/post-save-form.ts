import * as v from 'valibot'
import type { WriteForm } from '../../gateway/types.ts'
import { postSaveSchema } from './post-save-payload.ts'

/** The gateway's face of `post.save`: JSON `{ "path": "content/posts/hello.md", "text": "---\ntitle: …" }` from the owner. */
export const postSaveForm: WriteForm = {
  kind: 'post.save',
  noun: 'post',
  actor: 'owner',
  maxBytes: 4 * 1024 * 1024,
  parse(input) {
    const parsed = v.safeParse(postSaveSchema, input.type === 'fields' ? { ...input.fields } : input.json)
    if (parsed.success) return { ok: true, payload: parsed.output }
    const problems = parsed.issues.map((issue) => ({
      where: v.getDotPath(issue) ?? 'post',
      rule: 'form/invalid',
      message: issue.message,
      severity: 'error' as const,
    }))
    return { ok: false, problems }
  },
  page: () => null,
}
