export type ScanType = 'image/jpeg' | 'image/png' | 'application/pdf'

/** What a file is by its first bytes, whatever it calls itself; null for everything that is no scan (ASVS 5.2.2). */
export function scanType(bytes: Uint8Array): ScanType | null {
  const start = Buffer.from(bytes.subarray(0, 1024))
  if (start.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (start.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) && bytes.length > 33) return 'image/png'
  return start.includes('%PDF-') ? 'application/pdf' : null
}
