import { randomBytes, randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import type { JournalEntry } from '../journal/types.ts'
import { type Answers, createAnswers } from './answer.ts'
import { addressList, clientAddress } from './client-address.ts'
import { told } from './faults.ts'
import { securityHeaders } from './headers.ts'
import { machineRoutes } from './machine.ts'
import { ownWrites } from './own-writes.ts'
import { checkOwner } from './owner.ts'
import { PROOF_SCRIPT } from './proof.ts'
import { readLimited } from './read-body.ts'
import { speechFor } from './speech.ts'
import { type Taken, takeWrite } from './take-write.ts'
import type { GatewayOptions, OwnWrite, WriteForm } from './types.ts'
import { visitorGates } from './visitor-gates.ts'

/**
 * The gateway's addresses: `POST /-/<kind>` for every form, `GET /-/writes/<id>` for what became of a write. All else below `/-/` is answered
 * here too; what is not below it is left to the routes that follow.
 */
export function createGateway(options: GatewayOptions): Hono {
  const forms = new Map(options.forms.map((form) => [form.kind, form]))
  const nounOf = (kind: string) => forms.get(kind)?.noun ?? 'write'
  const answersTo = (c: Context, page: string | null = null) =>
    createAnswers(c, options, { isProgram: isProgram(c.req.raw), nounOf, speech: speechFor(c.req.raw, page, options) })
  const pageOf = ({ write }: JournalEntry) => forms.get(write.kind)?.page(write.payload) ?? null
  const gates = visitorGates(options)
  const isProxy = addressList(options.trustedProxies ?? [])
  const own = ownWrites(Date.now, options.ownKey ?? randomBytes(32))
  const app = new Hono()

  app.use('/-/*', securityHeaders)

  app.all('/-/writes/:id', async (c) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return await methodRefused(c, answersTo(c), 'GET, HEAD')
    const entry = options.journal.find(options.site, c.req.param('id'))
    if (entry !== null) return await answersTo(c, pageOf(entry)).status(entry)
    return await answersTo(c).error(
      new DrowseError('write-unknown', saying('writeForgotten'), { hint: saying('writeForgottenHint') }),
    )
  })

  // Answered as soon as it is on disk: the machine is woken after that.
  app.post('/-/hooks/:name', async (c) => {
    const hook = options.hooks?.find(({ name }) => name === c.req.param('name'))
    if (hook === undefined) return await answersTo(c).error(new DrowseError('kind-unknown', 'Nothing listens at this address.'))
    const told = hook.read(c.req.raw.headers, await readLimited(c.req.raw, hook.maxBytes))
    if (told !== null) {
      const { whose, ...telling } = told
      await options.journal.accept({ site: options.site, actor: { role: 'owner' }, ...telling })
      options.writes.notify(options.site, whose)
    }
    return c.body(null, 200)
  })

  // The owner's own pages: made in the machine, kept where no reader gets, and read without waking it.
  app.get('/-/private/*', async (c) => {
    const { tokens, published } = options
    checkOwner(c.req.raw, tokens)
    const key = new URL(c.req.url).pathname.slice('/-/'.length)
    const info = /^private(?:\/[\w.-]+)+$/.test(key) && !key.includes('/.') ? published.published(key) : null
    const bytes = info && (await published.read(key))
    if (!info || !bytes) return await answersTo(c).error(new DrowseError('page-unknown', 'There is no such page of yours.'))
    return c.body(Uint8Array.from(bytes), 200, { 'Content-Type': info.contentType })
  })

  app.get('/-/proof.js', (c) => c.body(PROOF_SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))

  app.route('/-/machine', machineRoutes(options))

  app.all('/-/:kind', async (c) => {
    const form = forms.get(c.req.param('kind'))
    if (form?.mine !== undefined && (c.req.method === 'GET' || c.req.method === 'HEAD'))
      return await answersTo(c).own(form.mine(writesOf(c.req.raw), speechFor(c.req.raw, null, options)))
    if (c.req.method !== 'POST')
      return await methodRefused(c, answersTo(c), form?.mine === undefined ? 'POST' : 'GET, HEAD, POST')
    if (form === undefined) return await answersTo(c).error(new DrowseError('kind-unknown', saying('takesNoForm')))
    const visitor = { gates, client: clientOf(c), own }
    return await answer(c, form, await takeWrite(c.req.raw, form, options, visitor))
  })

  app.all('/-/*', (c) => answersTo(c).error(new DrowseError('kind-unknown', saying('nothingHere'))))

  app.onError(async (error, c) => {
    const response = await answersTo(c).error(told(error, c.req.raw, options))
    return response
  })

  function clientOf(c: Context): string | null {
    // What @hono/node-server puts there; a request that came over no connection has none.
    const peer: unknown = Object(c.env).incoming?.socket?.remoteAddress
    return clientAddress(typeof peer === 'string' ? peer : null, c.req.header('X-Forwarded-For') ?? null, isProxy)
  }

  function writesOf(request: Request): readonly OwnWrite[] {
    return own.of(request).flatMap((id) => {
      const entry = options.journal.find(options.site, id)
      if (entry?.receipt?.status !== 'applied') return []
      const { kind, payload } = entry.write
      return [{ id, kind, payload, result: entry.receipt.result ?? null, nextKey: randomUUID() }]
    })
  }

  async function answer(c: Context, { ownSeconds }: WriteForm, taken: Taken): Promise<Response> {
    const isSent = taken.type === 'waiting' || (taken.type === 'receipt' && taken.receipt.status === 'applied')
    if (isSent && taken.isFresh && ownSeconds !== undefined && taken.entry.write.actor.role === 'visitor')
      c.header('Set-Cookie', own.cookie(c.req.raw, taken.entry.write.id, ownSeconds))
    switch (taken.type) {
      case 'receipt':
        return await answersTo(c, taken.page).receipt(taken.entry, taken.receipt, taken.isFresh, taken.form)
      case 'waiting':
        return await answersTo(c, taken.page).waiting(taken.entry)
      case 'trapped':
        return c.redirect(taken.location, 303)
      case 'refused':
        return await answersTo(c, taken.page).error(told(taken.error, c.req.raw, options), taken.problems, taken.form)
    }
  }

  return app
}

async function methodRefused(c: Context, answers: Answers, allowed: string): Promise<Response> {
  c.header('Allow', allowed)
  return await answers.error(new DrowseError('method-refused', saying('methodOnly', { methods: allowed })))
}

function isProgram(request: Request): boolean {
  if (request.headers.get('Accept')?.includes('application/json') === true) return true
  return request.headers.get('Content-Type')?.toLowerCase().startsWith('application/json') === true && !acceptsHtml(request)
}

function acceptsHtml(request: Request): boolean {
  return request.headers.get('Accept')?.includes('text/html') === true
}
