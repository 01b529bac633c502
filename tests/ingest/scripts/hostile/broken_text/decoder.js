function Decoder( {
