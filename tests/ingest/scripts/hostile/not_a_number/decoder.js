function Decoder() { return { t: NaN }; }
