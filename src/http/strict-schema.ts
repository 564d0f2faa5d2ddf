import { z } from 'zod'

/** The identifier of a row, as addresses and forms carry it. */
export const ulid = z.string().regex(/^[0-9A-Z]{26}$/)

/** What is wrong with the schema of a form, or null: it must be a strict object, or a choice between strict objects. */
export function bodyProblem(schema: z.core.$ZodType): string | null {
  if (schema instanceof z.ZodObject) {
    return schema.def.catchall instanceof z.ZodNever ? null : 'takes fields that were not declared (use z.strictObject)'
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.map((option) => bodyProblem(option)).find((problem) => problem !== null) ?? null
  }
  // A transform before or after an object is a pipe; the object side decides.
  if (schema instanceof z.ZodPipe) {
    return bodyProblem(schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in)
  }
  return 'has a schema that is not an object'
}

/** Ticked boxes of one name: a browser sends nothing, one text or several; the schema always sees a list. */
export function listOf<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> {
  return z.preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]), z.array(item))
}
