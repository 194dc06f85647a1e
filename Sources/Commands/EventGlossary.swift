import Tracefs

/// What events and their fields mean, in a few plain words, for people who do not know the kernel.
///
/// From the kernel's include/trace/events/*.h and Documentation/trace. Only what is asked for most;
/// of anything else the format file's own words must do.
enum EventGlossary {
  /// What happens when the event occurs; nil where that is not known here.
  static func meaning(of event: EventName) -> String? {
    if event.system == "syscalls" {
      for (prefix, what) in [("sys_enter_", "begins"), ("sys_exit_", "ends; ret is its result")]
      where event.name.hasPrefix(prefix) {
        return "the system call \(event.name.dropFirst(prefix.utf8.count)) \(what)"
      }
    }
    return events[event.name] ?? systems[event.system].map { "an event of \($0)" }
  }

  /// What a field of that name holds; nil where that is not known here.
  static func meaning(ofField name: String) -> String? { fields[name] }

  private static let events = [
    "sched_switch": "a CPU goes over from one task (prev) to another (next)",
    "sched_wakeup": "a task that slept can run again",
    "sched_wakeup_new": "a new task can run for the first time",
    "sched_waking": "a task is about to be woken; it happens in the task that wakes it",
    "sched_migrate_task": "a task moves from one CPU to another",
    "sched_process_fork": "a process or thread is made",
    "sched_process_exec": "a process begins another program",
    "sched_process_exit": "a process or thread ends",
    "sched_process_wait": "a process waits for its children",
    "sched_process_free": "what an ended task occupied is freed",
    "sched_stat_runtime": "how long a task has run since this was told last",
    "sched_pi_setprio": "a task gets another's priority, to give a lock back sooner",
    "task_newtask": "a task is made; clone_flags say what it shares",
    "task_rename": "a task's name changes",
    "irq_handler_entry": "a driver begins to handle an interrupt",
    "irq_handler_exit": "a driver has handled an interrupt",
    "softirq_raise": "work is put off until the interrupt is over",
    "softirq_entry": "work that interrupts had put off begins",
    "softirq_exit": "work that interrupts had put off is done",
    "timer_start": "a timer is set",
    "timer_cancel": "a timer is stopped before it was due",
    "timer_expire_entry": "a timer is due: its function begins",
    "timer_expire_exit": "a timer's function is done",
    "hrtimer_start": "a timer of high resolution is set",
    "hrtimer_expire_entry": "a timer of high resolution is due: its function begins",
    "hrtimer_expire_exit": "a timer of high resolution: its function is done",
    "workqueue_queue_work": "work is handed to a kernel worker",
    "workqueue_execute_start": "a kernel worker begins a piece of work",
    "workqueue_execute_end": "a kernel worker is done with a piece of work",
    "block_rq_insert": "a request to a disk is put into its queue",
    "block_rq_issue": "a request is sent to a disk",
    "block_rq_complete": "a disk has carried out a request",
    "block_bio_queue": "a read or write of a disk is asked for",
    "page_fault_user": "a program touches memory that is not mapped in yet",
    "page_fault_kernel": "the kernel touches memory that is not mapped in",
    "mm_page_alloc": "pages of memory are handed out",
    "mm_page_free": "pages of memory are given back",
    "kmalloc": "the kernel allocates memory",
    "kfree": "the kernel gives memory back",
    "kmem_cache_alloc": "the kernel takes an object from a cache",
    "kmem_cache_free": "the kernel puts an object back into its cache",
    "mm_filemap_add_to_page_cache": "a page of a file comes into memory",
    "mm_filemap_delete_from_page_cache": "a page of a file leaves memory",
    "mm_vmscan_direct_reclaim_begin": "a task must free memory before it gets any",
    "oom_score_adj_update": "how likely a process is to be killed when memory runs out changes",
    "signal_generate": "a signal is sent",
    "signal_deliver": "a signal reaches its process",
    "cpu_idle": "a CPU goes idle (state), or comes back (4294967295)",
    "cpu_frequency": "a CPU changes its frequency",
    "net_dev_queue": "a packet is put into a network device's queue",
    "net_dev_xmit": "a packet is handed to a network device",
    "netif_receive_skb": "a packet has come in",
    "kfree_skb": "a packet is dropped",
    "consume_skb": "a packet is done with",
    "inet_sock_set_state": "a connection changes its state",
    "tcp_retransmit_skb": "TCP sends a segment again",
    "sys_enter": "any system call begins",
    "sys_exit": "any system call ends",
    "function": "a kernel function is called (tracer function)",
    "funcgraph_entry": "a kernel function begins (tracer function_graph)",
    "funcgraph_exit": "a kernel function ends (tracer function_graph)",
    "kernel_stack": "the calls that led to the event before",
    "print": "text that a program wrote to trace_marker",
    "contention_begin": "a task begins to wait for a lock",
    "contention_end": "a task has waited for a lock",
    "console": "a line of the kernel's log",
  ]

