/*
 * Backend and load of the bench: one thread, epoll, loopback only. Every message is answered by the same bytes.
 *
 *   load serve                                      prints its port, echoes until it is killed
 *   load requests PORT CONNECTIONS MS BYTES         one message under way on each connection, for so long
 *   load connections PORT AT_ONCE MS BYTES          connect, one message each way, close, for so long
 *   load hold PORT CONNECTIONS BYTES                one message each way, prints "held", closes at the end of stdin
 *
 * The loads print "ready" once all is open, begin at a line on stdin, print one line of JSON, and let go of what they hold
 * at the end of stdin, so that whoever measures can look before and after. Latencies are in microseconds, from a histogram with steps of 1/128.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER = 65536, CONNECTIONS_MAX = 20000, MESSAGE_MAX = 16384 };
enum { STEPS = 128, BUCKETS = STEPS * 48, DEAF_MS = 5000, SOURCES = 8, OPENING_AT_ONCE = 128 };

static char buffer[BUFFER];
static uint64_t buckets[BUCKETS];
static uint64_t counted, failed;
static int poller;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void count(uint64_t ns) {
  int power = 0;
  while ((ns >> power) >= 2 * STEPS) power++;
  uint64_t at = (uint64_t)power * STEPS + (ns >> power);
  buckets[at < BUCKETS ? at : BUCKETS - 1]++;
  counted++;
}

static void until_told(void) {
  printf("ready\n");
  fflush(stdout);
  if (read(0, buffer, BUFFER) <= 0) exit(1);
}

static void until_end(void) {
  fflush(stdout);
  while (read(0, buffer, BUFFER) > 0) continue;
}

/* The middle of the bucket below which so many of the latencies are. */
static double quantile_us(double share) {
  uint64_t wanted = (uint64_t)(share * (double)counted), seen = 0;
  for (int at = 0; at < BUCKETS; at++) {
    seen += buckets[at];
    if (buckets[at] == 0 || seen <= wanted) continue;
    int power = at < 2 * STEPS ? 0 : at / STEPS - 1;
    return ((double)(at - power * STEPS) + 0.5) * (double)(1ull << power) / 1000;
  }
  return 0;
}

static void print(uint64_t ns) {
  printf("{\"count\":%llu,\"seconds\":%.6f,\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"failed\":%llu}\n",
         (unsigned long long)counted, (double)ns / 1e9, quantile_us(0.5), quantile_us(0.99), quantile_us(0.999),
         (unsigned long long)failed);
  until_end();
}

static void watch(int fd, uint32_t events, uint32_t index, int operation) {
  struct epoll_event event = {.events = events, .data.u64 = ((uint64_t)index << 32) | (uint32_t)fd};
  if (epoll_ctl(poller, operation, fd, &event) < 0) fail("epoll_ctl");
}

static void no_delay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Echoes are far smaller than a send buffer, so what cannot be written at once is a mistake of the load. */
static void echo(int fd) {
  ssize_t size = read(fd, buffer, BUFFER);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0 || write(fd, buffer, (size_t)size) != size) close(fd);
}

static void serve(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(listener, EPOLLIN, 0, EPOLL_CTL_ADD);
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      int fd = (int)(uint32_t)events[i].data.u64;
      if (fd != listener) {
        echo(fd);
        continue;
      }
      int accepted;
      while ((accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        no_delay(accepted);
        watch(accepted, EPOLLIN, 0, EPOLL_CTL_ADD);
      }
    }
  }
}

struct connection {
  int fd, connecting, missing;
  uint64_t since;
};

static struct connection connections[CONNECTIONS_MAX];
static int port, wanted, bytes, source;

/* From one address after another, so that a second's worth of ended connections does not use up the ports of one. */
static void dial(int index) {
  struct connection *c = &connections[index];
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  if (fd < 0) fail("socket");
  struct sockaddr_in from = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(source++ % SOURCES))};
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  no_delay(fd);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  *c = (struct connection){.fd = fd, .connecting = 1, .missing = bytes, .since = now()};
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) fail("connect");
  watch(fd, EPOLLOUT, (uint32_t)index, EPOLL_CTL_ADD);
}

