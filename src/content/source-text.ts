import { isUtf8 } from 'node:buffer'
import type { Problem } from '../protocol/types.ts'
import type { SourceFile } from './types.ts'

const LINE_FEED = 0x0a

/** The text of a file with `\n` line ends and without a byte order mark, or the problem that it isn't UTF-8. */
export function decodeSource(file: SourceFile): string | Problem {
  if (!isUtf8(file.bytes)) return notUtf8(file)
  const text = new TextDecoder('utf-8').decode(file.bytes)
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

function notUtf8(file: SourceFile): Problem {
  const isUtf16 = /^(fffe|feff)/.test(Buffer.from(file.bytes.subarray(0, 2)).toString('hex'))
  return {
    where: file.path,
    ...invalidPlace(file.bytes),
    rule: 'content/not-utf-8',
    message: isUtf16 ? 'This file is in UTF-16, not UTF-8.' : 'This line holds bytes that are not UTF-8.',
    hint: 'Save the file with the encoding UTF-8.',
    severity: 'error',
  }
}

/** No character of UTF-8 reaches over a line feed, so the first line that is not valid by itself holds the fault. */
function invalidPlace(bytes: Uint8Array): { line: number; column: number } {
  let line = 1
  let start = 0
  for (
    let end = bytes.indexOf(LINE_FEED);
    end !== -1 && isUtf8(bytes.subarray(start, end));
    end = bytes.indexOf(LINE_FEED, start)
  ) {
    line += 1
    start = end + 1
  }
  const rest = bytes.subarray(start)
  const readable = new TextDecoder('utf-8').decode(rest)
  return { line, column: readable.indexOf('\uFFFD') + 1 }
}
