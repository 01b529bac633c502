function Decoder() { let s = "a"; for (;;) s += s; }
