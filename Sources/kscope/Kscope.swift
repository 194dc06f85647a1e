import Commands

@main enum Kscope {
  static func main() {
    KscopeCommand.runAndExit()
  }
}
