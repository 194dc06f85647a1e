/// Names of the kernel's numbers.
package enum KernelNames {
  /// `ESRCH` for 3 or -3; the number where it has no name.
  ///
  /// Source: include/uapi/asm-generic/errno-base.h and errno.h, as x86 and arm64 have them.
  package static func errno(_ code: Int) -> String {
    let code = code.magnitude
    return code < errnos.count && !errnos[Int(code)].isEmpty ? errnos[Int(code)] : String(code)
  }

  /// 2 for `ENOENT` or `2`; nil for what is neither.
  static func errno(named text: String) -> Int? {
    if let number = Int(text) { return (1...4095).contains(number) ? number : nil }
    return errnos.firstIndex { !$0.isEmpty && $0 == text.uppercased() }
  }

  /// What a system call returned: a number, or `-ESRCH`.
  package static func result(_ number: Int) -> String {
    number < 0 ? "-" + errno(number) : String(number)
  }

  /// `SIGTERM` for 15.
  ///
  /// Source: include/uapi/asm-generic/signal.h.
  package static func signal(_ number: Int) -> String {
    if number > 0, number < signals.count { return "SIG" + signals[number] }
    return (32...64).contains(number) ? "SIGRT\(number - 32)" : String(number)
  }

  /// `CAP_SYS_ADMIN` for 21.
  ///
  /// Source: include/uapi/linux/capability.h.
  package static func capability(_ number: Int) -> String {
    capabilities.indices.contains(number) ? "CAP_" + capabilities[number] : String(number)
  }

  private static let capabilities =
    ("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    + "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
    + "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME "
    + "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG "
    + "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE").split(separator: " ")
    .map(String.init)

  private static let signals =
    ("0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP "
    + "TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS").split(separator: " ").map(
      String.init)

  private static let errnos =
    ("- EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT "
    + "ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG "
    + "ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY "
    + "ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR "
    + "EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE "
    + "ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG "
    + "ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK "
    + "EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP "
    + "EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET "
    + "ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT "
    + "ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL "
    + "EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED "
    + "EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON").split(separator: " ").map {
      $0 == "-" ? "" : String($0)
    }
}
