function Decoder() { const top = {}; let at = top; for (let n = 0; n < 1200; n++) at = at.a = {}; return top; }
