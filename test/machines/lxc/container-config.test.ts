import { describe, expect, it } from 'vitest'
import { containerConfig, containerName, hostUser } from '../../../src/machines/drivers/lxc/container-config.ts'

const config = (uid: number, env = {}) => containerConfig('/var/cache/roots/abc', hostUser(uid, uid), env).split('\n')

describe('a container’s configuration', () => {
  it('maps its root to nobody of the host where root runs the gateway', () => {
    const [map = ''] = config(0).filter((line) => line.startsWith('lxc.idmap = u'))
    expect(Number(map.split(' ')[4])).toBeGreaterThan(65_536)
    expect(map).toMatch(/^lxc\.idmap = u 0 \d+ 1$/)
  })

  it('maps its root to whoever else runs the gateway, whom alone LXC may map', () => {
    expect(config(1000)).toContain('lxc.idmap = u 0 1000 1')
    expect(config(1000)).toContain('lxc.idmap = g 0 1000 1')
  })

  it('leaves it no network, no right of root, and one folder to write to', () => {
    const lines = config(0)
    expect(lines).toContain('lxc.net.0.type = empty')
    expect(lines).toContain('lxc.cap.keep = none')
    expect(lines).toContain('lxc.rootfs.options = ro')
    expect(lines.filter((line) => line.startsWith('lxc.mount'))).toEqual([
      'lxc.mount.entry = /proc/self/cwd/data data none bind,rw,nosuid,nodev 0 0',
    ])
  })

  it('tells the guest program what is in its environment', () => {
    expect(config(0, { ADDON: '/drowse/a.node' })).toContain('lxc.environment = ADDON=/drowse/a.node')
  })
})

describe('a container’s name', () => {
  it('is that of its data folder, and a word that a cgroup may have', () => {
    expect(containerName('/srv/a b/machines/site')).toMatch(/^drowse-[0-9a-f]{16}$/)
    expect(containerName('/srv/a')).not.toBe(containerName('/srv/b'))
  })
})
