// What a theme's components of the shop are given; see views.ts.

/** What can be ordered of a product: its variants, or the product itself. */
export interface OfferView {
  readonly sku: string
  /** The variant's; '' where the product is all one. */
  readonly name: string
  /** As people read it: €12.50. */
  readonly price: string
  /** As programs do: 12.50. */
  readonly amount: string
  readonly currency: string
  readonly available: boolean
}

/** The plain HTML form of an order. Fields: page, language, name, email, address, postcode, city, country, shipping, note, the honeypot `website`; what is ordered as `sku` and `quantity`, or as `n-<SKU>` each. */
export interface OrderFormView {
  readonly action: string
  /** Values of hidden fields. */
  readonly page: string
  readonly language: string
  /** The page on which several things can be ordered at once; null where a page of the owner's own is in its place. */
  readonly cart: string | null
  /** None: nobody is asked. */
  readonly countries: readonly { readonly code: string; readonly name: string }[]
  /** Ways to choose from; none where there is no choice. */
  readonly shipping: readonly { readonly name: string; readonly price: string }[]
  /** Ways to pay, to choose from; none where there is no choice. */
  readonly payment: readonly ('invoice' | 'stripe')[]
  /** False where nothing is sent. */
  readonly hasAddress: boolean
}

export interface OrderView {
  readonly number: number
  /** What the state is called by people. */
  readonly state: string
  /** What its buyer should know or can do now; null for nothing beside the state. */
  readonly advice: string | null
  /** Whether it is over without a sale. */
  readonly isOff: boolean
  /** Whether the way to pay is being made ready: the page should look again in a moment. */
  readonly isPreparing: boolean
  /** Where to pay now; null for nowhere. */
  readonly payUrl: string | null
  readonly placed: string
  /** Until when the goods are kept for it; null where they are not, or for good. */
  readonly heldUntil: string | null
  readonly lines: readonly {
    readonly title: string
    readonly path: string | null
    readonly quantity: number
    readonly price: string
    readonly total: string
  }[]
  /** Subtotal, shipping, taxes, total: each with its name. */
  readonly sums: readonly { readonly name: string; readonly amount: string; readonly isTotal: boolean }[]
  /** How to pay, a paragraph each; none once it is paid or off. */
  readonly instructions: readonly string[]
  readonly log: readonly { readonly state: string; readonly at: string }[]
}
