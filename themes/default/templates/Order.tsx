import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { Time } from '../components/Time.tsx'
import { wordsOf } from '../words.ts'

export function Order({ page, heading, order }: Templates['Order']) {
  const { site, assets } = page
  const words = wordsOf(site)
  const day = new Intl.DateTimeFormat(site.language, { dateStyle: 'long', timeZone: 'UTC' })
  return (
    <Layout page={page} style={assets['shop.css']} script={assets['cart.js']} refresh={order.isPreparing}>
      <article class="order" data-order={order.number}>
        <h1>{heading}</h1>
        <p class={order.isOff ? 'order-state off' : 'order-state'}>{order.state}</p>
        {order.advice !== null && <p class="order-advice">{order.advice}</p>}
        {order.isPreparing && <p role="status">{words.payPreparing}</p>}
        {order.payUrl !== null && (
          <p>
            <a class="button" href={order.payUrl}>
              {words.payNow}
            </a>
          </p>
        )}
        {order.payUrl !== null && <p class="quiet">{words.payHint}</p>}
        <table class="order-lines">
          <tbody>
            {order.lines.map((line) => (
              <tr>
                <th scope="row">{line.path === null ? line.title : <a href={line.path}>{line.title}</a>}</th>
                <td>{`${line.quantity} × ${line.price}`}</td>
                <td>{line.total}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {order.sums.map((sum) => (
              <tr class={sum.isTotal ? 'total' : undefined}>
                <th scope="row" colspan={2}>
                  {sum.name}
                </th>
                <td>{sum.amount}</td>
              </tr>
            ))}
          </tfoot>
        </table>
        {order.instructions.length > 0 && (
          <section>
            <h2>{words.howToPay}</h2>
            {order.instructions.map((text) => (
              <p class="order-pay">{text}</p>
            ))}
          </section>
        )}
        {order.heldUntil !== null && <p>{words.keptUntil.replace('{date}', day.format(new Date(order.heldUntil)))}</p>}
        <p class="quiet">{words.orderPrivate}</p>
        <section>
          <h2>{words.history}</h2>
          <ol class="order-log">
            {order.log.map((step) => (
              <li>
                <Time iso={step.at} language={site.language} className="order-at" short /> {step.state}
              </li>
            ))}
          </ol>
        </section>
      </article>
    </Layout>
  )
}
