// The cart lives in the reader's browser and wakes nothing: what is in it becomes an order only when its form is sent.

const CART = 'drowse-cart'
const SENT = 'drowse-cart-sent'

/** @returns {Record<string, { quantity: number, title: string, price: string, path: string }>} by SKU */
function read() {
  try {
    return JSON.parse(localStorage.getItem(CART) ?? '{}') ?? {}
  } catch {
    return {}
  }
}

function write(cart) {
  try {
    localStorage.setItem(CART, JSON.stringify(cart))
  } catch {
    // A browser that keeps nothing: the form still works.
  }
}

for (const form of document.querySelectorAll('.order-form')) {
  // The same form sent twice is one order; changed, it is another one.
  const key = document.createElement('input')
  key.type = 'hidden'
  key.name = 'key'
  form.append(key)
  const renew = () => {
    key.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
  }
  renew()
  form.addEventListener('input', renew)
}

const add = document.querySelector('.cart-add')
if (add) {
  const form = document.querySelector('.order-form')
  const said = document.querySelector('.cart-said')
  add.hidden = false
  add.addEventListener('click', () => {
    const chosen = form.querySelector('input[name=sku]:checked, input[name=sku][type=hidden]')
    if (!chosen) {
      form.closest('details').open = true
      form.querySelector('input[name=sku]')?.reportValidity()
      return
    }
    const { title, price } = chosen.dataset
    const cart = read()
    const quantity = (cart[chosen.value]?.quantity ?? 0) + Math.max(1, Number(form.elements.quantity.value) || 1)
    write({ ...cart, [chosen.value]: { quantity, title, price, path: location.pathname } })
    said.hidden = false
  })
}

const lines = document.querySelector('.cart-lines')
if (lines) {
  const cart = read()
  const form = lines.closest('form')
  const inputs = new Map([...lines.querySelectorAll('input')].map((input) => [input.name.slice(2), input]))
  for (const [sku, { quantity, title, price, path }] of Object.entries(cart)) {
    const input = inputs.get(sku) ?? lineOf(sku, title, price, path)
    input.value = String(quantity)
    inputs.set(sku, input)
  }
  for (const [sku, input] of inputs) {
    input.closest('li').hidden = !(sku in cart)
    input.addEventListener('input', () => {
      const { [sku]: line, ...rest } = read()
      const quantity = Number(input.value)
      write(quantity > 0 && line ? { ...rest, [sku]: { ...line, quantity } } : rest)
    })
  }
  const isEmpty = Object.keys(cart).length === 0
  form.hidden = isEmpty
  document.querySelector('.cart-empty').hidden = !isEmpty
  form.addEventListener('submit', () => sessionStorage.setItem(SENT, '1'))
}

/** A line for what this page doesn't list: there is more in the shop than it shows. */
function lineOf(sku, title, price, path) {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = path?.startsWith('/') ? path : '/'
  link.textContent = title ?? sku
  const cost = document.createElement('span')
  cost.className = 'offer-price'
  cost.textContent = price ?? ''
  const input = document.createElement('input')
  Object.assign(input, { type: 'number', name: `n-${sku}`, min: '0', max: '1000', inputMode: 'numeric' })
  input.setAttribute('aria-label', `${lines.dataset.quantity}: ${title ?? sku}`)
  item.append(link, cost, input)
  lines.append(item)
  return input
}

// An order's page: what was in the cart is ordered now.
if (document.querySelector('[data-order]') && sessionStorage.getItem(SENT)) {
  sessionStorage.removeItem(SENT)
  localStorage.removeItem(CART)
}
