import Glibc
import Testing
import TraceTestSupport
import Viewer

/// The page's own files.
@Suite struct WebFilesTests {
  /// `Web/` of this checkout.
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Web"

  @Test func theProgramHasWhatTheFolderHas() throws {
    let listed = try #require(
      CommandRun(
        ["find", Self.folder, "-regex", #".*\.\(js\|css\|html\)"#, "-printf", #"%P\n"#]))
    let names = listed.output.split(separator: "\n").map(String.init).sorted()
    #expect(names.contains("index.html"))
    #expect(WebFiles.embeddedNames == names)
    for name in names {
      let bytes = WebFiles.folder(Self.folder).bytes(name)
      #expect(bytes != nil, "\(name)")
      #expect(WebFiles.embedded.bytes(name) == bytes, "\(name)")
      #expect(WebFiles.mediaType(of: name) != "application/octet-stream", "\(name)")
    }
  }

  @Test func theyAreServedWithTheirTypes() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let types = [
        ("", "text/html; charset=utf-8", "index.html"),
        ("?from=link", "text/html; charset=utf-8", "index.html"),
        ("app.js", "text/javascript; charset=utf-8", "app.js"),
        ("style.css", "text/css; charset=utf-8", "style.css"),
      ]
      for (path, type, name) in types {
        let answer = try await server.ask(path)
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == type)
        #expect(answer.fields["cache-control"] == "private, no-cache")
        #expect(answer.body == WebFiles.embedded.bytes(name))
        let tag = try #require(answer.fields["etag"])
        #expect(try await server.ask(path, ["If-None-Match: \(tag)"]).status == 304)
      }
    }
  }

  @Test func aFolderIsReadAnew() async throws {
    let folder = TemporaryFolder()
    folder.write(Array("one".utf8), to: "index.html")
    try await RunningServer.run(ScriptedAnswers.echo, files: .folder(folder.path)) { server in
      let first = try await server.ask("")
      #expect(first.text == "one")
      let tag = try #require(first.fields["etag"])
      folder.write(Array("two".utf8), to: "index.html")
      let second = try await server.ask("", ["If-None-Match: \(tag)"])
      #expect(second.status == 200)
      #expect(second.text == "two")
      #expect(try await server.ask("app.js").status == 404)
    }
  }

  @Test func noNameLeadsOutOfTheFolder() async throws {
    let outside = TemporaryFolder()
    outside.write(Array("secret".utf8), to: "secret.js")
    let web = outside.path("web")
    mkdir(web, 0o700)
    defer { rmdir(web) }
    outside.write(Array("page".utf8), to: "web/index.html")
    outside.write(Array("secret".utf8), to: "web/.hidden.js")
    defer { for name in ["index.html", ".hidden.js"] { unlink("\(web)/\(name)") } }
    let names = [
      "../secret.js", "..%2fsecret.js", "%2e%2e/secret.js", "%2e%2e%2fsecret.js", "./../secret.js",
      "x/../../secret.js", "..\\secret.js", "/\(outside.path)/secret.js", ".hidden.js", "..", ".",
      "/",
      "index.html/", "index.html%00.js", "index.html%00", "%", "secret.js\u{7f}",
      String(repeating: "a", count: 20_000), String(repeating: "../", count: 5000) + "etc/passwd",
    ]
    for files in [WebFiles.folder(web), .embedded] {
      try await RunningServer.run(ScriptedAnswers.echo, files: files) { server in
        #expect(try await server.ask("").status == 200)
        for name in names {
          let answer = try await server.send(
            "GET \(server.root)\(name) HTTP/1.1\r\nHost: \(server.host)\r\n\r\n")
          #expect(answer.status == 404 || answer.status == 400, "\(name.prefix(40))")
          #expect(!answer.text.contains("secret"))
        }
        // These the parser of HTTP does not take, or not in such a size.
        for name in ["index.html\0", String(repeating: "a", count: 200_000)] {
          let answer = try await server.send(
            "GET \(server.root)\(name) HTTP/1.1\r\nHost: \(server.host)\r\n\r\n")
          #expect(answer.status == 400)
        }
        #expect(try await server.ask("").status == 200)
      }
    }
  }
}
