function Decoder() { return [{ t: 1 }]; }
