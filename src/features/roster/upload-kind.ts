/** What an uploaded file is by its first bytes; its name and declared type are not believed (ASVS 5.2.2). */
export type UploadKind = { kind: 'zip' | 'csv' } | { problem: string }

const NAMED: [string, string][] = [
  ['25504446', 'This is a PDF. Export the list from the MIS as CSV, or take the zip that the MIS makes.'],
  ['d0cf11e0', 'This is a workbook of an old Excel. Open it and save it as “CSV UTF-8”, then choose that file.'],
  ['1f8b', 'This file is packed as gzip. Unpack it, or pack the CSV files as zip.'],
  ['377abcaf', 'This file is packed as 7-Zip. Unpack it, or pack the CSV files as zip.'],
  ['526172211a07', 'This file is packed as RAR. Unpack it, or pack the CSV files as zip.'],
  ['89504e47', 'This is a picture. Export the list from the MIS as CSV.'],
  ['ffd8ff', 'This is a picture. Export the list from the MIS as CSV.'],
]

/** Looks at the first bytes only; whether the content is a usable roster is for the reader of the format. */
export function kindOfUpload(bytes: Buffer): UploadKind {
  const head = bytes.subarray(0, 4096)
  const hex = head.subarray(0, 8).toString('hex')
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return zipOrOffice(head)
  const named = NAMED.find(([magic]) => hex.startsWith(magic))
  if (named) return { problem: named[1] }
  const wide = hex.startsWith('fffe') || hex.startsWith('feff')
  if (!wide && head.includes(0)) return { problem: 'This is neither a CSV nor a zip. Export the list from the MIS as CSV, or take the zip that the MIS makes.' }
  if (/^\s*<(!doctype|html|\?xml)/i.test(head.toString('latin1'))) {
    return { problem: 'This is a web page or XML, not a CSV. Some systems answer so when the sign-in has run out: sign in there and export again.' }
  }
  return { kind: 'csv' }
}

/** Workbooks of Excel and documents of LibreOffice are zips too. */
function zipOrOffice(head: Buffer): UploadKind {
  const text = head.toString('latin1')
  if (text.includes('[Content_Types].xml') || /mimetypeapplication\/vnd\.oasis/.test(text)) {
    return { problem: 'This is a workbook. Open it and save it as “CSV UTF-8”, then choose that file.' }
  }
  return { kind: 'zip' }
}
