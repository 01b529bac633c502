function Decoder() { const a = Array.from({ length: 100000 }, (_, n) => -n); for (;;) a.sort((x, y) => x - y); }
