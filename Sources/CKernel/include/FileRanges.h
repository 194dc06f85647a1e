// System calls on files that Swift does not see.
#ifndef CKERNEL_FILE_RANGES_H
#define CKERNEL_FILE_RANGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// copy_file_range(2), without moving either descriptor's own offset.
ssize_t ck_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count);

/// fallocate(2) with FALLOC_FL_COLLAPSE_RANGE: takes the range out of the file.
int ck_collapse_range(int descriptor, int64_t offset, int64_t count);

/// fallocate(2) with FALLOC_FL_PUNCH_HOLE: gives the range's blocks back.
int ck_punch_hole(int descriptor, int64_t offset, int64_t count);

/// fallocate(2) with FALLOC_FL_KEEP_SIZE: claims blocks for the range.
int ck_claim_blocks(int descriptor, int64_t offset, int64_t count);

/// lseek(2) with SEEK_DATA: where the next bytes are that are no hole. Moves the descriptor's offset.
int64_t ck_next_data(int descriptor, int64_t offset);

/// lseek(2) with SEEK_HOLE: where the next hole begins. Moves the descriptor's offset.
int64_t ck_next_hole(int descriptor, int64_t offset);

/// open(2) with O_TMPFILE: a file without a name, which is gone when it is closed.
int ck_open_nameless(const char *directory, mode_t mode);

/// linkat(2): gives the file of a descriptor a name that no other file has.
int ck_name(int descriptor, const char *path);

/// statfs(2): the number of the file system that a path is on (linux/magic.h); -1 where it fails.
int64_t ck_file_system(const char *path);

#endif
