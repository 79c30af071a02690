import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server in front of a store, running. */
export interface Front {
  readonly url: string
  stop(): Promise<void>
}

/** Debian's nginx and Varnish; installs them if need be, which takes root. */
export function ensurePackages(): void {
  const missing = [
    ['/usr/sbin/nginx', 'nginx'],
    ['/usr/sbin/varnishd', 'varnish'],
  ].flatMap(([path = '', name = '']) => (existsSync(path) ? [] : [name]))
  if (missing.length > 0) execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { stdio: 'inherit' })
}

/** nginx with a configuration as `drowse config nginx` prints it, all its files in `dir`. */
export async function startNginx(config: string, dir: string): Promise<Front> {
  mkdirSync(dir, { recursive: true })
  const port = await freePort()
  const site = config.replace('listen 80;', `listen 127.0.0.1:${port};`).replace('/var/cache/nginx/drowse', join(dir, 'cache'))
  const file = join(dir, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; user root;
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  ${site}
}`,
  )
  return await started(
    spawn('/usr/sbin/nginx', ['-p', dir, '-e', join(dir, 'error.log'), '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] }),
    port,
  )
}

/** Varnish with a configuration as `drowse config varnish` prints it. */
export async function startVarnish(config: string, dir: string): Promise<Front> {
  mkdirSync(dir, { recursive: true })
  const port = await freePort()
  const file = join(dir, 'drowse.vcl')
  writeFileSync(file, config)
  const args = ['-F', '-j', 'none', '-n', join(dir, 'work'), '-a', `127.0.0.1:${port}`, '-f', file, '-s', 'malloc,32m']
  return await started(spawn('/usr/sbin/varnishd', args, { stdio: 'ignore' }), port)
}

async function started(child: ReturnType<typeof spawn>, port: number): Promise<Front> {
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`)
    if (
      await fetch(`${url}/nothing-here`).then(
        () => true,
        () => false,
      )
    )
      break
    await sleep(50)
  }
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
