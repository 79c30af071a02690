import type { ErrorCode } from '../errors/codes.ts'
import type { Saying } from '../errors/words/types.ts'

/** Bumped whenever a message changes its meaning; gateway and guest must agree. */
export const PROTOCOL_VERSION = 1

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Who asks for a write. The gateway decides this before the write is accepted; a guest trusts it. */
export type Actor = { readonly role: 'visitor' } | { readonly role: 'owner' }

/** An accepted write as it travels to the guest. */
export interface Write {
  /** Unguessable, unique per site, given by the journal. The guest applies an id once. */
  readonly id: string
  /** `comment.create`, `post.save`, `site.sync`, … */
  readonly kind: string
  readonly actor: Actor
  /** Already checked by the kind's form; the guest checks again. */
  readonly payload: Json
  /** ISO 8601 UTC, when the journal accepted it. The only clock a write may use. */
  readonly acceptedAt: string
  /** SHA-256 (hex) of the bytes the payload refers to, sent as `blob` frames before the batch. */
  readonly blobs: readonly string[]
}

/** What a write came to. Kept by guest and journal: a retry gets the same one. */
export type Receipt =
  | {
      readonly write: string
      readonly status: 'applied'
      /** Where the result can be seen: a page's path such as `/posts/hello/`. */
      readonly page?: string
      /** The element on that page, without `#`. */
      readonly anchor?: string
      /** What the kind wants to tell its caller. */
      readonly result?: Json
      /** Warnings: what was taken all the same. */
      readonly problems?: readonly Problem[]
    }
  | {
      readonly write: string
      readonly status: 'rejected'
      readonly code: ErrorCode
      readonly message: string
      readonly hint?: string
      /** The message and the hint for pages in other languages. */
      readonly saying?: Saying
      readonly hintSaying?: Saying
      /** Problems by field or file, for the error page and for programs. */
      readonly problems?: readonly Problem[]
    }

/** A fault in something a person wrote, told so that they can mend it. */
export interface Problem {
  /** A file relative to the site, or a form field's name. */
  readonly where: string
  readonly line?: number
  readonly column?: number
  /** A stable id such as `front-matter/unknown-key`. */
  readonly rule: string
  readonly message: string
  /** The message for pages in other languages, where they have it. */
  readonly saying?: Saying
  readonly hint?: string
  readonly severity: 'error' | 'warning'
}

/** One published file: its key in the store, and what is needed to publish it rightly. */
export interface ObjectInfo {
  /** `posts/hello/index.html`: no leading slash; `private/…` is never public. */
  readonly key: string
  /** SHA-256 of the bytes, hex. */
  readonly hash: string
  readonly sizeBytes: number
  readonly contentType: string
  /** `immutable`: the name holds the content's hash. `page`: revalidated. */
  readonly cache: 'immutable' | 'page'
  /** Where readers of this key are sent instead: a path of the site or an absolute address. The bytes are for servers that can't redirect. */
  readonly redirect?: string
}

/** Something the outside must do on the guest's behalf; performed from the gateway's outbox. */
export interface Effect {
  readonly id: string
  readonly kind: string
  readonly payload: Json
}

/** Times inside the guest, nanoseconds. */
export interface GuestTimes {
  readonly applyNs: number
  /** Finding the affected pages and rendering them. */
  readonly renderNs: number
  readonly commitNs: number
}

/** Gateway → guest. One message is answered before the next is sent; `blob` has no answer. */
export type ToGuest =
  | {
      readonly type: 'wake'
      readonly version: number
      /** Echoed in `awake`, so that an answer cannot be an older one. */
      readonly nonce: string
      /** Milliseconds since 1970: the gateway's clock. */
      readonly now: number
      /** The gateway's fencing epoch for this site; a guest refuses one lower than it has seen. */
      readonly epoch: number
    }
  | { readonly type: 'blob'; readonly hash: string }
  | {
      readonly type: 'apply'
      readonly batch: string
      readonly writes: readonly Write[]
    }
  /** All objects up to and including this outbox number are published; the guest may forget them. */
  | { readonly type: 'acknowledge'; readonly outbox: number }

/** Guest → gateway. `object` comes with the object's bytes as the frame's body. */
export type FromGuest =
  | { readonly type: 'awake'; readonly version: number; readonly nonce: string; readonly generation: number }
  | { readonly type: 'object'; readonly object: ObjectInfo }
  | {
      readonly type: 'applied'
      readonly batch: string
      readonly receipts: readonly Receipt[]
      /** Keys that are no longer part of the site. */
      readonly removed: readonly string[]
      readonly effects: readonly Effect[]
      /** ISO time at which the machine wants to be woken without a write, or null. */
      readonly nextWakeAt: string | null
      /** Grows with every batch that changed something; told back in `acknowledge`. */
      readonly outbox: number
      readonly times: GuestTimes
      /** Pages whose render function ran, changed or not. */
      readonly rendered: number
      /** Pages that could not be rendered; their older version stays published. */
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'acknowledged' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly hint?: string }

/** One message with its optional bytes. On the wire: u32be header length, u32be body length, JSON header, body. */
export interface Frame<M> {
  readonly message: M
  readonly body: Uint8Array
}

/**
 * A way to talk to a woken guest. `exchange` sends the blobs, then the message, and yields every frame up to and including the one that
 * ends the answer (`awake`, `applied`, `acknowledged`, `failed`). Exchanges queue up behind each other. It throws `machine-failed` when
 * the guest is gone or the deadline passes; the guest may still have applied what was sent.
 */
export interface GuestLink {
  exchange(
    message: ToGuest,
    blobs: Iterable<readonly [hash: string, bytes: Uint8Array]>,
    deadline: AbortSignal,
  ): AsyncIterable<Frame<FromGuest>>
}
