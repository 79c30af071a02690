import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { sqliteMeter } from '../meter/sqlite.ts'
import { dataDirOf, meterFileOf } from './paths.ts'

/** The meter of a site's gateway, which may be running. Throws `site-missing` where no gateway has been. */
export function meterOf(site: string, data: string | undefined): ReturnType<typeof sqliteMeter> {
  const dataDir = dataDirOf(resolve(site), data)
  const path = meterFileOf(dataDir)
  if (existsSync(path)) return sqliteMeter(path)
  throw new DrowseError('site-missing', `There is no meter in ${dataDir}.`, {
    hint: 'A gateway keeps one from its first start on. Name the site’s folder, or its data folder with --data.',
  })
}
