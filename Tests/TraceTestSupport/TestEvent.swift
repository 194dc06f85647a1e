package import ByteIO

/// An event for tests: `kscope_test:number`, with one field and a line that says it.
package enum TestEvent {
  package static let system = "kscope_test"
  package static let name = "number"
  package static let id: UInt16 = 300

  /// Its `format` file.
  package static let format = """
    name: number
    ID: 300
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:unsigned int value;\toffset:8;\tsize:4;\tsigned:0;

    print fmt: "value=%u", REC->value

    """

  /// The text of `events/header_event`.
  package static let headerEvent = """
    # compressed entry header
    \ttype_len    :    5 bits
    \ttime_delta  :   27 bits
    \tarray       :   32 bits

    \tpadding     : type == 29
    \ttime_extend : type == 30
    \ttime_stamp : type == 31
    \tdata max type_len  == 28

    """

  /// One record of it.
  package static func record(_ value: UInt32, pid: Int32 = 1, order: ByteOrder = .little) -> [UInt8]
  {
    id.bytes(order) + [0, 0] + pid.bytes(order) + value.bytes(order)
  }

  /// Full pages of records, a microsecond apart, with values that count up from `first`.
  package static func pages(
    _ count: Int, from first: UInt32 = 0, time: UInt64 = 1_000_000_000, perPage: Int = 5,
    order: ByteOrder = .little, longSize: Int = 8, size: Int = 4096
  ) -> [[UInt8]] {
    var value = first
    var now = time
    return (0..<count).map { _ in
      var page = PageBuilder(time: now, order: order, longSize: longSize, size: size)
      for index in 0..<perPage {
        page.event(after: index == 0 ? 0 : 1000, record(value, order: order))
        value += 1
      }
      now += UInt64(perPage) * 1000
      return page.bytes
    }
  }
}
