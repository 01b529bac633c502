function Decoder() { return { t: new Array(2 ** 28).join("x") }; }
