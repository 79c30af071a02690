import type { OfferView, OrderFormView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { OrderForm } from './OrderForm.tsx'

/** The form on a product's page. The script of the cart shows its button, and needs what stands in `data-`. */
export function OrderOne({
  title,
  offers,
  form,
  site,
}: {
  title: string
  offers: readonly OfferView[]
  form: OrderFormView
  site: SiteView
}) {
  const words = wordsOf(site)
  const [only, ...others] = offers
  return (
    <details class="order-one">
      <summary class="button">{words.order}</summary>
      <OrderForm form={form} site={site}>
        {others.length === 0 ? (
          <input type="hidden" name="sku" value={only?.sku} data-title={title} data-price={only?.price} />
        ) : (
          <fieldset class="full">
            <legend>{words.variants}</legend>
            {offers.map((offer) => (
              <label class="choice">
                <input
                  type="radio"
                  name="sku"
                  value={offer.sku}
                  disabled={!offer.available}
                  required
                  data-title={`${title}, ${offer.name}`}
                  data-price={offer.price}
                />
                <span>
                  {offer.name} <small>{offer.available ? offer.price : words.unavailable}</small>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <label class="full quantity">
          {words.quantity}
          <input name="quantity" type="number" min={1} max={1000} value="1" inputmode="numeric" required />
        </label>
      </OrderForm>
    </details>
  )
}
