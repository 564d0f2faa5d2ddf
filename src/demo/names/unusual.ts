import type { NameText } from './community.ts'

/** A whole name that trips up systems: very long, very short, single, or with signs that some refuse. All invented. */
export interface UnusualName {
  forename: NameText
  surname: NameText
}

const latin = (forename: string, surname: string): UnusualName => ({
  forename: { text: forename, latin: forename },
  surname: { text: surname, latin: surname },
})

/** How a system that insists on a family name holds a person who has only one name. */
export const NO_SURNAME = '-'

export const unusualNames: readonly UnusualName[] = [
  latin('Maximiliana Persephone Wilhelmina-Clementine', 'Featherstonehaugh-Cholmondeley-Winterbourne Thistlethwaite'),
  latin('Sri', 'Rajapaksha Mudiyanselage Wickramaratne Gunasekara-Thistlewood-Smythe'),
  latin('Thiri', NO_SURNAME),
  latin('O', 'Ng'),
  latin('Bo', 'O'),
  latin('X Æ', "van 't Hooft-de Vries"),
  latin("Ka'imi-Kealoha", 'Nāone'),
  latin('Zoë-Élise', 'Null'),
  latin('Ìṣọ̀lá', 'Test'),
  latin('Jo', 'True'),
  latin('Þóra', 'Guðmundsdóttir'),
  latin('Nguyên-Anh', 'Tôn-Nữ-Huyền-Trang'),
  latin('Wawrzyniec', 'Chrząszczyżewoszycki'),
  latin('Kofi', NO_SURNAME),
  latin('Fiachra', 'Mac Giolla Íosa'),
]
