import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createAgent } from '../../../src/machines/drivers/xen/agent.ts'

const soon = () => AbortSignal.timeout(5000)

function frame(channel: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(channel, 0)
  head.writeUInt32LE(body.byteLength, 4)
  return Buffer.concat([head, body])
}

/** A gateway's end, and the other end of its connection. */
function connection() {
  const [toGateway, toHost] = [new PassThrough(), new PassThrough()]
  let heard = Buffer.alloc(0)
  toHost.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk])
  })
  return {
    agent: createAgent(toGateway, toHost),
    say: (channel: number, content: string | Buffer) => toGateway.write(frame(channel, content)),
    hangUp: () => toGateway.end(),
    /** What was heard, by channel. */
    heard(channel: number): string[] {
      const found: string[] = []
      for (let at = 0; at + 8 <= heard.byteLength; at += 8 + heard.readUInt32LE(at + 4)) {
        if (heard.readUInt32LE(at) === channel) found.push(heard.subarray(at + 8, at + 8 + heard.readUInt32LE(at + 4)).toString())
      }
      return found
    },
  }
}

describe('the agent of a Xen host', () => {
  it('is asked by name and says what the domain is', async () => {
    const { agent, say, heard } = connection()
    const asked = agent.pause('drowse-a', soon())
    await expect.poll(() => heard(0)).toEqual(['1 pause drowse-a'])
    say(0, '1 ok paused 12000 300')
    expect(await asked).toEqual({ state: 'paused', cpuNs: 12_000, xenNs: 300 })
  })

  it('refuses in its own words', async () => {
    const { agent, say } = connection()
    const asked = agent.unpause('drowse-a', soon())
    say(0, '1 error Xen refused: there is no such domain.')
    await expect(asked).rejects.toMatchObject({ code: 'machine-failed', message: 'Xen refused: there is no such domain.' })
  })

  it('that does not answer is waited for until the deadline', async () => {
    await expect(connection().agent.memory(AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'machine-failed' })
  })

  it('that is gone rejects what was asked and what will be', async () => {
    const { agent, hangUp } = connection()
    const asked = agent.memory(soon())
    hangUp()
    await expect(asked).rejects.toMatchObject({ code: 'machine-failed' })
    await expect(agent.memory(soon())).rejects.toMatchObject({ code: 'machine-failed' })
    expect(agent.isGone).toBe(true)
  })
})

describe('a domain’s link', () => {
  async function plugged() {
    const host = connection()
    const plugging = host.agent.plug('drowse-a', soon())
    await expect.poll(() => host.heard(0)).toEqual(['2 plug 1 drowse-a'])
    host.say(0, '2 ok')
    return { ...host, link: await plugging }
  }

  it('carries bytes both ways, and tells what it took', async () => {
    const { link, say, heard } = await plugged()
    say(1, 'from the guest')
    expect(
      String(
        await link.stream
          .iterator({ destroyOnReturn: false })
          .next()
          .then(({ value }) => value),
      ),
    ).toBe('from the guest')
    link.stream.write('to the guest')
    await expect.poll(() => heard(1)).toEqual(['to the guest'])
    await expect.poll(() => heard(0)).toContain('0 took 1 14')
  })

  it('has no more than 256 KiB under way', async () => {
    const { link, say, heard } = await plugged()
    const sentBytes = () => heard(1).reduce((sum, part) => sum + part.length, 0)
    link.stream.write(Buffer.alloc(400 * 1024, 'x'))
    await expect.poll(sentBytes).toBe(256 * 1024)
    say(0, '0 took 1 1000')
    await expect.poll(sentBytes).toBe(256 * 1024 + 1000)
  })

  it('ends when the domain does', async () => {
    const { link, say } = await plugged()
    say(0, '0 gone 1')
    await expect.poll(() => link.stream.destroyed).toBe(true)
  })
})
