function Decoder() { const top = {}; let at = top; for (let n = 0; n < 5000; n++) at = at.a = {}; return top; }
