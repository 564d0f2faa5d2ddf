import type { TaskPaths } from '../signing/my-task.ts'

export const CLASS_PATH = '/class'
export const SESSIONS_PATH = `${CLASS_PATH}/sessions`
export const COVER_PATH = `${CLASS_PATH}/cover`

/** Where cover for one group is given. */
export const coverAt = ({ schoolId, kind, name }: { schoolId: string; kind: string; name: string }): string => `${COVER_PATH}?${new URLSearchParams({ schoolId, kind, name }).toString()}`

/** Addresses of a session's page for its teacher. */
export const sessionAt = (id: string): string => `${SESSIONS_PATH}/${id}`

/** Addresses of a session's pages for pupils; `CODE` stands on the board. */
export const roomAt = (code: string): string => `${CLASS_PATH}/${code}`
export const slotAt = (code: string, signatoryId: string): string => `${CLASS_PATH}/${code}/${signatoryId}`
export const sentAt = (code: string, signatoryId: string): string => `${CLASS_PATH}/${code}/${signatoryId}/sent`

/** Where a pupil reads and answers in class. */
export function classTaskPaths(code: string, signatoryId: string): TaskPaths {
  const here = slotAt(code, signatoryId)
  return {
    start: here,
    read: () => `${here}/read`,
    step: (_id, step, text) => `${here}/read?step=${step}&text=${text}`,
    sign: (_id, text) => `${here}/sign?text=${text}`,
  }
}
