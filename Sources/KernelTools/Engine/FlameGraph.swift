/// A flame graph of folded stacks, as one SVG file that needs nothing else: a frame's width is its
/// part of the whole, callers below, a frame's title its name and amount.
struct FlameGraph {
  private final class Frame {
    var amount = 0
    var children: [String: Frame] = [:]
  }

  private let root = Frame()
  private let title: String
  /// Of the amounts: `us`.
  private let unit: String
  private var depth = 0

  private static let width = 1200.0
  private static let rowHeight = 16.0
  private static let margin = 10.0
  private static let head = 40.0
  /// Of a letter of the font at its size, about.
  private static let letterWidth = 6.6

  init(_ stacks: FoldedStacks, title: String, unit: String) {
    self.title = title
    self.unit = unit
    for (names, amount) in stacks.sorted {
      root.amount = root.amount.addedUp(amount)
      depth = max(depth, names.count)
      var frame = root
      for name in names {
        let next = frame.children[name] ?? Frame()
        frame.children[name] = next
        next.amount = next.amount.addedUp(amount)
        frame = next
      }
    }
  }

  var svg: String {
    let height = Self.head + Double(depth + 1) * Self.rowHeight + Self.margin
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.width))" height="\(Int(height))" \
      viewBox="0 0 \(Int(Self.width)) \(Int(height))" font-family="monospace" font-size="11">
      <style>g:hover rect { stroke: #000; stroke-width: 1 }</style>
      <rect width="100%" height="100%" fill="#fff"/>
      <text x="\(Int(Self.width / 2))" y="24" font-size="16" text-anchor="middle">\
      \(Self.escaped(title))</text>

      """
    draw(root, "all", level: 0, from: Self.margin, in: height, to: &text)
    return text + "</svg>\n"
  }

  private func draw(
    _ frame: Frame, _ name: String, level: Int, from x: Double, in height: Double,
    to text: inout String
  ) {
    guard root.amount > 0 else { return }
    let whole = Self.width - 2 * Self.margin
    let width = whole * Double(frame.amount) / Double(root.amount)
    // Narrower than can be seen; those above it are not wider.
    guard width >= 0.2 else { return }
    let y = height - Self.margin - Double(level + 1) * Self.rowHeight
    let percent = Self.decimal(100 * Double(frame.amount) / Double(root.amount), digits: 2)
    let room = Int((width - 6) / Self.letterWidth)
    let shown =
      room < 3 ? "" : name.count <= room ? name : name.prefix(max(0, room - 2)) + ".."
    text += """
      <g><title>\(Self.escaped(name)): \(frame.amount) \(unit), \(percent)%</title>\
      <rect x="\(Self.decimal(x, digits: 1))" y="\(Int(y))" \
      width="\(Self.decimal(width, digits: 1))" height="15" rx="1" fill="\(Self.colour(name))"/>\
      <text x="\(Self.decimal(x + 3, digits: 1))" y="\(Int(y) + 12)">\
      \(Self.escaped(String(shown)))</text></g>

      """
    var next = x
    for (name, child) in frame.children.sorted(by: { $0.key < $1.key }) {
      draw(child, name, level: level + 1, from: next, in: height, to: &text)
      next += whole * Double(child.amount) / Double(root.amount)
    }
  }

  /// Warm, and always the same for a name.
  private static func colour(_ name: String) -> String {
    var hash: UInt32 = 2_166_136_261
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let (a, b, c) = (hash & 0xff, hash >> 8 & 0xff, hash >> 16 & 0xff)
    return "rgb(\(205 + a * 50 / 255),\(b * 200 / 255 + 30),\(c * 55 / 255))"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      // No such character may stand in XML.
      case _ where scalar.value < 0x20 || scalar.value & 0xfffe == 0xfffe: result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func decimal(_ number: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (number * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
