function Decoder() { return { t: "x".repeat(100000) }; }
