#define _GNU_SOURCE
#include "FileRanges.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

ssize_t ck_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count) {
  off64_t in = from_offset, out = to_offset;
  return copy_file_range(from, &in, to, &out, count, 0);
}

int ck_collapse_range(int descriptor, int64_t offset, int64_t count) {
  return fallocate64(descriptor, FALLOC_FL_COLLAPSE_RANGE, offset, count);
}

int ck_punch_hole(int descriptor, int64_t offset, int64_t count) {
  return fallocate64(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count);
}

int ck_claim_blocks(int descriptor, int64_t offset, int64_t count) {
  return fallocate64(descriptor, FALLOC_FL_KEEP_SIZE, offset, count);
}

int64_t ck_next_data(int descriptor, int64_t offset) {
  return lseek64(descriptor, offset, SEEK_DATA);
}

int64_t ck_next_hole(int descriptor, int64_t offset) {
  return lseek64(descriptor, offset, SEEK_HOLE);
}

int ck_open_nameless(const char *directory, mode_t mode) {
  return open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

int ck_name(int descriptor, const char *path) {
  // AT_EMPTY_PATH would need a capability.
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int64_t ck_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (int64_t)status.f_type : -1;
}
