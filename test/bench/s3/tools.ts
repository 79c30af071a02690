import { execFileSync, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { headersOf } from '../../../src/publish/headers.ts'
import type { S3Options } from '../../../src/publish/stores/s3.ts'
import type { FolderTask } from './publish-folder.ts'

/** As many puts at once as the publisher makes. */
export const CONCURRENCY = 16
const { contentType: TYPE, cacheControl: CACHE } = headersOf('site/a.html', { contentType: 'text/html', cache: 'page' })

/** A program that makes a bucket show a folder. */
export interface Tool {
  readonly name: string
  /** How it was run, for the reader. */
  readonly told: string
  publish(site: string): void
}

export function drowse(store: S3Options, indexPath: string): Tool {
  const program = join(import.meta.dirname, 'publish-folder.ts')
  // What is compiled is kept, as `drowse` does.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(indexPath), 'compiled') }
  let requests: string[] = []
  return {
    name: 'drowse',
    get told() {
      return `reads and hashes the folder, tries the bucket out, publishes. Requests of its runs, opening the store included: ${requests.join(', ')}`
    },
    publish(site) {
      const task: FolderTask = { store, indexPath, site }
      const args = [program, JSON.stringify(task)]
      const said = execFileSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      requests = [...requests, String(said)]
    },
  }
}

export function rclone({ bucket, prefix = '', endpoint = '', credentials }: S3Options): Tool {
  const remote = {
    RCLONE_CONFIG_LAB_TYPE: 's3',
    RCLONE_CONFIG_LAB_PROVIDER: 'Ceph',
    RCLONE_CONFIG_LAB_ENDPOINT: endpoint,
    RCLONE_CONFIG_LAB_ACCESS_KEY_ID: credentials?.accessKeyId,
    RCLONE_CONFIG_LAB_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
    // rclone stumbles over it, and the lab speaks plain HTTP.
    AWS_CA_BUNDLE: undefined,
  }
  // By checksum it need not ask for each object's time, in one list it need not ask for each folder, and it need not look at what it has just put.
  const flags = [
    ...['--transfers', `${CONCURRENCY}`, '--checkers', `${CONCURRENCY}`, '--checksum', '--fast-list'],
    ...['--s3-no-head', '--s3-no-check-bucket'],
  ]
  const headers = ['--header-upload', `Content-Type: ${TYPE}`, '--header-upload', `Cache-Control: ${CACHE}`]
  return {
    name: 'rclone sync',
    told: flags.join(' '),
    publish(site) {
      const args = ['sync', '--config', '/dev/null', ...flags, ...headers, site, `lab:${bucket}/${prefix}`]
      run('rclone', args, { ...process.env, ...remote })
    },
  }
}

export function s3cmd({ bucket, prefix = '', endpoint = '', credentials }: S3Options): Tool {
  const host = new URL(endpoint).host
  const place = ['--no-ssl', `--host=${host}`, `--host-bucket=${host}`, '--config=/dev/null', '--quiet']
  const keys = [`--access_key=${credentials?.accessKeyId}`, `--secret_key=${credentials?.secretAccessKey}`]
  const flags = ['--delete-removed', '--no-preserve', '--no-mime-magic']
  const headers = [`--mime-type=${TYPE}`, `--add-header=Cache-Control:${CACHE}`]
  return {
    name: 's3cmd sync',
    told: `${flags.join(' ')}; it puts one file after the other and has no setting for that`,
    publish(site) {
      run('s3cmd', ['sync', ...place, ...keys, ...flags, ...headers, `${site}/`, `s3://${bucket}/${prefix}`], process.env)
    },
  }
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (spawnSync(program, ['--version']).error !== undefined) {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', program], { stdio: 'ignore' })
  }
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}
