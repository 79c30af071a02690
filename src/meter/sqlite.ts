import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import type { MachineRun, Meter, NumberedRun } from './types.ts'

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
    wake_share real not null check (wake_share between 0 and 1),
    cpu_ns integer,
    memory_bytes integer,
    prices text
  ) strict;
  create table if not exists correction (
    run integer primary key references machine_run (id),
    at text not null,
    why text not null
  ) strict;
  create index if not exists machine_run_by_site on machine_run (site, id);
  create trigger if not exists machine_run_is_final before update on machine_run begin
    select raise(abort, 'a row of the meter is never changed');
  end;
  create trigger if not exists machine_run_stays before delete on machine_run begin
    select raise(abort, 'a row of the meter is never removed');
  end;
  create trigger if not exists correction_is_final before update on correction begin
    select raise(abort, 'a correction is never changed');
  end;
  create trigger if not exists correction_stays before delete on correction begin
    select raise(abort, 'a correction is never removed');
  end;
`

/** Columns that meters of an older version lack. */
const LATER = ['cpu_ns integer', 'memory_bytes integer', 'prices text']

const count = v.pipe(v.bigint(), v.transform(Number))

const prices = v.object({ version: v.string(), currency: v.string(), awakeHour: v.number(), memoryGbHour: v.number() })

const row = v.pipe(
  v.object({
    id: count,
    site: v.string(),
    driver: v.string(),
    boot_id: v.string(),
    started_ns: v.bigint(),
    ended_ns: v.bigint(),
    started_at: v.string(),
    from_tier: v.string(),
    to_tier: v.string(),
    reason: v.picklist(['write', 'timer', 'owner', 'idle', 'failed']),
    writes: count,
    phases: v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string(), ns: v.number() }))),
    wake_share: v.number(),
    cpu_ns: v.nullable(count),
    memory_bytes: v.nullable(count),
    prices: v.nullable(v.pipe(v.string(), v.parseJson(), prices)),
    why: v.nullable(v.string()),
  }),
  v.transform(
    (run): NumberedRun => ({
      id: run.id,
      freedFor: run.why,
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
      cpuNs: run.cpu_ns,
      memoryBytes: run.memory_bytes,
      prices: run.prices,
    }),
  ),
)

/** In one transaction that begins as a writer: two who open an older meter at once add them once. One that lacks nothing is not locked. */
function addLaterColumns(db: DatabaseSync): void {
  const missing = () => {
    const known = new Set(
      db
        .prepare('select name from pragma_table_info(?)')
        .all('machine_run')
        .map(({ name }) => String(name)),
    )
    return LATER.filter((column) => !known.has(String(column.split(' ')[0])))
  }
  if (missing().length === 0) return
  db.exec('begin immediate')
  for (const column of missing()) db.exec(`alter table machine_run add column ${column}`)
  db.exec('commit')
}

/**
 * A ledger in a SQLite file, made if it is missing. `record` returns once the row is with the operating system; a power cut may cost the
 * last rows (the meter is a measure, not a promise to a visitor), a killed gateway none. `close` may be called twice.
 */
export function sqliteMeter(path: string) {
  const db = new DatabaseSync(path)
  db.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal')
  db.exec(TABLE)
  addLaterColumns(db)
  const insert = db.prepare(
    `insert into machine_run
      (site, driver, boot_id, started_ns, ended_ns, started_at, from_tier, to_tier, reason, writes, phases, wake_share,
        cpu_ns, memory_bytes, prices)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const corrected = 'select * from machine_run left join correction on run = id'
  const newest = db.prepare(`${corrected} where site = ? order by id desc limit ?`)
  const between = db.prepare(`${corrected} where site = ? and started_at >= ? and started_at < ? order by id`)
  const around = db.prepare(
    `${corrected} where site = ?1
      and id >= coalesce((select max(id) from machine_run where site = ?1 and started_at < ?2), 0)
      and id <= coalesce((select min(id) from machine_run where site = ?1 and started_at >= ?3), 9223372036854775807)
      order by id`,
  )
  const correct = db.prepare(
    'insert into correction (run, at, why) select id, ?, ? from machine_run where id = ? and site = ? on conflict do nothing',
  )
  // Nanoseconds since boot outgrow a double's whole numbers after 104 days.
  for (const statement of [newest, between, around]) statement.setReadBigInts(true)

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
        run.cpuNs === null ? null : Math.round(run.cpuNs),
        run.memoryBytes,
        run.prices === null ? null : JSON.stringify(run.prices),
      )
    },
    runs(site: string, limit: number): readonly NumberedRun[] {
      return newest.all(site, limit).map((found) => v.parse(row, found))
    },
    between(site: string, from: string, until: string): readonly NumberedRun[] {
      return between.all(site, from, until).map((found) => v.parse(row, found))
    },
    around(site: string, from: string, until: string): readonly NumberedRun[] {
      return around.all(site, from, until).map((found) => v.parse(row, found))
    },
    free(site: string, run: number, at: string, why: string): boolean {
      return correct.run(at, why, run, site).changes > 0
    },
    close(): void {
      if (db.isOpen) db.close()
    },
  } satisfies Meter & { close(): void }
}
