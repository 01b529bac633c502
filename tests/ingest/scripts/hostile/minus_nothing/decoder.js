function Decoder() { return { t: -0, u: undefined, s: Symbol("s"), f() {} }; }
