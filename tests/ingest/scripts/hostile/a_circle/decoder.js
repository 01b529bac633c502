function Decoder() { const a = {}; a.a = a; return a; }
