/* The part of Drowse that runs on a Xen host: one resident process at the other end of the gateway's one connection.
 *
 * It does what must be fast or can't be done by `xl`: pauses and unpauses domains by hypercall, says what state they are in, and is the
 * other end of their link, a second console whose ring it serves itself. It touches only domains whose name begins with its prefix.
 * When its input ends, which a gateway's death brings about, the domains whose links it holds end with it.
 *
 *   agent PREFIX
 *
 * A frame, in both directions, is a channel and a length (32 bits each, little-endian) and that many bytes. Channel 0 carries one request or
 * answer each, as text; other channels carry a link's bytes.
 *
 *   N info NAME            N ok STATE CPU TOOK             STATE: absent, running, paused, ended; nanoseconds of processor time so far, and that Xen took
 *   N pause NAME           the same, seen afterwards
 *   N unpause NAME         the same, seen afterwards
 *   N plug CHANNEL NAME    N ok                            the domain gets its link; it may be paused
 *   N unplug CHANNEL       N ok                            the link is taken away from the domain, once it has let go of it
 *   N memory               N ok MEGABYTES                  that are free for domains
 *   0 took CHANNEL BYTES   both ways: so much of what was sent has been taken, and as much may be sent again
 *                          0 gone CHANNEL                  the domain has ended
 *
 * Built on the host, whose libraries it must fit: cc -O2 -o agent agent.c -lxenctrl -lxenevtchn -lxengnttab -lxenstore */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>
#include <xen/io/console.h>
#include <xen/io/xenbus.h>

enum { WINDOW = 256 * 1024, LINKS = 4096, NAME = 64, FOLDER = 96, TEXT = 512, NUDGE_MS = 100 };

/* A domain's link. `sent` is what the gateway has not taken yet. */
struct link {
  uint32_t channel;
  int domid;
  char name[NAME];
  struct xencons_interface *ring;
  evtchn_port_t port;
  int ready; /* the guest has made its end transparent, and said so with one byte */
  uint32_t unplugging; /* the request to be answered once the guest has let go */
  size_t sent;
  size_t waiting;
  char to_guest[WINDOW];
};

static const char *prefix;
static xc_interface *xen;
static xenevtchn_handle *events;
static xengnttab_handle *grants;
static struct xs_handle *store;
static struct link *links[LINKS];

static char *out;
static size_t out_size, out_room;

/* ---- frames */

static void send_frame(uint32_t channel, const void *bytes, uint32_t size) {
  if (out_room < out_size + 8 + size) {
    out_room = (out_size + 8 + size) * 2;
    out = realloc(out, out_room);
    if (!out) abort();
  }
  uint32_t head[2] = {channel, size};
  memcpy(out + out_size, head, 8);
  memcpy(out + out_size + 8, bytes, size);
  out_size += 8 + size;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  char text[TEXT];
  va_list args;
  va_start(args, format);
  int size = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  send_frame(0, text, size < TEXT ? size : TEXT - 1);
}

/* ---- xenstore */

static char *read_node(const char *path) {
  unsigned size;
  return xs_read(store, XBT_NULL, path, &size);
}

static int read_number(const char *folder, const char *name) {
  char path[FOLDER + 32];
  snprintf(path, sizeof path, "%.95s/%.31s", folder, name);
  char *text = read_node(path);
  int value = text ? atoi(text) : -1;
  free(text);
  return value;
}

static void write_node(xs_transaction_t t, const char *folder, const char *name, const char *value) {
  char path[FOLDER + 32];
  snprintf(path, sizeof path, "%.95s/%.31s", folder, name);
  xs_write(store, t, path, value, strlen(value));
}

static void front_of(int domid, char *path) { snprintf(path, FOLDER, "/local/domain/%d/device/console/1", domid); }
static void back_of(int domid, char *path) { snprintf(path, FOLDER, "/local/domain/0/backend/console/%d/1", domid); }

static void set_state(int domid, enum xenbus_state state) {
  char folder[FOLDER], value[4];
  back_of(domid, folder);
  snprintf(value, sizeof value, "%d", state);
  write_node(XBT_NULL, folder, "state", value);
}

