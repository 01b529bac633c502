function Decoder() { return { t: /^(a+)+$/.test("a".repeat(60) + "b") }; }
