/// One trace buffer of a recording: the top-level one or an instance.
package struct BufferLayout: Sendable, Equatable {
  /// The instance's name; "" is the top-level buffer.
  package var name: String
  /// The name of its clock: "local", "mono" …
  package var clock: String
  /// The CPUs that are recorded, from 0, in rising order; there may be gaps.
  package var cpus: [Int]
  /// The size of a sub-buffer, in bytes: a power of two.
  package var pageSize: Int

  package init(name: String, clock: String, cpus: [Int], pageSize: Int) {
    self.name = name
    self.clock = clock
    self.cpus = cpus
    self.pageSize = pageSize
  }
}

/// Where the pages of one CPU of one buffer are to be written, one after the other.
package struct Region: Sendable, Equatable {
  /// Open for reading and writing as long as the writer is neither finished nor abandoned. Other
  /// regions may share it: write by `pwrite` or splice with an offset.
  package var descriptor: Int32
  /// Where the first page goes, in bytes.
  package var offset: Int64
  /// How many bytes may be written at most; bytes beyond belong to another region.
  package var capacity: Int64

  package init(descriptor: Int32, offset: Int64, capacity: Int64) {
    self.descriptor = descriptor
    self.offset = offset
    self.capacity = capacity
  }
}

/// What was written to a region.
package struct RegionContent: Sendable, Equatable {
  /// All bytes that were ever written, whole pages.
  package var bytes: Int64
  /// Where the region was used as a ring that overwrites its oldest page: its length in bytes, a
  /// multiple of the page size and at most half of the region's capacity. The page number `n` is
  /// written at `n * pageSize % ringCapacity`.
  package var ringCapacity: Int64?

  package init(bytes: Int64, ringCapacity: Int64? = nil) {
    self.bytes = bytes
    self.ringCapacity = ringCapacity
  }
}
