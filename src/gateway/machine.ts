import { Hono } from 'hono'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { checkOwner } from './owner.ts'
import { bodyType, checkLength, readBody } from './read-body.ts'
import type { GatewayOptions } from './types.ts'

const askedSchema = v.object({ to: v.picklist(['awake', 'paused', 'saved', 'off']) })
const MAX_BYTES = 1000

/** `GET` tells the owner how the machine is; `POST {"to": "off"}` wakes it once (`awake`) or lets it sink. Answers what it is then. */
export function machineRoutes({ tokens, machine }: Pick<GatewayOptions, 'tokens' | 'machine'>): Hono {
  const app = new Hono()
  const told = async () => ({ driver: machine.driver, state: await machine.state() })

  app.get('/', async (c) => {
    checkOwner(c.req.raw, tokens)
    return c.json(await told())
  })

  app.post('/', async (c) => {
    checkOwner(c.req.raw, tokens)
    checkLength(c.req.raw, MAX_BYTES)
    const body = await readBody(c.req.raw, bodyType(c.req.raw), MAX_BYTES)
    const asked = v.safeParse(askedSchema, body.type === 'json' ? body.json : body.fields)
    if (!asked.success)
      throw new DrowseError('form-invalid', 'Say what the machine is to be: {"to": "awake"}, "paused", "saved" or "off".')
    const { to } = asked.output
    await (to === 'awake' ? machine.wake() : machine.sink(to))
    return c.json(await told())
  })

  return app
}
