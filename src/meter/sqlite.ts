import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import type { MachineRun, Meter } from './types.ts'

const TABLE = `
  create table if not exists machine_run (
    id integer primary key,
    site text not null,
    driver text not null,
    boot_id text not null,
    started_ns integer not null,
    ended_ns integer not null check (ended_ns >= started_ns),
    started_at text not null,
    from_tier text not null,
    to_tier text not null,
    reason text not null,
    writes integer not null check (writes >= 0),
    phases text not null,
    wake_share real not null check (wake_share between 0 and 1)
  ) strict;
  create index if not exists machine_run_by_site on machine_run (site, id);
  create trigger if not exists machine_run_is_final before update on machine_run begin
    select raise(abort, 'a row of the meter is never changed');
  end;
  create trigger if not exists machine_run_stays before delete on machine_run begin
    select raise(abort, 'a row of the meter is never removed');
  end;
`

const count = v.pipe(v.bigint(), v.transform(Number))

const row = v.pipe(
  v.object({
    site: v.string(),
    driver: v.string(),
    boot_id: v.string(),
    started_ns: v.bigint(),
    ended_ns: v.bigint(),
    started_at: v.string(),
    from_tier: v.string(),
    to_tier: v.string(),
    reason: v.string(),
    writes: count,
    phases: v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string(), ns: v.number() }))),
    wake_share: v.number(),
  }),
  v.transform(
    (run): MachineRun => ({
      site: run.site,
      driver: run.driver,
      bootId: run.boot_id,
      startedNs: run.started_ns,
      endedNs: run.ended_ns,
      startedAt: run.started_at,
      from: run.from_tier,
      to: run.to_tier,
      reason: run.reason,
      writes: run.writes,
      phases: run.phases,
      wakeShare: run.wake_share,
    }),
  ),
)

/**
 * A ledger in a SQLite file, made if it is missing. `record` returns once the row is with the operating system; a power cut may cost the
 * last rows (the meter is a measure, not a promise to a visitor), a killed gateway none. `runs` yields the newest first. `close` may be
 * called twice.
 */
export function sqliteMeter(path: string) {
  const db = new DatabaseSync(path)
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  db.exec(TABLE)
  const insert = db.prepare(
    `insert into machine_run
      (site, driver, boot_id, started_ns, ended_ns, started_at, from_tier, to_tier, reason, writes, phases, wake_share)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const newest = db.prepare('select * from machine_run where site = ? order by id desc limit ?')
  // Nanoseconds since boot outgrow a double's whole numbers after 104 days.
  newest.setReadBigInts(true)

  return {
    record(run: MachineRun): void {
      const { site, driver, bootId, startedNs, endedNs, startedAt, from, to, reason, writes, phases } = run
      insert.run(
        site,
        driver,
        bootId,
        startedNs,
        endedNs,
        startedAt,
        from,
        to,
        reason,
        writes,
        JSON.stringify(phases),
        run.wakeShare,
      )
    },
    runs(site: string, limit: number): readonly MachineRun[] {
      return newest.all(site, limit).map((found) => v.parse(row, found))
    },
    close(): void {
      if (db.isOpen) db.close()
    },
  } satisfies Meter & { close(): void }
}
