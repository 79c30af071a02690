import type { DrowseError } from '../errors/drowse-error.ts'
import type { OwnWords, Speech } from '../errors/words/types.ts'
import type { Journal } from '../journal/types.ts'
import type { Actor, Json, ObjectInfo, Problem, Receipt } from '../protocol/types.ts'

/** Form fields as text; a field sent twice keeps its last value. */
export type Fields = Readonly<Record<string, string>>

export type Parsed =
  | { readonly ok: true; readonly payload: Json; readonly blobs?: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** A write that a visitor's browser can show to have sent, and what came of it. */
export interface OwnWrite {
  readonly id: string
  readonly kind: string
  readonly payload: Json
  readonly result: Json
  /** An idempotency key for a write about this one: the same change may be asked for again after another. */
  readonly nextKey: string
}

/** A gateway's face of one kind of write: everything that is checked before a machine is woken. Pure. */
export interface WriteForm {
  /** Also its address: POST `/-/comment.create`. */
  readonly kind: string
  readonly actor: 'visitor' | 'owner'
  readonly maxBytes: number
  /** Checks and normalises a plain form (`fields`) or a JSON body. */
  parse(input: { readonly type: 'fields'; readonly fields: Fields } | { readonly type: 'json'; readonly json: Json }): Parsed
  /** Fields that may stand in the query of its address instead of the form: where a program of somebody else's chooses what is sent. */
  readonly inQuery?: readonly string[]
  /** The published page this write is about, which must exist; null where there is none. */
  page(payload: Json): string | null
  /**
   * The form as HTML with everything the person typed still in it, for the error page. `problems` are shown at their fields.
   * Each field's element has the field's name as its id. Problems are told in the visitor's language already, and `speech` is for the rest. Absent for kinds that only
   * programs send.
   */
  html?(fields: Fields, problems: readonly Problem[], speech: Speech): string
  /** For so many seconds the browser that first sent such a write may show that it did: see `ofOwn` and `mine`. */
  readonly ownSeconds?: number
  /** The id of the write that this one is about, which a visitor's browser must have sent; null for none. */
  ofOwn?(payload: Json): string | null
  /** What GET of its address answers: a page with what this browser has sent lately, oldest first. `html` is safe. */
  mine?(writes: readonly OwnWrite[], speech: Speech): { readonly title: string; readonly html: string }
  /** What the thing sent is called in sentences: "comment". */
  readonly noun: string
}

/** An address where a program of somebody else's, such as a payment provider's, tells what happened: POST `/-/hooks/<name>`. */
export interface Hook {
  readonly name: string
  readonly maxBytes: number
  /**
   * Checks the signature over the bytes as they came, and says what is to be written, and whose wake it may cost: the owner’s for what must not wait. Null for what is of no interest.
   * Throws `signature-refused` or `form-invalid`.
   */
  read(
    headers: Headers,
    raw: Uint8Array,
  ): { readonly kind: string; readonly payload: Json; readonly key: string; readonly whose: Actor['role'] } | null
}

/** What the gateway may ask about published objects. A GET needs nothing more. */
export interface Published {
  published(key: string): ObjectInfo | null
  read(key: string): Promise<Uint8Array | null>
}

/** What the gateway knows of the way a write takes after it was accepted. */
export interface Writes {
  /** A write of this site was accepted. Returns at once. Visitors’ wakes have a budget, the owner’s have none. */
  notify(site: string, whose?: Actor['role']): void
  /** How long a visitor’s write that is accepted now would wait until the machine may be woken for it; 0: not at all. */
  heldMs(site: string): number
  /** The receipt as soon as readers can see what came of the write; null at the deadline or when it was put aside. */
  settled(site: string, write: string, deadlineMs: number): Promise<Receipt | null>
}

/** The machine behind the gateway, as its owner may handle it. See the dispatcher's `SiteMachine`. */
export interface OwnersMachine {
  readonly driver: string
  state(): Promise<string>
  wake(): Promise<void>
  sink(to: 'paused' | 'saved' | 'off'): Promise<void>
}

/** How much visitors may send. Null: as much as they want. */
export interface VisitorLimits {
  /** To the whole site in any hour: half of it at once. */
  readonly writesPerHour: number | null
  /** From one network, likewise. */
  readonly writesPerNetwork: number | null
}

export interface OwnerTokens {
  /** Whether this is one of the owner's tokens. Takes equally long for every wrong one. */
  check(token: string): boolean
}

export interface SiteLanguages {
  readonly own: string
  readonly others: readonly string[]
  readonly words: OwnWords
}

export interface GatewayOptions {
  readonly site: string
  readonly forms: readonly WriteForm[]
  readonly hooks?: readonly Hook[]
  readonly journal: Pick<Journal, 'accept' | 'backlog' | 'find' | 'recall'>
  readonly writes: Writes
  readonly published: Published
  readonly tokens: OwnerTokens
  readonly machine: OwnersMachine
  /** With it the gateway knows again what it gave to visitors’ browsers. Without it, a restart makes it forget. */
  readonly ownKey?: Uint8Array
  /** The page that the gateway's own pages in a language are put into, with `FRAME_SLOT` where the content goes; null for a plain one. */
  readonly frame: (language: string) => Promise<string | null>
  /** What visitors are spoken to in: the site's own language, the others that paths begin with, and words of the site's own. English if it is not given. */
  readonly languages?: SiteLanguages
  /** The site's public origin, such as `https://example.org`, from whose pages forms may be sent. */
  readonly origin: string | null
  /** Whether forms may also be sent from the host the request is for: where the gateway serves the site itself. */
  readonly acceptsOwnHost: boolean
  /** The log: is told each fault of ours (5xx) with all that visitors are not told. Standard error if it is not given. */
  readonly onFault?: (error: DrowseError) => void
  /** Visitors may send as much as they want if it is not given. */
  readonly limits?: VisitorLimits
  /** Proxies whose `X-Forwarded-For` is believed, as addresses and networks. */
  readonly trustedProxies?: readonly string[]
  /** How long a visitor is kept waiting for the page to be ready before the answer is 202. */
  readonly deadlineMs: number
}
