import Glibc
import HTTPTypes

/// What every answer says of itself, whatever it holds.
enum PageHeaders {
  /// The page may load what this server has and nothing else, be in no other page's frame, and tell
  /// nobody where it is. Sources: W3C, Content Security Policy Level 3; WHATWG, HTML §7.1 and
  /// Fetch §3.
  static let always: HTTPFields = {
    var fields = HTTPFields()
    fields[named: "Content-Security-Policy"] = """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
      connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
      frame-ancestors 'none'
      """
    fields[named: "X-Content-Type-Options"] = "nosniff"
    fields[named: "X-Frame-Options"] = "DENY"
    fields[named: "Referrer-Policy"] = "no-referrer"
    fields[named: "Cross-Origin-Opener-Policy"] = "same-origin"
    fields[named: "Cross-Origin-Resource-Policy"] = "same-origin"
    return fields
  }()

  /// For how long a browser may use what it has. Nothing is kept by anybody but the browser itself.
  static func caching(tag: String?, maxAge: Int?) -> String {
    if let maxAge { return "private, max-age=\(max(0, maxAge)), immutable" }
    return tag == nil ? "no-store" : "private, no-cache"
  }

  /// Whether a browser says that it has the answer of that tag: `If-None-Match: "a", W/"b"` or `*`.
  static func has(_ tag: String, in field: String?) -> Bool {
    guard let field else { return false }
    return field.split(separator: ",").contains { part in
      var part = part.drop { $0 == " " }
      while part.last == " " { part.removeLast() }
      if part.hasPrefix("W/") { part = part.dropFirst(2) }
      return part == "*" || part == "\"\(tag)\""
    }
  }

  /// Now, as RFC 9110 §5.6.7 writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
  static var date: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
      + " \(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
  }
}

extension HTTPFields {
  /// A field by a name that may be none; a name that is none has no value.
  subscript(named name: String) -> String? {
    get { HTTPField.Name(name).flatMap { self[$0] } }
    set { if let name = HTTPField.Name(name) { self[name] = newValue } }
  }
}
