"""A small part of the filter language of `kscope report`, enough for the page's tests."""

import re

TOKEN = re.compile(r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<number>-?\d+)(?P<unit>ns|us|ms|s)?"
                   r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||==|!=|<=|>=|=~|!~|[<>!()]))")
UNITS = {None: 1, "ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000}
PSEUDO = {"COMM", "PID", "CPU", "TIME", "common_pid"}


class FilterError(Exception):
    def __init__(self, what, position):
        super().__init__(what)
        self.position = position


class Filter:
    def __init__(self, text, types):
        """types: (system, name, fields) of the trace."""
        self.types, self.text = types, text
        head, colon, body = self.split(text)
        self.passing = set()
        at = 0
        for item in head.split(","):
            name = item.strip()
            found = [n for n, (system, event, _) in enumerate(types) if self.is_match(
                name, system, event, at)]
            if not found:
                raise FilterError(f"the recording has no event {name}",
                                  at + len(item) - len(item.lstrip()))
            self.passing.update(found)
            at += len(item) + 1
        self.tokens = self.tokenize(body, len(head) + 1) if colon else []
        self.place = 0
        self.test = None
        if colon:
            self.test = self.either()
            if self.place < len(self.tokens):
                raise FilterError("this does not belong here", self.tokens[self.place][2])

    @staticmethod
    def split(text):
        # A colon may also stand between system and event: the last one that has no sign behind.
        match = re.match(r"^([\w*.,/:|\s]*?):(?=\s|\w+\s*[=!<>]|\()(.*)$", text, re.S)
        return (match[1], ":", match[2]) if match else (text, "", "")

    @staticmethod
    def is_match(name, system, event, at):
        try:
            if re.split("[/:]", name)[0] != name:
                first, second = re.split("[/:]", name, maxsplit=1)
                return bool(re.fullmatch(first, system) and re.fullmatch(second, event))
            return bool(re.fullmatch(name, event) or re.fullmatch(name, system))
        except re.error as error:
            raise FilterError(f"not an expression: {error}", at) from error

    def tokenize(self, body, offset):
        tokens, at = [], 0
        while body[at:].strip():
            match = TOKEN.match(body, at)
            if not match:
                raise FilterError("this cannot be read", offset + at)
            kind = match.lastgroup if match.lastgroup != "unit" else "number"
            value = match[kind]
            if kind == "number":
                value = int(value) * UNITS[match["unit"]]
            if kind == "text":
                value = value[1:-1]
            tokens.append((kind, value, offset + match.start(kind)))
            at = match.end()
        return tokens

    def peek(self):
        if self.place < len(self.tokens):
            return self.tokens[self.place]
        return ("end", None, len(self.text))

    def take(self):
        token = self.peek()
        self.place += 1
        return token

    def either(self):
        tests = [self.both()]
        while self.peek()[1] == "||":
            self.take()
            tests.append(self.both())
        return lambda e: any(t(e) for t in tests)

    def both(self):
        tests = [self.one()]
        while self.peek()[1] == "&&":
            self.take()
            tests.append(self.one())
        return lambda e: all(t(e) for t in tests)

    def one(self):
        kind, value, position = self.take()
        if value == "!" and kind == "sign":
            test = self.one()
            return lambda e: not test(e)
        if value == "(" and kind == "sign":
            test = self.either()
            if self.take()[1] != ")":
                raise FilterError("a ) is missing", position)
            return test
        if kind != "name":
            raise FilterError("a field is expected here", position)
        known = {f for n in self.passing for f in self.types[n][2]} | PSEUDO
        if value not in known:
            raise FilterError(f"no such field: {value}", position)
        sign, at = self.take()[1:]
        operand, operand_at = self.take()[1:]
        if sign not in ("==", "!=", "<", "<=", ">", ">=", "=~", "!~"):
            raise FilterError("a comparison is expected here", at)
        if operand is None:
            raise FilterError("a value is expected here", operand_at)
        return lambda e: value in e and compare(e[value], sign, operand)

    def passes(self, type_number, values):
        return type_number in self.passing and (self.test is None or self.test(values))


def compare(a, sign, b):
    if sign in ("=~", "!~"):
        return (re.search(str(b), str(a)) is not None) == (sign == "=~")
    if isinstance(a, str) or isinstance(b, str):
        a, b = str(a), str(b)
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]
