/** What each error code means to a caller: the HTTP status at the edge, and whether trying again can help. */
interface CodeMeaning {
  readonly status: number
  /** True where the same request may succeed later without being changed. */
  readonly retry: boolean
  /** One sentence for the manual's error table. */
  readonly about: string
}

/** Every error Drowse can answer with. The manual's error table and the HTTP statuses come from here. */
export const CODES = {
  usage: { status: 400, retry: false, about: 'The command line was not understood.' },
  'config-invalid': { status: 500, retry: false, about: 'site.yaml has a problem; the message names the line.' },
  'site-missing': { status: 500, retry: false, about: 'The folder given holds no site.yaml.' },
  'host-unknown': { status: 404, retry: false, about: 'This gateway has no site of that host name.' },
  'run-unknown': { status: 404, retry: false, about: 'The meter has no run of that number, or nothing is asked for it already.' },
  'content-invalid': { status: 422, retry: false, about: 'One or more content files have problems; each is listed.' },
  'page-conflict': {
    status: 409,
    retry: false,
    about: 'Two entries would be published at one path, or one below the other’s file.',
  },
  'key-invalid': { status: 422, retry: false, about: 'An entry or file would be published under a name that no store can hold.' },
  'theme-invalid': { status: 500, retry: false, about: 'A theme component does not compile or does not render.' },
  'extension-invalid': {
    status: 422,
    retry: false,
    about: 'site.ts does not compile, can’t be loaded, or holds something that it may not.',
  },
  'body-too-large': { status: 413, retry: false, about: 'The request is larger than this kind of write may be.' },
  'type-unsupported': { status: 415, retry: false, about: 'The request has a content type that this address does not read.' },
  'form-invalid': { status: 422, retry: false, about: 'A field is missing or not as it should be.' },
  'origin-refused': { status: 403, retry: false, about: 'The form was sent from a page of another site.' },
  'token-missing': { status: 401, retry: false, about: 'This write is for the owner and carries no bearer token.' },
  'token-refused': { status: 403, retry: false, about: 'The bearer token is not one of this site’s.' },
  'page-unknown': { status: 404, retry: false, about: 'The page that was written to is not published here.' },
  'parent-unknown': { status: 422, retry: false, about: 'The comment that was answered is not on that page.' },
  'edit-refused': {
    status: 403,
    retry: false,
    about: 'What a visitor wrote can be changed from the browser that sent it, and for a while.',
  },
  'out-of-stock': {
    status: 409,
    retry: false,
    about: 'Less is left of a product than was ordered, or it is not on sale any more.',
  },
  'order-refused': {
    status: 409,
    retry: false,
    about: 'An order can’t go from the state it is in to the one that was asked for.',
  },
  'write-unknown': { status: 404, retry: false, about: 'No write with that id is known.' },
  'kind-unknown': { status: 404, retry: false, about: 'There is no such kind of write.' },
  'key-reused': { status: 422, retry: false, about: 'The idempotency key was used before with another payload.' },
  'method-refused': { status: 405, retry: false, about: 'The address does not take that method.' },
  'too-many-writes': {
    status: 429,
    retry: true,
    about: 'More was sent from one network, or to the whole site, than is taken in a time. Nothing was accepted.',
  },
  'proof-needed': {
    status: 429,
    retry: true,
    about: 'Many are writing, so a visitor’s browser has to compute something first, or its owner to wait. Nothing was accepted.',
  },
  'queue-full': {
    status: 503,
    retry: true,
    about: 'Too many visitors’ writes wait for the machine already. Nothing was accepted.',
  },
  'wakes-spent': {
    status: 503,
    retry: true,
    about: 'Visitors woke the machine as often as they may for now. What they write is kept and carried by the next wake.',
  },
  'journal-full': {
    status: 503,
    retry: true,
    about: 'The journal could not be written, usually because the disk is full. The write was not accepted.',
  },
  'store-failed': {
    status: 503,
    retry: true,
    about: 'The store could not be written. Accepted writes are kept and published later.',
  },
  'release-refused': { status: 409, retry: false, about: 'A release would lose too much or is older than what is published.' },
  'purge-failed': {
    status: 503,
    retry: true,
    about: 'The caches in front of the store could not be told what changed. Readers see it when their copies expire.',
  },
  'release-unknown': { status: 404, retry: false, about: 'There is no release of that number, or its bytes are no longer kept.' },
  'machine-failed': {
    status: 503,
    retry: true,
    about: 'The machine could not be woken or did not answer. Accepted writes are kept and applied later.',
  },
  'image-missing': {
    status: 500,
    retry: false,
    about: 'There is no machine image of this version of Drowse; `drowse image build` makes one.',
  },
  'image-failed': { status: 500, retry: false, about: 'A machine image could not be built; the message names what is missing.' },
  'program-missing': {
    status: 500,
    retry: false,
    about: 'A program that a machine or its disks need is not on this computer; the message names it and its package.',
  },
  'guest-refused': {
    status: 500,
    retry: false,
    about: 'The guest does not speak this protocol version or refused the gateway’s epoch.',
  },
  'apply-failed': {
    status: 500,
    retry: true,
    about: 'The write was accepted but applying it failed inside the machine; it is kept.',
  },
  'data-in-use': { status: 500, retry: true, about: 'Another Drowse process is using the data folder.' },
  'mail-failed': { status: 503, retry: true, about: 'A mail could not be sent. It is kept and tried again.' },
  'mail-refused': { status: 500, retry: false, about: 'The mail server will never take this mail; it is given up.' },
  'payment-failed': { status: 503, retry: true, about: 'The payment provider could not be asked. It is kept and tried again.' },
  'payment-refused': { status: 500, retry: false, about: 'The payment provider will never do this; it is given up.' },
  'signature-refused': { status: 403, retry: false, about: 'What came to a hook is not signed by whom it says it is from.' },
  'port-in-use': { status: 500, retry: true, about: 'The port is taken by another program.' },
  'folder-unwritable': { status: 500, retry: false, about: 'A folder that must be written to can’t be.' },
  internal: { status: 500, retry: true, about: 'Something Drowse did not foresee; please report it.' },
} as const satisfies Record<string, CodeMeaning>

export type ErrorCode = keyof typeof CODES

/** Whether this is one of the table's codes: what was written or said by another version may hold others. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(CODES, value)
}
