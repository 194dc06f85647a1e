// swift-tools-version: 6.3
import PackageDescription

// Programs that use kscope's libraries from outside, as yours would. `make test` builds them and the
// lab runs them (Lab/tests/examples.sh).
let package = Package(
  name: "examples",
  dependencies: [.package(name: "kscope", path: "..")],
  targets: [
    .executableTarget(
      name: "who-runs", dependencies: [.product(name: "Tracefs", package: "kscope")])
  ]
)