static void drop(struct connection *c) {
  close(c->fd);
  c->fd = -1;
}

static int send_message(struct connection *c) {
  c->missing = bytes;
  return write(c->fd, buffer, (size_t)bytes) == bytes;
}

/* 1: the answer is whole; 0: not yet; -1: it will never be. */
static int step(int index) {
  struct connection *c = &connections[index];
  if (c->connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return -1;
    c->connecting = 0;
    watch(c->fd, EPOLLIN, (uint32_t)index, EPOLL_CTL_MOD);
    return send_message(c) ? 0 : -1;
  }
  ssize_t size = read(c->fd, buffer, (size_t)c->missing);
  if (size < 0 && errno == EAGAIN) return 0;
  if (size <= 0) return -1;
  c->missing -= (int)size;
  return c->missing == 0;
}

/* The next of what epoll has, or -1 after so many ms without any. */
static int next(int timeout_ms) {
  static struct epoll_event events[EVENTS];
  static int ready, at;
  for (;;) {
    while (at < ready) {
      uint64_t data = events[at++].data.u64;
      int index = (int)(data >> 32);
      if (connections[index].fd == (int)(uint32_t)data) return index;
    }
    at = 0;
    ready = epoll_wait(poller, events, EVENTS, timeout_ms);
    if (ready <= 0) return -1;
  }
}

/* One exchange on each connection, so many under way at once. */
static void open_all(void) {
  int opened = 0, done = 0;
  while (opened < wanted && opened < OPENING_AT_ONCE) dial(opened++);
  while (done < wanted) {
    int index = next(DEAF_MS);
    if (index < 0) {
      failed += (uint64_t)(wanted - done);
      return;
    }
    int result = step(index);
    if (result == 0) continue;
    if (result < 0) {
      failed++;
      drop(&connections[index]);
    }
    done++;
    if (opened < wanted) dial(opened++);
  }
}

static void requests(uint64_t ms) {
  open_all();
  until_told();
  uint64_t start = now(), end = start + ms * 1000000u;
  int alive = 0;
  for (int i = 0; i < wanted; i++) {
    if (connections[i].fd < 0 || connections[i].missing != 0) continue;
    connections[i].since = now();
    if (send_message(&connections[i])) alive++;
  }
  uint64_t time = start;
  while (alive > 0 && time < end) {
    int index = next(DEAF_MS);
    if (index < 0) {
      failed += (uint64_t)alive;
      break;
    }
    int result = step(index);
    time = now();
    if (result == 0) continue;
    struct connection *c = &connections[index];
    if (result > 0) {
      count(time - c->since);
      c->since = time;
    }
    if (result < 0 || !send_message(c)) {
      failed++;
      alive--;
      drop(c);
    }
  }
  print(time - start);
}

static void new_connections(uint64_t ms) {
  until_told();
  uint64_t start = now(), end = start + ms * 1000000u, time = start;
  for (int i = 0; i < wanted; i++) dial(i);
  while (time < end) {
    int index = next(DEAF_MS);
    if (index < 0) {
      failed += (uint64_t)wanted;
      break;
    }
    int result = step(index);
    time = now();
    if (result == 0) continue;
    if (result > 0) count(time - connections[index].since);
    else failed++;
    drop(&connections[index]);
    dial(index);
  }
  print(time - start);
}

static void hold(void) {
  open_all();
  printf("held %llu\n", (unsigned long long)failed);
  until_end();
}

int main(int argc, char **argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(0);
  if (argc == 2 && strcmp(argv[1], "serve") == 0) serve();
  if (argc < 5) return 2;
  port = atoi(argv[2]);
  wanted = atoi(argv[3]);
  bytes = atoi(argv[argc - 1]);
  if (wanted < 1 || wanted > CONNECTIONS_MAX || bytes < 1 || bytes > MESSAGE_MAX) return 2;
  if (strcmp(argv[1], "hold") == 0) hold();
  else if (strcmp(argv[1], "requests") == 0) requests((uint64_t)atoi(argv[4]));
  else if (strcmp(argv[1], "connections") == 0) new_connections((uint64_t)atoi(argv[4]));
  else return 2;
  return 0;
}
