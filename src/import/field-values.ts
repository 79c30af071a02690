import { parseTimestamp } from '../content/timestamp.ts'
import type { Fields } from './types.ts'

// Front matter of others says one thing in many ways.

/** A scalar as one line of text, or null. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return null
  const line = value.replace(/\s+/gu, ' ').trim()
  return line === '' ? null : line
}

/** A list, or words between separators. Jekyll separates by spaces, others by commas. */
export function listOf(value: unknown, separator: RegExp): readonly string[] {
  const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(separator) : []
  return [...new Set(items.flatMap((item: unknown) => textOf(item) ?? []))]
}

/** A date in any of the ways that authors write one, as ISO 8601; null for what is none. */
export function dateOf(value: unknown): string | null {
  const text = value instanceof Date ? value.toISOString() : textOf(value)
  if (text === null) return null
  const exact = parseTimestamp(text)
  if (exact !== null) return exact
  const words = /^[A-Za-z]{3,9},? .*\d{4}/.test(text) ? new Date(`${text}${/\d:\d/.test(text) ? '' : ' UTC'}`) : null
  return words === null || Number.isNaN(words.getTime()) ? null : words.toISOString()
}

/** The first of these fields that holds text. */
export function firstText(fields: Fields, ...names: readonly string[]): string | null {
  return names.map((name) => textOf(fields[name])).find((text) => text !== null) ?? null
}

/** `my-first_post` → “My first post”: the title of a file that has none. */
export function titleFromName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
  const words = name
    .replace(/^\d{4}-\d{2}-\d{2}-/, '')
    .replace(/[-_]+/g, ' ')
    .trim()
  return words === '' ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** A path from `/`, of an absolute address too; null for anything else. */
export function addressOf(value: string | null): string | null {
  if (value === null) return null
  const path = /^https?:\/\//.test(value) ? (URL.parse(value)?.pathname ?? null) : `/${value.replace(/^\/+/, '')}`
  return path === null || /[\s?#\\]/.test(path) ? null : path
}