static int has_name(int domid, const char *name) {
  char path[FOLDER];
  snprintf(path, sizeof path, "/local/domain/%d/name", domid);
  char *found = read_node(path);
  int same = found && !strcmp(found, name);
  free(found);
  return same;
}

/* ---- domains */

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static const char *state_of(int domid, uint64_t *cpu) {
  xc_domaininfo_t info;
  *cpu = 0;
  if (domid < 0 || xc_domain_getinfolist(xen, domid, 1, &info) != 1 || info.domain != domid) return "absent";
  *cpu = info.cpu_time;
  if (info.flags & XEN_DOMINF_dying) return "absent";
  if (info.flags & XEN_DOMINF_shutdown) return "ended";
  return info.flags & XEN_DOMINF_paused ? "paused" : "running";
}

/* Whether a living domain has this number and this name. xenstore may still have the names of dead ones. */
static int is_living(int domid, const char *name) {
  uint64_t cpu;
  return has_name(domid, name) && strcmp(state_of(domid, &cpu), "absent");
}

/* -1 where there is none. A name is looked up anew each time: a restore gives another number. */
static int domid_of(const char *name) {
  for (int i = 0; i < LINKS; i++)
    if (links[i] && links[i]->domid >= 0 && !strcmp(links[i]->name, name) && is_living(links[i]->domid, name)) return links[i]->domid;
  unsigned count;
  char **all = xs_directory(store, XBT_NULL, "/local/domain", &count);
  int domid = -1;
  for (unsigned i = 0; all && i < count && domid < 0; i++)
    if (strcmp(all[i], "0") && is_living(atoi(all[i]), name)) domid = atoi(all[i]);
  free(all);
  return domid;
}