  private static let systems = [
    "sched": "the scheduler, which decides what runs where",
    "irq": "interrupts", "irq_vectors": "interrupts of the processor's own",
    "timer": "timers", "workqueue": "kernel workers", "block": "disks and other block devices",
    "kmem": "the kernel's memory allocators", "vmscan": "the search for memory to free",
    "filemap": "the pages of files in memory", "net": "network devices", "skb": "packets",
    "tcp": "TCP", "sock": "sockets", "power": "power management", "ext4": "the file system ext4",
    "jbd2": "the journal of ext4", "xfs": "the file system XFS", "btrfs": "the file system Btrfs",
    "writeback": "writing changed pages back to disk",
    "rcu": "RCU, by which the kernel frees what "
      + "others may still read", "raw_syscalls": "system calls", "signal": "signals",
    "kvm": "virtual machines", "lock": "locks", "ftrace": "the tracer itself",
    "kprobes": "a probe that somebody has set", "uprobes": "a probe that somebody has set",
    "synthetic": "an event that somebody has put together from others",
    "exceptions": "the processor's exceptions", "cgroup": "control groups", "nvme": "NVMe disks",
    "scsi": "SCSI disks", "compaction": "moving pages together", "huge_memory": "huge pages",
  ]

  private static let fields = [
    "comm": "the task's name", "pid": "the task's number",
    "prio": "its priority; less is more urgent",
    "target_cpu": "where it will run", "success": "always 1 on newer kernels",
    "prev_comm": "name of the task that stops", "prev_pid": "its number",
    "prev_prio": "its priority; less is more urgent",
    "prev_state": "why it stops: 0 could go on, else what it waits for",
    "next_comm": "name of the task that goes on", "next_pid": "its number; 0 is idle",
    "next_prio": "its priority; less is more urgent",
    "orig_cpu": "the CPU it leaves", "dest_cpu": "the CPU it goes to",
    "parent_comm": "name of the parent", "parent_pid": "number of the parent",
    "child_comm": "name of the child", "child_pid": "number of the child",
    "filename": "the file's name", "old_pid": "the number before", "irq": "the interrupt's number",
    "vec": "which kind of put-off work", "ret": "the result; below 0 an error",
    "__syscall_nr": "the system call's number", "dev": "the device: major number × 1048576 + minor",
    "sector": "where on the disk, in units of 512 bytes",
    "nr_sector": "how much, in units of 512 bytes", "bytes": "how many bytes",
    "call_site": "the place in the kernel that asked", "ptr": "where the memory is",
    "bytes_req": "how many bytes were asked for", "bytes_alloc": "how many bytes were taken",
    "gfp_flags": "how it may be obtained", "order": "2 to this power pages",
    "address": "the address", "ip": "the place in the kernel", "parent_ip": "who called it",
    "error_code": "what was tried (bits of the processor)",
    "rwbs": "R read, W write, F flush, "
      + "D discard, S synchronous, A read ahead, M metadata",
    "runtime": "nanoseconds", "vruntime": "nanoseconds, weighted by priority",
    "function": "the function", "expires": "when it is due", "len": "how many bytes",
    "cpu": "the CPU's number", "cpu_id": "the CPU's number", "buf": "the text",
    "skbaddr": "where the packet is", "name": "the name", "sig": "the signal's number",
  ]
}
