Error.prototype.toString = function () { for (;;) {} };
function Decoder() { for (;;) {} }