static int is_ours(const char *name) {
  return !strncmp(name, prefix, strlen(prefix)) && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

/* ---- links */

static struct link **slot_of(uint32_t channel) {
  for (int i = 0; i < LINKS; i++)
    if (links[i] && links[i]->channel == channel) return &links[i];
  return NULL;
}

static void disconnect(struct link *link) {
  if (link->ring) {
    xenevtchn_unbind(events, link->port);
    xengnttab_unmap(grants, link->ring, 1);
    link->ring = NULL;
  }
}

static void remove_nodes(int domid) {
  char path[FOLDER];
  front_of(domid, path);
  xs_rm(store, XBT_NULL, path);
  snprintf(path, sizeof path, "/local/domain/0/backend/console/%d", domid);
  xs_rm(store, XBT_NULL, path);
}

static void watch_link(struct link *link, int on) {
  char front[FOLDER], path[FOLDER + 8], token[16];
  front_of(link->domid, front);
  snprintf(path, sizeof path, "%s/state", front);
  snprintf(token, sizeof token, "%u", link->channel);
  if (on) xs_watch(store, path, token);
  else xs_unwatch(store, path, token);
}

static void forget(struct link **slot) {
  struct link *link = *slot;
  *slot = NULL;
  watch_link(link, 0);
  disconnect(link);
  remove_nodes(link->domid);
  if (link->unplugging) say("%u ok", link->unplugging);
  free(link);
}

/* What the toolstack would write for a console that a device model serves. */
static int plug(uint32_t channel, const char *name) {
  int domid = domid_of(name), place = 0;
  if (domid < 0 || slot_of(channel)) return -1;
  while (place < LINKS && links[place]) place++;
  struct link *link = place < LINKS ? calloc(1, sizeof *link) : NULL;
  if (!link) return -1;
  link->channel = channel;
  link->domid = domid;
  strcpy(link->name, name);
  links[place] = link;

  char front[FOLDER], back[FOLDER], number[16];
  front_of(domid, front);
  back_of(domid, back);
  snprintf(number, sizeof number, "%d", domid);
  struct xs_permissions for_front[] = {{domid, XS_PERM_NONE}, {0, XS_PERM_READ}};
  struct xs_permissions for_back[] = {{0, XS_PERM_NONE}, {domid, XS_PERM_READ}};
  xs_transaction_t t;
  do {
    t = xs_transaction_start(store);
    xs_mkdir(store, t, back);
    xs_set_permissions(store, t, back, for_back, 2);
    write_node(t, back, "frontend", front);
    write_node(t, back, "frontend-id", number);
    write_node(t, back, "online", "1");
    write_node(t, back, "state", "1");
    xs_mkdir(store, t, front);
    xs_set_permissions(store, t, front, for_front, 2);
    write_node(t, front, "backend", back);
    write_node(t, front, "backend-id", "0");
    write_node(t, front, "protocol", "vt100");
    write_node(t, front, "state", "1");
  } while (!xs_transaction_end(store, t, 0) && errno == EAGAIN);
  watch_link(link, 1);
  return 0;
}

/* The guest's ring → the gateway, as long as it takes what is sent. */
static int drain(struct link *link) {
  struct xencons_interface *ring = link->ring;
  char bytes[sizeof ring->out];
  XENCONS_RING_IDX from = ring->out_cons, to = ring->out_prod;
  xen_rmb();
  if (to - from > sizeof ring->out) return 0;
  uint32_t size = 0;
  while (from != to && link->sent + size < WINDOW) bytes[size++] = ring->out[MASK_XENCONS_IDX(from++, ring->out)];
  if (size == 0) return 0;
  xen_mb();
  ring->out_cons = from;
  int skipped = !link->ready;
  link->ready = 1;
  link->sent += size - skipped;
  if (size > (uint32_t)skipped) send_frame(link->channel, bytes + skipped, size - skipped);
  return 1;
}

/* The gateway → the guest's ring, as much as fits. */
static int fill(struct link *link) {
  struct xencons_interface *ring = link->ring;
  XENCONS_RING_IDX from = ring->in_cons, to = ring->in_prod;
  size_t size = 0;
  xen_mb();
  if (!link->ready || to - from > sizeof ring->in) return 0;
  while (size < link->waiting && to - from < sizeof ring->in) ring->in[MASK_XENCONS_IDX(to++, ring->in)] = link->to_guest[size++];
  if (size == 0) return 0;
  xen_wmb();
  ring->in_prod = to;
  link->waiting -= size;
  memmove(link->to_guest, link->to_guest + size, link->waiting);
  say("0 took %u %zu", link->channel, size);
  return 1;
}

static void serve(struct link *link) {
  if (!link->ring) return;
  int moved = drain(link);
  moved |= fill(link);
  if (moved) xenevtchn_notify(events, link->port);
}

/* The guest's end of a link says where it is: it has made its ring, or has let go of it. */
static void guest_changed(struct link **slot) {
  struct link *link = *slot;
  char front[FOLDER];
  front_of(link->domid, front);
  int state = read_number(front, "state");
  if (state == XenbusStateInitialised && !link->ring) {
    int ref = read_number(front, "ring-ref"), remote = read_number(front, "port");
    if (ref < 0 || remote < 0) return;
    link->ring = xengnttab_map_grant_ref(grants, link->domid, ref, PROT_READ | PROT_WRITE);
    if (!link->ring) return;
    int port = xenevtchn_bind_interdomain(events, link->domid, remote);
    if (port < 0) {
      xengnttab_unmap(grants, link->ring, 1);
      link->ring = NULL;
      return;
    }
    link->port = port;
    set_state(link->domid, XenbusStateConnected);
    serve(link);
  } else if (state == XenbusStateClosed && link->unplugging) {
    forget(slot);
  }
}

/* Writes the state of the guest's end as it is, unless the guest has changed it meanwhile: what it wrote must not be overwritten. */
static void write_again(int domid) {
  char path[FOLDER + 8];
  unsigned size;
  front_of(domid, path);
  strcat(path, "/state");
  xs_transaction_t t = xs_transaction_start(store);
  char *state = xs_read(store, t, path, &size);
  int initialising = state && atoi(state) == XenbusStateInitialising;
  free(state);
  if (initialising) xs_write(store, t, path, "1", 1);
  xs_transaction_end(store, t, !initialising);
}

/* A guest that was restored hears of its link only once its own watches are back: until it has begun with it, it is told again. Whether there is one to tell. */
static int nudge(void) {
  static uint64_t last;
  uint64_t cpu;
  int left = 0, due = now_ns() - last >= NUDGE_MS * 1000000ull;
  for (int i = 0; i < LINKS; i++) {
    struct link *link = links[i];
    if (!link || link->ring || link->unplugging || strcmp(state_of(link->domid, &cpu), "running")) continue;
    left = 1;
    if (due) write_again(link->domid);
  }
  if (due) last = now_ns();
  return left;
}

static void look_for_ended(void) {
  uint64_t cpu;
  for (int i = 0; i < LINKS; i++) {
    if (!links[i]) continue;
    const char *state = state_of(links[i]->domid, &cpu);
    if (strcmp(state, "absent") && strcmp(state, "ended")) continue;
    say("0 gone %u", links[i]->channel);
    forget(&links[i]);
  }
}

/* ---- requests */

static int store_answers(void) {
  char *domid = read_node("/local/domain/0/domid");
  free(domid);
  return domid != NULL;
}

/* Says that there is no such domain, or why that can't be told. */
static void refuse(uint32_t number) {
  if (store_answers()) say("%u error There is no such domain.", number);
  else say("%u error xenstored does not answer any more. This host must be started anew.", number);
}

static void answer_state(uint32_t number, int domid, uint64_t took) {
  uint64_t cpu;
  const char *state = state_of(domid, &cpu);
  say("%u ok %s %llu %llu", number, state, (unsigned long long)cpu, (unsigned long long)took);
}

static void request(const char *text) {
  char verb[16] = "", first[NAME] = "", second[NAME] = "";
  uint32_t number;
  if (sscanf(text, "%u %15s %63s %63s", &number, verb, first, second) < 2) return;
  uint32_t channel = strtoul(first, NULL, 10);

  if (!strcmp(verb, "took")) {
    struct link **slot = slot_of(channel);
    size_t size = strtoul(second, NULL, 10);
    if (!slot) return;
    (*slot)->sent -= size < (*slot)->sent ? size : (*slot)->sent;
    serve(*slot);
  } else if (!strcmp(verb, "memory")) {
    xc_physinfo_t info = {0};
    if (xc_physinfo(xen, &info)) say("%u error Xen does not say how much memory is free.", number);
    else say("%u ok %llu", number, (unsigned long long)((info.free_pages + info.scrub_pages) >> 8));
  } else if (!strcmp(verb, "plug")) {
    if (!is_ours(second)) say("%u error That domain is not Drowse's.", number);
    else if (plug(channel, second)) refuse(number);
    else say("%u ok", number);
  } else if (!strcmp(verb, "unplug")) {
    struct link **slot = slot_of(channel);
    if (!slot) say("%u ok", number);
    else {
      (*slot)->unplugging = number;
      if ((*slot)->ring) set_state((*slot)->domid, XenbusStateClosing);
      else forget(slot);
    }
  } else if (!is_ours(first)) {
    say("%u error That domain is not Drowse's.", number);
  } else if (!strcmp(verb, "info")) {
    uint64_t start = now_ns();
    int domid = domid_of(first);
    if (domid < 0 && !store_answers()) refuse(number);
    else answer_state(number, domid, now_ns() - start);
  } else if (!strcmp(verb, "pause") || !strcmp(verb, "unpause")) {
    uint64_t cpu, start = now_ns();
    int domid = domid_of(first), to_pause = verb[0] == 'p', failed = 0, tries = 0;
    if (domid < 0) return refuse(number);
    /* Xen counts: what was paused twice must be unpaused twice. */
    while (!failed && to_pause == !!strcmp(state_of(domid, &cpu), "paused") && tries++ < 256)
      failed = to_pause ? xc_domain_pause(xen, domid) : xc_domain_unpause(xen, domid);
    if (failed) say("%u error Xen refused: %s.", number, strerror(errno));
    else answer_state(number, domid, now_ns() - start);
  } else {
    say("%u error There is no such verb.", number);
  }
}

static void take_frame(uint32_t channel, char *bytes, uint32_t size) {
  if (channel == 0) {
    char text[TEXT];
    snprintf(text, sizeof text, "%.*s", (int)(size < TEXT ? size : TEXT - 1), bytes);
    return request(text);
  }
  struct link **slot = slot_of(channel);
  if (!slot) return;
  struct link *link = *slot;
  /* More than the window was promised to hold. */
  if (size > WINDOW - link->waiting) exit(3);
  memcpy(link->to_guest + link->waiting, bytes, size);
  link->waiting += size;
  serve(link);
}

/* ---- the end */

static void end_domains(void) {
  for (int i = 0; i < LINKS; i++)
    if (links[i] && is_living(links[i]->domid, links[i]->name)) xc_domain_pause(xen, links[i]->domid);
  /* From here on they do nothing. Destroyed by hypercall, they would leave their nodes and disks behind, which the toolstack clears away. */
  for (int i = 0; i < LINKS; i++) {
    if (!links[i]) continue;
    remove_nodes(links[i]->domid);
    pid_t child = fork();
    if (child == 0) {
      int nowhere = open("/dev/null", O_RDWR);
      for (int fd = 0; fd < 3; fd++) dup2(nowhere, fd);
      execlp("xl", "xl", "destroy", links[i]->name, (char *)NULL);
      _exit(127);
    }
    if (child > 0) waitpid(child, NULL, 0);
  }
}

int main(int argc, char **argv) {
  static char in[WINDOW * 2];
  size_t in_size = 0;
  prefix = argc > 1 ? argv[1] : "drowse-";
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  xen = xc_interface_open(NULL, NULL, 0);
  events = xenevtchn_open(NULL, 0);
  grants = xengnttab_open(NULL, 0);
  store = xs_open(0);
  if (!xen || !events || !grants || !store) {
    int is_xen = !access("/proc/xen/capabilities", F_OK) || !access("/dev/xen/privcmd", F_OK);
    const char *why = !is_xen ? "There is no Xen on this host" : !xen ? "This user may not control Xen" : "xenstored does not answer on this host";
    fprintf(stderr, "%s.\n", why);
    return 1;
  }
  xs_watch(store, "@releaseDomain", "released");
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
  say("0 ready");

  for (;;) {
    struct pollfd fds[] = {
        {0, POLLIN, 0},
        {1, out_size ? POLLOUT : 0, 0},
        {xenevtchn_fd(events), POLLIN, 0},
        {xs_fileno(store), POLLIN, 0},
    };
    if (poll(fds, 4, nudge() ? NUDGE_MS : -1) < 0 && errno != EINTR) break;

    if (fds[2].revents & POLLIN) {
      int port = xenevtchn_pending(events);
      if (port >= 0) xenevtchn_unmask(events, port);
      for (int i = 0; i < LINKS; i++)
        if (links[i] && links[i]->ring && (int)links[i]->port == port) serve(links[i]);
    }
    if (fds[3].revents & POLLIN) {
      char **watch;
      while ((watch = xs_check_watch(store))) {
        struct link **slot = slot_of(strtoul(watch[XS_WATCH_TOKEN], NULL, 10));
        if (!strcmp(watch[XS_WATCH_TOKEN], "released")) look_for_ended();
        else if (slot) guest_changed(slot);
        free(watch);
      }
    }
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
      ssize_t got = read(0, in + in_size, sizeof in - in_size);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
      if (got > 0) in_size += got;
      size_t at = 0;
      while (in_size - at >= 8) {
        uint32_t head[2];
        memcpy(head, in + at, 8);
        if (head[1] > WINDOW) exit(3);
        if (in_size - at - 8 < head[1]) break;
        take_frame(head[0], in + at + 8, head[1]);
        at += 8 + head[1];
      }
      memmove(in, in + at, in_size - at);
      in_size -= at;
    }
    if (out_size) {
      ssize_t written = write(1, out, out_size);
      if (written < 0 && errno != EAGAIN && errno != EINTR) break;
      if (written > 0) {
        memmove(out, out + written, out_size - written);
        out_size -= written;
      }
    }
  }
  end_domains();
  return 0;
}
