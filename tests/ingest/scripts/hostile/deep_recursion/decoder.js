function f(n) { return f(n + 1) + 1; }
function Decoder() { return { t: f(0) }; }
