import Testing
import Viewer

struct PageRequestTests {
  @Test func parametersAreDecodedInTheirOrder() throws {
    let request = try #require(
      PageRequest("events/near?filter=prev_comm+%7E+%22a%2Bb*%22&rows=0-7%2C12&text=%C3%A4&flag"))
    #expect(request.path == "events/near")
    #expect(request.parameters.map(\.name) == ["filter", "rows", "text", "flag"])
    #expect(request["filter"] == #"prev_comm ~ "a+b*""#)
    #expect(request["rows"] == "0-7,12")
    #expect(request["text"] == "ä")
    #expect(request["flag"] == "")
    #expect(request["level"] == nil)
  }

  @Test(arguments: ["a?b=%", "a?b=%4", "a?b=%4g", "a?b=%ff", "a%c3?b", "a?%80=1"])
  func whatIsNoTextIsNoRequest(_ target: String) {
    #expect(PageRequest(target) == nil)
  }

  @Test func aParameterMayHaveAnEqualsSignAndAQuestionMark() throws {
    let request = try #require(PageRequest("filter?text=a==1?&&x=2"))
    #expect(request["text"] == "a==1?")
    #expect(request["x"] == "2")
    #expect(request.parameters.count == 2)
  }

  @Test func numbersAreReadOrNamed() throws {
    let request = try #require(
      PageRequest("tiles?level=14&time=1.5&rows=x&far=nan&wide=inf&low=-1"))
    #expect(try request.needed("level", as: Int.self) == 14)
    #expect(try request.number("time", as: Double.self) == 1.5)
    #expect(try request.number("tile", as: Int.self) == nil)
    #expect(throws: PageError.badRequest("tiles needs tile=")) {
      try request.needed("tile", as: Int.self)
    }
    #expect(throws: PageError.badRequest(#"rows= takes a number here, not "x""#)) {
      try request.number("rows", as: Int.self)
    }
    for name in ["far", "wide"] {
      #expect(throws: PageError.self) { try request.number(name, as: Double.self) }
    }
    #expect(throws: PageError.self) { try request.number("low", as: UInt32.self) }
    #expect(throws: PageError.badRequest("tiles needs text=")) { try request.text("text") }
  }
}
