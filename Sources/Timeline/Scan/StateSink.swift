/// What is told of a stretch of time while events are walked over.
///
/// Times are ns since the trace's first event. Tasks are numbered as they are met in the slice.
protocol StateSink: ~Copyable {
  /// A task was met that the slice had not told of; its number is the next.
  ///
  /// - Returns: what is known of it from before the slice, where that is known already.
  mutating func met(_ task: Int, pid: Int32, machine: Int) -> CarriedState?
  /// An event, by its buffer and its `common_type`; `task` is -1 for the idle task.
  mutating func event(cpu: Int, task: Int, time: Int64, source: Int, id: Int)
  /// A task ran. `begins`: it is known not to have run before that.
  mutating func ran(cpu: Int, task: Int, from: Int64, to: Int64, begins: Bool, isOpen: Bool)
  /// A task was in another state. `isEnd`: it ran then.
  mutating func was(
    _ state: TaskState, task: Int, cpu: Int, other: OtherTask, from: Int64, to: Int64, isEnd: Bool,
    isOpen: Bool)
  /// An interrupt on a CPU.
  mutating func interrupted(
    cpu: Int, isSoft: Bool, number: Int, depth: Int, from: Int64, to: Int64, isOpen: Bool)
  /// A task was in a system call.
  mutating func called(task: Int, number: Int, from: Int64, to: Int64, isOpen: Bool)
  /// Events were lost on a CPU; `count` is -1 where nobody knows how many.
  mutating func lost(cpu: Int, from: Int64, to: Int64, count: Int)
  /// The name of an interrupt line.
  mutating func named(interrupt: Int, machine: Int, _ name: UnsafeRawBufferPointer)
}
