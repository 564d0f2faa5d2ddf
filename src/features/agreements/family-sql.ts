/** SQL that gives the family of agreements (`Family`) to which a kind of affiliation in this column belongs. */
export function familyOfRole(column: string): string {
  return `case ${column} when 'pupil' then 'pupil' when 'guardian' then 'guardian' when 'governor' then 'governor' when 'volunteer' then 'volunteer'
   when 'contractor' then 'visitor' when 'visitor' then 'visitor' else 'staff' end`
}
