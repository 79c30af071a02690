import type { Json } from '../protocol/types.ts'
import { isMapping } from './yaml-source.ts'

/** A plain value as JSON: dates become ISO strings, what JSON lacks (NaN, Infinity, functions) null, undefined members are left out. */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map(toJson)
  return isMapping(value) ? toJsonObject(value) : null
}

export function toJsonObject(value: Readonly<Record<string, unknown>>): { readonly [key: string]: Json } {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries(members.map(([key, member]) => [key, toJson(member)]))
}
