import { expect, it } from 'vitest'
import { qrPicture } from '../../../src/adapters/qr/qr-picture.ts'
import { createScanReader } from '../../../src/adapters/qr/scan-reader.ts'
import { scanType } from '../../../src/adapters/qr/scan-type.ts'
import { jpegWith, pdfWith, pngWith } from './qr-fixtures.ts'

const ADDRESS = 'https://assent.fellside.example/paper/slips/ACDE3469'

it('S7: reads the code of a photo, a picture and every page of a PDF, off the event loop', async () => {
  const read = createScanReader()
  let turns = 0
  const ticking = setInterval(() => { turns += 1 }, 5)
  expect(await read(jpegWith(ADDRESS), 'image/jpeg')).toEqual([ADDRESS])
  expect(turns).toBeGreaterThan(20)
  clearInterval(ticking)
  expect(await read(pngWith(ADDRESS), 'image/png')).toEqual([ADDRESS])
  expect(await read(await pdfWith(ADDRESS, `${ADDRESS}X`), 'application/pdf')).toEqual([ADDRESS, `${ADDRESS}X`])
}, 60_000)

it('what cannot be read has no code: damage, an empty page, a picture that claims to be a wall', async () => {
  const read = createScanReader()
  const wall = pngWith(ADDRESS)
  wall.writeUInt32BE(100_000, 16)
  wall.writeUInt32BE(100_000, 20)
  expect(await read(wall, 'image/png')).toEqual([])
  expect(await read(jpegWith(ADDRESS).subarray(0, 4000), 'image/jpeg')).toEqual([])
  expect(await read(Buffer.from('%PDF-1.7\nnothing'), 'application/pdf')).toEqual([])
}, 60_000)

it('a reading that takes too long is given up', async () => {
  expect(await createScanReader(1)(jpegWith(ADDRESS), 'image/jpeg')).toEqual([])
})

it('a file is what its first bytes say', async () => {
  expect([scanType(jpegWith(ADDRESS, 300, 300, 2)), scanType(pngWith(ADDRESS)), scanType(await pdfWith(ADDRESS)), scanType(Buffer.from('<html>')), scanType(Buffer.alloc(0))])
    .toEqual(['image/jpeg', 'image/png', 'application/pdf', null, null])
})

it('a code is drawn as one small picture', () => {
  const picture = qrPicture(ADDRESS)
  expect(picture).toMatch(/^data:image\/svg\+xml,/)
  expect(picture.length).toBeLessThan(9000)
})
