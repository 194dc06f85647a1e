#define _GNU_SOURCE
#include "FileRanges.h"

#include <fcntl.h>
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
