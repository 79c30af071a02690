import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createQmp } from '../../../src/machines/drivers/qemu/qmp.ts'

const soon = () => AbortSignal.timeout(2000)

/** The other end: answers each command with what `answer` says, and with nothing where that is null. */
function monitor(answer: (command: string) => object | null): Duplex {
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) {
        const { execute, id } = JSON.parse(line)
        const said = answer(execute)
        if (said !== null) stream.push(`${JSON.stringify({ ...said, id })}\n`)
      }
      done()
    },
  })
  return stream
}

describe('the control channel', () => {
  it('gives each command its own answer, whatever order they come in, and ignores events', async () => {
    const stream = monitor((command) => (command === 'qmp_capabilities' ? { return: {} } : null))
    const qmp = createQmp(stream)
    const [stop, status] = [qmp.execute('stop', {}, soon()), qmp.execute('query-status', {}, soon())]
    stream.push('{"event": "STOP"}\n{"return": {"status": "paused"}, "id": 2}\n{"return"')
    stream.push(': {}, "id": 1}\n')
    expect(await Promise.all([stop, status])).toEqual([{}, { status: 'paused' }])
  })

  it('tells of a refusal in QEMU’s words', async () => {
    const qmp = createQmp(monitor(() => ({ error: { class: 'GenericError', desc: 'No such disk' } })))
    await expect(qmp.execute('migrate', { uri: 'x' }, soon())).rejects.toThrow('No such disk')
  })

  it('gives up at the deadline, and takes the next command all the same', async () => {
    const qmp = createQmp(monitor((command) => (command === 'stop' ? null : { return: 1 })))
    await expect(qmp.execute('stop', {}, AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'machine-failed' })
    expect(await qmp.execute('cont', {}, soon())).toBe(1)
  })

  it.each([
    ['has ended', undefined],
    // A socket says so when the other end is killed before it has read everything.
    ['was killed', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ])('rejects what is under way, and what comes later, when QEMU %s', async (_, error) => {
    const stream = monitor(() => null)
    const qmp = createQmp(stream)
    const asked = qmp.execute('stop', {}, soon())
    stream.destroy(error)
    await expect(asked).rejects.toMatchObject({ code: 'machine-failed' })
    await expect(qmp.execute('cont', {}, soon())).rejects.toMatchObject({ code: 'machine-failed' })
  })
})
