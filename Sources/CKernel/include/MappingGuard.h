// Mapped files that somebody may cut off while they are read.
#ifndef CKERNEL_MAPPING_GUARD_H
#define CKERNEL_MAPPING_GUARD_H

#include <stddef.h>
#include <stdint.h>

/// Guards a mapping against SIGBUS: pages that the file no longer has, or that cannot be read, are
/// replaced by zeros when they are touched. Returns the guard's number, or -1 with errno where
/// there are too many or the handler cannot be set.
int ck_guard_mapping(const void *start, size_t count);

/// Ends a guard; nothing of the mapping may be read any more.
void ck_unguard_mapping(int guard);

/// The offset in the mapping of the first byte that was replaced; -1 where none was.
int64_t ck_first_lost_byte(int guard);

#endif
