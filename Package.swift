// swift-tools-version: 6.3
import PackageDescription

// One list of settings for every Swift target.
//
// - Lifetimes: `ByteCursor` is a non-escapable view of bytes; returning one needs this spelling.
// - ExistentialAny, MemberImportVisibility, InternalImportsByDefault: an import says what it is
//   for, and `any` shows where a call is dynamic.
let settings: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// Targets stand in the order in which data flows: a target may use those above it only.
// `Documentation/Modules.md` says what each is for and what it must not know.
let package = Package(
  name: "kscope",
  products: [
    .executable(name: "kscope", targets: ["kscope"]),
    // For programs that read recordings: README shows how.
    .library(name: "TraceEvents", targets: ["TraceEvents"]),
    // For programs that ask what tasks and CPUs did.
    .library(name: "Timeline", targets: ["Timeline"]),
    // For programs that trace: Examples/ shows how.
    .library(name: "Tracefs", targets: ["Tracefs"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // The web server of the page; the packages below it are its own.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // MARK: C

    .target(name: "CKernel"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // MARK: Bytes

    .target(name: "ByteIO", dependencies: ["CKernel"], swiftSettings: settings),
    .testTarget(
      name: "ByteIOTests", dependencies: ["ByteIO", "TraceTestSupport"], swiftSettings: settings),

    // MARK: The kernel's types, and probes written with them

    .target(name: "KernelTypes", dependencies: ["ByteIO"], swiftSettings: settings),
    .testTarget(
      name: "KernelTypesTests", dependencies: ["ByteIO", "KernelTypes", "TraceTestSupport"],
      swiftSettings: settings),
    .target(
      name: "ProbeLanguage", dependencies: ["ByteIO", "KernelTypes"], swiftSettings: settings),
    .testTarget(
      name: "ProbeLanguageTests",
      dependencies: ["ByteIO", "KernelTypes", "ProbeLanguage", "TraceTestSupport"],
      swiftSettings: settings),

    // MARK: The kernel's control files

    .target(name: "Tracefs", dependencies: ["ByteIO", "CKernel"], swiftSettings: settings),
    .testTarget(
      name: "TracefsTests", dependencies: ["Tracefs", "TraceTestSupport"], swiftSettings: settings),

    // MARK: The kernel's ring-buffer pages

    .target(name: "RingBuffer", dependencies: ["ByteIO"], swiftSettings: settings),
    .testTarget(
      name: "RingBufferTests", dependencies: ["RingBuffer", "TraceTestSupport"],
      swiftSettings: settings),

    // MARK: The language in which events are described

    .target(name: "EventFormats", dependencies: ["ByteIO"], swiftSettings: settings),
    .testTarget(
      name: "EventFormatsTests",
      dependencies: ["ByteIO", "CZstd", "EventFormats", "TraceTestSupport"],
      exclude: ["Fixtures"], swiftSettings: settings),

    // MARK: Histograms in SQL's words

    .target(
      name: "HistogramQueries", dependencies: ["ByteIO", "EventFormats", "Tracefs"],
      swiftSettings: settings),
    .testTarget(
      name: "HistogramQueriesTests", dependencies: ["ByteIO", "HistogramQueries", "Tracefs"],
      swiftSettings: settings),

    // MARK: The file

    .target(
      name: "TraceDat",
      dependencies: ["ByteIO", "CKernel", "CZlib", "CZstd", "EventFormats", "RingBuffer"],
      swiftSettings: settings),
    .testTarget(
      name: "TraceDatTests", dependencies: ["CKernel", "TraceDat", "TraceTestSupport"],
      swiftSettings: settings),

    // MARK: Capture

    .target(
      name: "Recording",
      dependencies: [
        "ByteIO", "CKernel", "EventFormats", "HistogramQueries", "KernelTypes", "ProbeLanguage",
        "RingBuffer", "TraceDat", "Tracefs",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RecordingTests",
      dependencies: ["KernelTypes", "Recording", "RingBuffer", "TraceTestSupport", "Tracefs"],
      swiftSettings: settings),

    // MARK: Text out of a recording

    .target(
      name: "Reports", dependencies: ["ByteIO", "EventFormats", "RingBuffer", "TraceDat"],
      swiftSettings: settings),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "ByteIO", "EventFormats", "Recording", "Reports", "RingBuffer", "TraceTestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: settings),

    // MARK: What tasks and CPUs did

    .target(
      name: "Timeline",
      dependencies: ["ByteIO", "EventFormats", "Reports", "RingBuffer", "TraceDat"],
      swiftSettings: settings),
    .testTarget(
      name: "TimelineTests",
      dependencies: [
        "ByteIO", "EventFormats", "Reports", "RingBuffer", "Timeline", "TraceDat",
        "TraceTestSupport",
      ],
      swiftSettings: settings),

    // MARK: Ready-made questions to the kernel

    .target(
      name: "KernelTools",
      dependencies: [
        "ByteIO", "EventFormats", "Recording", "Reports", "RingBuffer", "TraceDat", "Tracefs",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "KernelToolsTests",
      dependencies: [
        "ByteIO", "EventFormats", "KernelTools", "Recording", "Reports", "RingBuffer", "TraceDat",
        "TraceTestSupport", "Tracefs",
      ],
      exclude: ["Fixtures"], swiftSettings: settings),

    // MARK: The page

    .target(name: "CWebAssets"),
    .target(
      name: "Viewer",
      dependencies: [
        "ByteIO", "CWebAssets", "EventFormats", "Reports", "RingBuffer", "Timeline", "TraceDat",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ViewerTests",
      dependencies: [
        "ByteIO", "Timeline", "TraceTestSupport", "Viewer",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: settings),

    // MARK: The command line

    .target(name: "Terminal", dependencies: ["ByteIO", "CKernel"], swiftSettings: settings),
    .target(
      name: "Commands",
      dependencies: [
        "ByteIO", "CKernel", "EventFormats", "HistogramQueries", "KernelTools", "KernelTypes",
        "ProbeLanguage", "Recording", "Reports", "Terminal", "Timeline",
        "TraceDat",
        "Tracefs", "Viewer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "ByteIO", "Commands", "EventFormats", "KernelTools", "Recording", "Reports", "TraceDat",
        "TraceTestSupport", "Tracefs", "Viewer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(name: "kscope", dependencies: ["Commands"], swiftSettings: settings),

    // MARK: Recordings for other programs

    .target(
      name: "TraceEvents",
      dependencies: ["ByteIO", "EventFormats", "Reports", "RingBuffer", "TraceDat"],
      swiftSettings: settings),
    .testTarget(
      name: "TraceEventsTests", dependencies: ["TraceEvents"], swiftSettings: settings),

    // MARK: What the benchmarks run beside the program

    .executableTarget(
      name: "kscope-bench",
      dependencies: ["ByteIO", "Recording", "Reports", "RingBuffer", "Timeline", "TraceDat"],
      swiftSettings: settings),

    // MARK: What tests share

    .target(
      name: "TraceTestSupport", dependencies: ["ByteIO"], path: "Tests/TraceTestSupport",
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// What `Fuzz/run` builds: it links with libFuzzer only, which brings the loop that calls it.
if Context.environment["KSCOPE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "kscope-fuzz",
      dependencies: [
        "ByteIO", "EventFormats", "Reports", "RingBuffer", "TraceDat", "TraceTestSupport",
      ],
      path: "Fuzz/Sources", swiftSettings: settings))
}
