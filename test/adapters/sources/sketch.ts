import type { RosterSketch } from '../../support/roster-files.ts'

/** Two schools, three pupils, three adults, two members of staff. All made up. */
export const SKETCH: RosterSketch = {
  schools: [
    { id: 'trust', name: 'Harbour Trust', type: 'district' },
    { id: 'oak', name: 'Oak Primary School', identifier: '123456', parent: 'trust' },
    { id: 'elm', name: 'Elm High School', identifier: '873/4567', parent: 'trust' },
    { id: 'oak-music', name: 'Oak Music', type: 'department', parent: 'oak' },
  ],
  terms: [
    { id: 'autumn', start: '2026-09-01', end: '2026-12-18' },
    { id: 'year', start: '2026-09-01', end: '2027-07-20' },
  ],
  classes: [
    { id: 'c-3b', title: 'Beech 3B', school: 'oak', homeroom: true, terms: ['autumn', 'year'] },
    { id: 'c-ma', title: 'Maths 7', school: 'elm', terms: ['autumn'] },
    { id: 'c-no', title: 'Chess, "fast"', school: 'elm' },
  ],
  pupils: [
    {
      id: 'p1', forename: 'Zoë', surname: 'Marsh', school: 'oak', year: '03', email: 'zoe@oak.example', username: 'zoe.marsh', admissionNumber: '000412', upn: 'A123456789012', tutorGroup: '3B', start: '2023-09-04',
      guardians: [{ id: 'g1', relationship: 'Mother', responsible: true, priority: 1 }, { id: 'g2', relationship: 'Step-father', priority: 2 }],
    },
    { id: 'p2', forename: 'Łukasz', surname: "O'Neil, Jr", school: 'elm', year: '7', admissionNumber: '000777', tutorGroup: '7A', start: '2026-09-02', guardians: [{ id: 'g1', relationship: 'Mother', responsible: true, courtOrder: 'Prohibited steps 2025' }] },
    { id: 'p3', forename: 'Ada', surname: 'Lane', school: 'elm', year: 'X', start: '2026-09-02', end: '2026-11-13', guardians: [{ id: 'g3', relationship: 'Emergency contact', priority: 3 }] },
  ],
  guardians: [
    { id: 'g1', forename: 'Ruth', surname: 'Marsh', email: 'ruth@mail.example', school: 'oak' },
    { id: 'g2', forename: 'Dan', surname: 'Hill', email: 'dan@mail.example', school: 'oak', role: 'guardian' },
    { id: 'g3', forename: 'Ivy', surname: 'Snow', school: 'elm', role: 'relative' },
  ],
  staff: [
    { id: 's1', forename: 'Tom', surname: 'Reed', email: 't.reed@elm.example', role: 'teacher', schools: ['oak', 'elm'], start: '2020-01-06' },
    { id: 's2', forename: 'Mia', surname: 'Ford', email: 'm.ford@oak.example', role: 'aide', schools: ['oak-music'], start: '2021-01-06', end: '2026-12-31' },
  ],
  enrolments: [
    { id: 'e1', class: 'c-3b', person: 'p1' },
    { id: 'e2', class: 'c-ma', person: 'p2', start: '2026-09-02', end: '2026-10-01' },
    { id: 'e3', class: 'c-ma', person: 's1', role: 'teacher', end: '2026-12-18' },
    { id: 'e4', class: 'c-no', person: 'p3' },
    { id: 'e5', class: 'c-no', person: 's2', role: 'proctor' },
  ],
}
