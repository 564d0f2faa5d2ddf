import type { BoardStatus } from './board-filter.ts'

/** How a line's state is said on the page and in the file; icon, words and colour go together. */
export const STATUS_WORDS: Record<BoardStatus, { tag: 'outstanding' | 'signed' | 'attention' | 'held' | 'quiet'; text: string; turn: string }> = {
  outstanding: { tag: 'outstanding', text: 'Not yet', turn: '' },
  'waiting-guardian': { tag: 'outstanding', text: 'Parent or carer next', turn: 'Parent or carer' },
  'waiting-pupil': { tag: 'outstanding', text: 'Pupil next', turn: 'Pupil' },
  unreachable: { tag: 'attention', text: 'Cannot be reached', turn: 'The office' },
  declined: { tag: 'held', text: 'Said no', turn: 'The office' },
  excused: { tag: 'quiet', text: 'Excused', turn: '' },
  signed: { tag: 'signed', text: 'Signed', turn: '' },
}

/** Choices of the status filter, in the order somebody in the office needs them. */
export const STATUS_CHOICES = [
  { value: '', text: 'Everyone' },
  { value: 'open', text: 'Not yet signed, all' },
  { value: 'asked', text: 'Not yet, and can be reached' },
  { value: 'overdue', text: 'Overdue' },
  { value: 'outstanding', text: 'Nobody has signed yet' },
  { value: 'waiting-guardian', text: 'Waiting for the parent or carer' },
  { value: 'waiting-pupil', text: 'Waiting for the pupil' },
  { value: 'unreachable', text: 'Cannot be reached' },
  { value: 'declined', text: 'Said no' },
  { value: 'excused', text: 'Excused' },
  { value: 'signed', text: 'Signed' },
] as const

/** Choices of the audience filter. */
export const AUDIENCE_CHOICES = [
  { value: '', text: 'Everyone' },
  { value: 'pupil', text: 'All pupils' },
  { value: 'EYFS', text: 'Early years' },
  { value: 'KS1', text: 'Years 1 and 2' },
  { value: 'KS2', text: 'Years 3 to 6' },
  { value: 'KS3-4', text: 'Years 7 to 11' },
  { value: 'KS5', text: 'Sixth form' },
  { value: 'staff', text: 'Staff' },
  { value: 'governor', text: 'Governors' },
  { value: 'volunteer', text: 'Volunteers' },
  { value: 'visitor', text: 'Visitors' },
  { value: 'guardian', text: 'Parents and carers' },
] as const
