JSON.stringify = JSON.parse = () => { throw 1; }; Object.prototype.toString = () => "x"; Array.isArray = () => true;
Object.defineProperty(Object.prototype, "data", { get() { return 5; } }); Date.now = null; String.prototype.substring = null;
function Decoder() { delete globalThis.JSON; return { t: 21.5 }; }
