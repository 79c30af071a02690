import { randomUUID } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import { type GuestLink, PROTOCOL_VERSION } from './types.ts'

/**
 * Tells a guest that was just started or resumed the time and the gateway's epoch, under a fresh nonce. Returns once the guest has echoed
 * that nonce, with its data's generation. Throws what the guest answers if it refuses, `guest-refused` if it speaks another version, and as
 * the link does when there is no answer.
 */
export async function greet(
  link: GuestLink,
  now: number,
  epoch: number,
  deadline: AbortSignal,
): Promise<{ readonly generation: number }> {
  const hello = { type: 'wake', version: PROTOCOL_VERSION, nonce: randomUUID(), now, epoch } as const
  for await (const { message } of link.exchange(hello, [], deadline)) {
    if (message.type === 'failed') throw new DrowseError(message.code, message.message, { hint: message.hint })
    if (message.type !== 'awake') continue
    if (message.version === PROTOCOL_VERSION) return { generation: message.generation }
    throw new DrowseError(
      'guest-refused',
      `The guest speaks protocol version ${message.version} and this gateway ${PROTOCOL_VERSION}.`,
      {
        hint: 'Start gateway and guest from one installation of Drowse.',
      },
    )
  }
  throw new DrowseError('machine-failed', 'The guest did not answer the wake message.')
}
