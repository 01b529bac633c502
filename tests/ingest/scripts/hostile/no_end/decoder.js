function Decoder() { return { t: -Infinity }; }
