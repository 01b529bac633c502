function Decoder() { throw new Error("x".repeat(20000)); }
