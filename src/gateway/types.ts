import type { Json, Problem } from '../protocol/types.ts'

/** Form fields as text; a field sent twice keeps its last value. */
export type Fields = Readonly<Record<string, string>>

export type Parsed =
  | { readonly ok: true; readonly payload: Json; readonly blobs?: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** A gateway's face of one kind of write: everything that is checked before a machine is woken. Pure. */
export interface WriteForm {
  /** Also its address: POST `/-/comment.create`. */
  readonly kind: string
  readonly actor: 'visitor' | 'owner'
  readonly maxBytes: number
  /** Checks and normalises a plain form (`fields`) or a JSON body. */
  parse(input: { readonly type: 'fields'; readonly fields: Fields } | { readonly type: 'json'; readonly json: Json }): Parsed
  /** The published page this write is about, which must exist; null where there is none. */
  page(payload: Json): string | null
  /**
   * The form as HTML with everything the person typed still in it, for the error page. `problems` are shown at their fields.
   * Absent for kinds that only programs send.
   */
  html?(fields: Fields, problems: readonly Problem[]): string
  /** What the thing sent is called in sentences: "comment". */
  readonly noun: string
}
