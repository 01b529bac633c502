function Decoder() { const a = {}; for (let n = 0; n < 100; n++) a["f" + n] = "x".repeat(100000); return a; }
