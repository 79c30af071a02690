import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createAgent } from '../../../src/machines/drivers/xen/agent.ts'
import { checkHostMemory, hotVerb } from '../../../src/machines/drivers/xen/domain.ts'
import type { XenHost } from '../../../src/machines/drivers/xen/host.ts'

const soon = () => AbortSignal.timeout(5000)

/** An agent that gives these answers, one to each request, and a host that notes what it is to run. */
function answering(...answers: readonly string[]) {
  const [toGateway, toHost] = [new PassThrough(), new PassThrough()]
  const commands: string[] = []
  let next = 0
  toHost.on('data', (chunk: Buffer) => {
    // A request's head and its text come in one piece or in two.
    if (!/[a-z]/.test(chunk.toString())) return
    const text = `${next + 1} ${answers[next++]}`
    const head = Buffer.alloc(8)
    head.writeUInt32LE(text.length, 4)
    toGateway.write(Buffer.concat([head, Buffer.from(text)]))
  })
  const host: XenHost = {
    name: 'dom0',
    stay: () => {
      throw new Error('Nothing is started here.')
    },
    run: async (command) => {
      commands.push(command)
      return ''
    },
    close: () => {},
  }
  return { agent: createAgent(toGateway, toHost), host, commands }
}

describe('a hot verb', () => {
  it('is the agent’s alone when it does it', async () => {
    const { agent, host, commands } = answering('ok paused 1 2')
    expect(await hotVerb('pause', { host, agent, name: 'drowse-a' }, soon())).toMatchObject({ state: 'paused' })
    expect(commands).toEqual([])
  })

  it('is asked of xl when the agent refuses, and seen afterwards', async () => {
    const { agent, host, commands } = answering('error Xen refused: no.', 'ok running 1 2', 'ok paused 1 2')
    expect(await hotVerb('pause', { host, agent, name: 'drowse-a' }, soon())).toMatchObject({ state: 'paused' })
    expect(commands).toEqual([expect.stringMatching(/ xl pause drowse-a$/)])
  })

  it('is not asked of xl where the agent says that nothing can be told of the domain', async () => {
    const { agent, host, commands } = answering('error xenstored does not answer.', 'error xenstored does not answer.')
    const asked = hotVerb('unpause', { host, agent, name: 'drowse-a' }, soon())
    await expect(asked).rejects.toMatchObject({ message: 'xenstored does not answer.' })
    expect(commands).toEqual([])
  })
})

describe('the memory of a host', () => {
  it('must be enough for the domain and what goes with it', async () => {
    const { agent } = answering('ok 264', 'ok 263')
    const needed = { host: 'dom0', agent, what: 'site', memoryMb: 256 }
    await expect(checkHostMemory(needed, soon())).resolves.toBeUndefined()
    await expect(checkHostMemory(needed, soon())).rejects.toMatchObject({ code: 'machine-failed' })
  })
})
