import type { OrderFormView, SiteView } from 'drowse/theme'
import type { Child } from 'hono/jsx'
import { wordsOf } from '../words.ts'

/** A plain form: works without JavaScript. `children` say what is ordered. The names of its fields are the gateway's. */
export function OrderForm({ form, site, children }: { form: OrderFormView; site: SiteView; children: Child }) {
  const words = wordsOf(site)
  return (
    <form class="comment-form order-form" method="post" action={form.action}>
      <input type="hidden" name="page" value={form.page} />
      {form.language !== '' && <input type="hidden" name="language" value={form.language} />}
      {children}
      <label>
        {words.buyerName}
        <input name="name" type="text" dir="auto" autocomplete="name" maxlength={120} required />
      </label>
      <label>
        {words.buyerEmail}
        <input name="email" type="email" autocomplete="email" maxlength={254} required />
      </label>
      {form.hasAddress && <Address form={form} site={site} />}
      {form.payment.length > 0 && (
        <label class="full">
          {words.payment}
          <select name="payment">
            {form.payment.map((way) => (
              <option value={way}>{way === 'stripe' ? words.payStripe : words.payInvoice}</option>
            ))}
          </select>
        </label>
      )}
      <label class="full">
        {words.noteToShop}
        <textarea name="note" dir="auto" rows={2} maxlength={2000}></textarea>
      </label>
      <div class="trap" aria-hidden="true">
        <label>
          {words.leaveEmpty}
          <input name="website" type="text" tabindex={-1} autocomplete="off" />
        </label>
      </div>
      <p class="full order-hint">{words.orderHint}</p>
      <button class="button" type="submit">
        {words.placeOrder}
      </button>
    </form>
  )
}

function Address({ form, site }: { form: OrderFormView; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <>
      <label class="full">
        {words.address}
        <input name="address" type="text" dir="auto" autocomplete="address-line1" maxlength={200} required />
      </label>
      <label>
        {words.postcode}
        <input name="postcode" type="text" autocomplete="postal-code" maxlength={20} />
      </label>
      <label>
        {words.city}
        <input name="city" type="text" dir="auto" autocomplete="address-level2" maxlength={100} required />
      </label>
      {form.countries.length > 0 && (
        <label>
          {words.country}
          <select name="country" autocomplete="country" required>
            {form.countries.length > 1 && <option value="">{words.choose}</option>}
            {form.countries.map(({ code, name }) => (
              <option value={code}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {form.shipping.length > 0 && (
        <label>
          {words.shipping}
          <select name="shipping">
            {form.shipping.map(({ name, price }) => (
              <option value={name}>{`${name}, ${price}`}</option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}
