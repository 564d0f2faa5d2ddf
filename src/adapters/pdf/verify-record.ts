import type { PdfVerdict } from './pdf-records.ts'
export function verifyRecord(file: Buffer, trusted: { certificatePem: string }[]): PdfVerdict { throw new Error(String(file.length + trusted.length)) }
