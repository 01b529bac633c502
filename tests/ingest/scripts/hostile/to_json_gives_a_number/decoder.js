function Decoder() { return { toJSON() { return 3; } }; }
