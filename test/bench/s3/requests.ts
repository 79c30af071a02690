import { subscribe, unsubscribe } from 'node:diagnostics_channel'

const CHANNEL = 'http.client.request.start'

/** Counts the HTTP requests that this process makes from now on, retries included. Calling the result ends the count and tells it. */
export function countRequests(): () => number {
  let requests = 0
  const count = () => {
    requests++
  }
  subscribe(CHANNEL, count)
  return () => {
    unsubscribe(CHANNEL, count)
    return requests
  }
}
