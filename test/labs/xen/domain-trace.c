/* For the lab: what Xen says of its domains, asked every 10 ms, beside the agent and all that Drowse does. A line for each change of a domain's state:
 *
 *   AT NUMBER STATE CPU     nanoseconds of the monotonic clock, the domain's number, running, paused or absent, its processor's nanoseconds so far */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <xenctrl.h>

/* A lab has few domains at a time, and a few hundred in its life. */
enum { DOMAINS = 64, NUMBERS = 4096, EVERY_NS = 10 * 1000 * 1000 };
enum state { ABSENT, RUNNING, PAUSED };

static enum state state_of(const xc_domaininfo_t *info) {
  if (info->flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown)) return ABSENT;
  return info->flags & XEN_DOMINF_paused ? PAUSED : RUNNING;
}

int main(void) {
  static const char *const names[] = {"absent", "running", "paused"};
  static enum state last[NUMBERS];
  static uint64_t cpu[NUMBERS];
  xc_interface *xen = xc_interface_open(NULL, NULL, 0);
  if (!xen) return 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (;;) {
    struct timespec now, pause = {0, EVERY_NS};
    enum state seen[NUMBERS] = {ABSENT};
    xc_domaininfo_t infos[DOMAINS];
    int count = xc_domain_getinfolist(xen, 1, DOMAINS, infos);
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (int i = 0; i < count; i++) {
      if (infos[i].domain >= NUMBERS) continue;
      seen[infos[i].domain] = state_of(&infos[i]);
      cpu[infos[i].domain] = infos[i].cpu_time;
    }
    for (int i = 1; i < NUMBERS; i++) {
      if (seen[i] == last[i]) continue;
      last[i] = seen[i];
      printf("%llu %d %s %llu\n", now.tv_sec * 1000000000ull + now.tv_nsec, i, names[seen[i]], (unsigned long long)cpu[i]);
    }
    nanosleep(&pause, NULL);
  }
}
