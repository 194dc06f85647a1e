#define _GNU_SOURCE
#include "MappingGuard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { guard_limit = 1024 };

// A slot is free where `start` is 0, and being filled where `end` is 0.
static struct {
  atomic_uintptr_t start, end;
  atomic_int_least64_t lost;
} guards[guard_limit];

static struct sigaction previous;
static uintptr_t page_size;
static int handler_error;

// Only atomics and system calls: this runs in the middle of anything.
static void replace_page(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  int saved = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < guard_limit; i++) {
    uintptr_t start = atomic_load(&guards[i].start), end = atomic_load(&guards[i].end);
    if (start == 0 || address < start || address >= end) continue;
    uintptr_t page = address & ~(page_size - 1);
    void *zeros = mmap((void *)page, page_size, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (zeros == MAP_FAILED) break;
    int_least64_t offset = (int_least64_t)(page - start), known = atomic_load(&guards[i].lost);
    while ((known < 0 || offset < known) &&
           !atomic_compare_exchange_weak(&guards[i].lost, &known, offset)) {
    }
    errno = saved;
    return;
  }
  // Not ours: who was there before gets it, when the access is tried again.
  sigaction(SIGBUS, &previous, NULL);
  errno = saved;
}

static void set_handler(void) {
  page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = replace_page, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGBUS, &action, &previous) != 0) handler_error = errno;
}

int ck_guard_mapping(const void *start, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_handler);
  if (handler_error) {
    errno = handler_error;
    return -1;
  }
  // The last page is whole in memory, whatever the file's length.
  uintptr_t end = ((uintptr_t)start + count + page_size - 1) & ~(page_size - 1);
  for (int i = 0; i < guard_limit; i++) {
    uintptr_t free = 0;
    if (!atomic_compare_exchange_strong(&guards[i].start, &free, (uintptr_t)start)) continue;
    atomic_store(&guards[i].lost, -1);
    atomic_store(&guards[i].end, end);
    return i;
  }
  errno = EMFILE;
  return -1;
}

void ck_unguard_mapping(int guard) {
  atomic_store(&guards[guard].end, 0);
  atomic_store(&guards[guard].start, 0);
}

int64_t ck_first_lost_byte(int guard) { return atomic_load(&guards[guard].lost); }
