async function decodeUplink() { return { data: { t: 1 } }; }
