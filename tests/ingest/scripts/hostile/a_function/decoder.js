function Decoder() { return Decoder; }
