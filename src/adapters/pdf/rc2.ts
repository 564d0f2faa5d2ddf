// The permutation of RFC 2268, section 2: digits of pi.
const PI = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82'
  + '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7'
  + '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731'
  + '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)

/**
 * Decrypts RC2 in CBC mode (RFC 2268). Only for opening old PKCS#12 files, whose certificates many tools wrapped in 40-bit RC2;
 * OpenSSL 3 leaves that cipher out of its default provider. Padding is not removed.
 */
export function decryptRc2Cbc(key: Buffer, effectiveBits: number, iv: Buffer, data: Buffer): Buffer {
  const words = expandKey(key, effectiveBits)
  const out = Buffer.alloc(data.length)
  let previous = iv
  for (let at = 0; at + 8 <= data.length; at += 8) {
    const block = data.subarray(at, at + 8)
    const plain = decryptBlock(words, block)
    for (let byte = 0; byte < 8; byte += 1) out[at + byte] = (plain[byte] ?? 0) ^ (previous[byte] ?? 0)
    previous = block
  }
  return out
}

function expandKey(key: Buffer, effectiveBits: number): number[] {
  const bytes = Buffer.alloc(128)
  key.copy(bytes)
  const pi = (place: number) => PI[place & 0xff] ?? 0
  const at = (place: number) => bytes[place] ?? 0
  for (let place = key.length; place < 128; place += 1) bytes[place] = pi(at(place - 1) + at(place - key.length))
  const effectiveBytes = Math.ceil(effectiveBits / 8)
  const mask = 0xff >> (8 * effectiveBytes - effectiveBits)
  bytes[128 - effectiveBytes] = pi(at(128 - effectiveBytes) & mask)
  for (let place = 127 - effectiveBytes; place >= 0; place -= 1) bytes[place] = pi(at(place + 1) ^ at(place + effectiveBytes))
  return Array.from({ length: 64 }, (_, word) => bytes.readUInt16LE(word * 2))
}

const TURNS = [1, 2, 3, 5]

function decryptBlock(words: number[], block: Buffer): Buffer {
  const r = [0, 2, 4, 6].map((at) => block.readUInt16LE(at))
  const word = (place: number) => words[place] ?? 0
  const reg = (place: number) => r[place & 3] ?? 0
  let next = 63
  const mix = () => {
    for (let i = 3; i >= 0; i -= 1) {
      const turn = TURNS[i] ?? 0
      const turned = ((reg(i) >>> turn) | (reg(i) << (16 - turn))) & 0xffff
      r[i] = (turned - word(next) - (reg(i + 3) & reg(i + 2)) - (~reg(i + 3) & reg(i + 1))) & 0xffff
      next -= 1
    }
  }
  const mash = () => {
    for (let i = 3; i >= 0; i -= 1) r[i] = (reg(i) - word(reg(i + 3) & 63)) & 0xffff
  }
  for (let round = 0; round < 5; round += 1) mix()
  mash()
  for (let round = 0; round < 6; round += 1) mix()
  mash()
  for (let round = 0; round < 5; round += 1) mix()
  const out = Buffer.alloc(8)
  for (const [place, value] of r.entries()) out.writeUInt16LE(value, place * 2)
  return out
}
